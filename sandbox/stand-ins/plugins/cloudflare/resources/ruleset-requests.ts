/**
 * Parameters of the rules that change requests and answers, or answer themselves.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/ruleset/schema.go
 */

import { between, lengthAtLeast, matches, oneOf, oneOfNumbers, sizeAtLeast } from "../checks.ts";
import { atLeastOneOf, conflictsWith, exactlyOneOf } from "../relations.ts";
import { type Attributes, bool, int, list, nested, nestedList, nestedMap, text } from "../schema.ts";
import { onlyWith } from "./ruleset-action.ts";

export const requestParameters: Attributes = {
  ...onlyWith("rewrite", {
    headers: nestedMap(
      "optional",
      {
        operation: text("required", {
          says: "The operation to perform on the header.",
          checks: [oneOf("add", "set", "remove")],
        }),
        value: text("optional", { checks: [conflictsWith("expression"), lengthAtLeast(1)] }),
        expression: text("optional", { checks: [conflictsWith("value"), lengthAtLeast(1)] }),
      },
      { checks: [sizeAtLeast(1)] },
    ),
    uri: nested("optional", {
      path: nested(
        "optional",
        {
          value: text("optional", { checks: [exactlyOneOf("expression"), lengthAtLeast(1)] }),
          expression: text("optional", { checks: [lengthAtLeast(1)] }),
        },
        { checks: [atLeastOneOf("query")] },
      ),
      query: nested("optional", {
        value: text("optional", { checks: [exactlyOneOf("expression")] }),
        expression: text("optional", { checks: [lengthAtLeast(1)] }),
      }),
    }),
  }),
  ...onlyWith("route", {
    host_header: text("optional", { checks: [lengthAtLeast(1)] }),
    origin: nested("optional", {
      host: text("optional", { checks: [atLeastOneOf("port"), lengthAtLeast(1)] }),
      port: int("optional", { checks: [between(1, 65535)] }),
    }),
    sni: nested("optional", {
      value: text("required", { says: "A value to override the SNI to.", checks: [lengthAtLeast(1)] }),
    }),
  }),
  ...onlyWith("redirect", {
    from_list: nested(
      "optional",
      {
        key: text("required", {
          says: "An expression that evaluates to the list lookup key.",
          checks: [lengthAtLeast(1)],
        }),
        name: text("required", {
          says: "The name of the list to match against.",
          checks: [
            matches(
              /^[a-zA-Z0-9_]+$/,
              "value must be a non-empty string containing only alphanumeric characters and underscores",
            ),
          ],
        }),
      },
      { checks: [conflictsWith("from_value")] },
    ),
    from_value: nested(
      "optional",
      {
        preserve_query_string: bool("optional-computed", { default: false }),
        status_code: int("optional", { checks: [oneOfNumbers(301, 302, 303, 307, 308)] }),
        target_url: nested(
          "required",
          {
            value: text("optional", { checks: [exactlyOneOf("expression"), lengthAtLeast(1)] }),
            expression: text("optional", { checks: [lengthAtLeast(1)] }),
          },
          { says: "A URL to redirect the request to." },
        ),
      },
      { checks: [conflictsWith("from_list")] },
    ),
  }),
  ...onlyWith("serve_error", {
    asset_name: text("optional", { checks: [conflictsWith("content"), lengthAtLeast(1)] }),
    content: text("optional", { checks: [conflictsWith("asset_name"), lengthAtLeast(1)] }),
    content_type: text("optional", {
      checks: [oneOf("application/json", "text/html", "text/plain", "text/xml")],
    }),
    status_code: int("optional", { checks: [between(400, 999)] }),
  }),
  ...onlyWith("block", {
    response: nested("optional", {
      content: text("required", { says: "The content to return.", checks: [lengthAtLeast(1)] }),
      content_type: text("required", {
        says: "The type of the content to return.",
        checks: [lengthAtLeast(1)],
      }),
      status_code: int("required", { says: "The status code to return.", checks: [between(400, 499)] }),
    }),
  }),
  ...onlyWith("compress_response", {
    algorithms: nestedList(
      "optional",
      { name: text("optional", { checks: [oneOf("none", "auto", "default", "gzip", "brotli", "zstd")] }) },
      { checks: [sizeAtLeast(1)] },
    ),
  }),
  ...onlyWith("log_custom_field", {
    cookie_fields: nestedList(
      "optional",
      { name: text("required", { says: "The name of the cookie.", checks: [lengthAtLeast(1)] }) },
      { checks: [sizeAtLeast(1)] },
    ),
    raw_response_fields: nestedList(
      "optional",
      {
        name: text("required", { says: "The name of the response header.", checks: [lengthAtLeast(1)] }),
        preserve_duplicates: bool("optional-computed", { zero: true, default: false }),
      },
      { checks: [sizeAtLeast(1)] },
    ),
    request_fields: nestedList(
      "optional",
      { name: text("required", { says: "The name of the header.", checks: [lengthAtLeast(1)] }) },
      { checks: [sizeAtLeast(1)] },
    ),
    response_fields: nestedList(
      "optional",
      {
        name: text("required", { says: "The name of the response header.", checks: [lengthAtLeast(1)] }),
        preserve_duplicates: bool("optional-computed", { zero: true, default: false }),
      },
      { checks: [sizeAtLeast(1)] },
    ),
    transformed_request_fields: nestedList(
      "optional",
      { name: text("required", { says: "The name of the header.", checks: [lengthAtLeast(1)] }) },
      { checks: [sizeAtLeast(1)] },
    ),
  }),
  ...onlyWith("set_cache_tags", {
    operation: text("optional", { checks: [oneOf("set", "add", "remove")] }),
    values: list("optional", "string", { checks: [conflictsWith("expression")] }),
    expression: text("optional", { checks: [conflictsWith("values")] }),
  }),
  ...onlyWith("score", { increment: int("optional") }),
};
