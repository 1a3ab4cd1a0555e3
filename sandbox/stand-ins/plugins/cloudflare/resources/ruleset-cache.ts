/**
 * Parameters of the rules for caching at the edge.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/ruleset/schema.go
 */

import { atLeast, between, each, equals, oneOf, sizeAtLeast } from "../checks.ts";
import { atLeastOneOf, conflictsWith, exactlyOneOf } from "../relations.ts";
import { type Attributes, bool, int, list, map, nested, nestedList, stringList, text } from "../schema.ts";
import { onlyWith } from "./ruleset-action.ts";

export const cacheParameters: Attributes = {
  ...onlyWith("set_cache_settings", {
    additional_cacheable_ports: list("optional", "int", {
      checks: [sizeAtLeast(1), each(between(1, 65535))],
    }),
    browser_ttl: nested("optional", {
      mode: text("required", {
        says: "The browser TTL mode.",
        checks: [oneOf("respect_origin", "bypass_by_default", "override_origin", "bypass")],
      }),
      default: int("optional", { checks: [atLeast(0)] }),
    }),
    cache: bool("optional"),
    cache_key: nested("optional", {
      cache_by_device_type: bool("optional"),
      cache_deception_armor: bool("optional"),
      custom_key: nested("optional", {
        cookie: nested("optional", {
          check_presence: list("optional", "string", { checks: [sizeAtLeast(1)] }),
          include: list("optional", "string", { checks: [sizeAtLeast(1)] }),
        }),
        header: nested("optional", {
          check_presence: list("optional", "string", { checks: [sizeAtLeast(1)] }),
          contains: map("optional", stringList, { checks: [sizeAtLeast(1), each(sizeAtLeast(1))] }),
          exclude_origin: bool("optional"),
          include: list("optional", "string", { checks: [sizeAtLeast(1)] }),
        }),
        host: nested("optional", { resolved: bool("optional") }),
        query_string: nested("optional", {
          include: nested(
            "optional",
            {
              list: list("optional", "string", { checks: [exactlyOneOf("all"), sizeAtLeast(1)] }),
              all: bool("optional", { checks: [equals(true)] }),
            },
            { checks: [conflictsWith("exclude")] },
          ),
          exclude: nested(
            "optional",
            {
              list: list("optional", "string", { checks: [exactlyOneOf("all"), sizeAtLeast(1)] }),
              all: bool("optional", { checks: [equals(true)] }),
            },
            { checks: [conflictsWith("include")] },
          ),
        }),
        user: nested("optional", {
          device_type: bool("optional"),
          geo: bool("optional"),
          lang: bool("optional"),
        }),
      }),
      ignore_query_strings_order: bool("optional"),
    }),
    cache_reserve: nested("optional", {
      eligible: bool("required", {
        says: "Whether Cache Reserve is enabled. If this is true and a request meets eligibility criteria, Cloudflare will write the resource to Cache Reserve.",
      }),
      minimum_file_size: int("optional", { checks: [atLeast(0)] }),
    }),
    edge_ttl: nested("optional", {
      default: int("optional", { checks: [atLeast(0)] }),
      mode: text("required", {
        says: "The edge TTL mode.",
        checks: [oneOf("respect_origin", "bypass_by_default", "override_origin")],
      }),
      status_code_ttl: nestedList(
        "optional",
        {
          value: int("required", {
            says: 'The time to cache the response for (in seconds). A value of 0 is equivalent to setting the cache control header with the value "no-cache". A value of -1 is equivalent to setting the cache control header with the value of "no-store".',
          }),
          status_code_range: nested(
            "optional",
            {
              from: int("optional", { checks: [atLeastOneOf("to"), between(100, 999)] }),
              to: int("optional", { checks: [between(100, 999)] }),
            },
            { checks: [exactlyOneOf("status_code")] },
          ),
          status_code: int("optional", { checks: [between(100, 999)] }),
        },
        { checks: [sizeAtLeast(1)] },
      ),
    }),
    origin_cache_control: bool("optional"),
    origin_error_page_passthru: bool("optional"),
    read_timeout: int("optional", { checks: [between(100, 6000)] }),
    respect_strong_etags: bool("optional"),
    serve_stale: nested("optional", { disable_stale_while_updating: bool("optional") }),
    strip_etags: bool("optional"),
    strip_last_modified: bool("optional"),
    strip_set_cookie: bool("optional"),
  }),
};
