/**
 * Parameters of the rules that run or skip rulesets.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/ruleset/schema.go
 */

import { each, identifier, lengthAtLeast, lowerCase, oneOf, sizeAtLeast } from "../checks.ts";
import { atLeastOneOf } from "../relations.ts";
import { type Attributes, bool, int, list, map, nested, nestedList, stringList, text } from "../schema.ts";
import { onlyWith } from "./ruleset-action.ts";

export const securityParameters: Attributes = {
  ...onlyWith("execute", {
    id: text("optional", { checks: [identifier] }),
    matched_data: nested("optional", {
      public_key: text("required", {
        says: "The public key to encrypt matched data logs with.",
        checks: [lengthAtLeast(1)],
      }),
    }),
    overrides: nested("optional", {
      action: text("optional", {
        checks: [atLeastOneOf("categories", "enabled", "rules", "sensitivity_level"), lowerCase],
      }),
      categories: nestedList(
        "optional",
        {
          category: text("required", {
            says: "The name of the category to override.",
            checks: [lengthAtLeast(1)],
          }),
          action: text("optional", { checks: [atLeastOneOf("enabled", "sensitivity_level"), lowerCase] }),
          enabled: bool("optional"),
          sensitivity_level: text("optional", { checks: [oneOf("default", "medium", "low", "eoff")] }),
        },
        { checks: [sizeAtLeast(1)] },
      ),
      enabled: bool("optional"),
      rules: nestedList(
        "optional",
        {
          id: text("required", { says: "The ID of the rule to override.", checks: [identifier] }),
          action: text("optional", {
            checks: [atLeastOneOf("enabled", "score_threshold", "sensitivity_level"), lowerCase],
          }),
          enabled: bool("optional"),
          score_threshold: int("optional"),
          sensitivity_level: text("optional", { checks: [oneOf("default", "medium", "low", "eoff")] }),
        },
        { checks: [sizeAtLeast(1)] },
      ),
      sensitivity_level: text("optional", { checks: [oneOf("default", "medium", "low", "eoff")] }),
    }),
  }),
  ...onlyWith("skip", {
    phases: list("optional", "string", {
      checks: [
        sizeAtLeast(1),
        each(
          oneOf(
            "ddos_l4",
            "ddos_l7",
            "http_config_settings",
            "http_custom_errors",
            "http_log_custom_fields",
            "http_ratelimit",
            "http_request_cache_settings",
            "http_request_dynamic_redirect",
            "http_request_firewall_custom",
            "http_request_firewall_managed",
            "http_request_late_transform",
            "http_request_origin",
            "http_request_redirect",
            "http_request_sanitize",
            "http_request_sbfm",
            "http_request_transform",
            "http_response_cache_settings",
            "http_response_compression",
            "http_response_firewall_managed",
            "http_response_headers_transform",
            "magic_transit",
            "magic_transit_ids_managed",
            "magic_transit_managed",
            "magic_transit_ratelimit",
          ),
        ),
      ],
    }),
    products: list("optional", "string", {
      checks: [
        sizeAtLeast(1),
        each(oneOf("bic", "hot", "rateLimit", "securityLevel", "uaBlock", "waf", "zoneLockdown")),
      ],
    }),
    rules: map("optional", stringList, { checks: [sizeAtLeast(1), each(sizeAtLeast(1), each(identifier))] }),
    ruleset: text("optional", { checks: [oneOf("current")] }),
    rulesets: list("optional", "string", { checks: [sizeAtLeast(1), each(identifier)] }),
  }),
};
