/**
 * Parts of a rule that the local Cloudflare does not serve (sandbox/clouds/cloudflare/ruleset-rules.ts). They
 * accept any value. A check refuses a rule that sets one of them. The official provider would send them.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/ruleset/schema.go
 */

import type { Check, Finding } from "../checks.ts";
import { onlyWithAction } from "../relations.ts";
import { type Attribute, type Attributes, unserved } from "../schema.ts";

/** @param what the part that is not served, in the plural. */
const refusal = (what: string, path: Finding["path"]): Finding => ({
  path,
  summary: "Not served by the local Cloudflare",
  detail: `The local Cloudflare serves no ${what}: leave the rule out of stacks on the local clouds`,
});

/** An attribute of a rule that is refused when it is set. @param what the part that is not served, in the plural. */
export function refused(what: string): Attribute {
  return unserved("optional", {
    checks: [({ value, path }) => (value === null ? [] : [refusal(what, path)])],
  });
}

const parametersOf = (action: string, names: string[]): Attributes => {
  const check: Check = (checked) => {
    const misplaced = onlyWithAction(action)(checked);
    if (checked.value === null || misplaced.length > 0) return misplaced;
    return [refusal(`rules with the action ${JSON.stringify(action)}`, checked.path)];
  };
  return Object.fromEntries(names.map((name) => [name, unserved("optional", { checks: [check] })]));
};

/** Parameters of the actions that the local Cloudflare refuses in every phase. */
export const unservedParameters: Attributes = {
  ...parametersOf("route", ["host_header", "origin", "sni"]),
  ...parametersOf("redirect", ["from_list", "from_value"]),
  ...parametersOf("serve_error", ["asset_name", "content", "content_type", "status_code"]),
  ...parametersOf("block", ["response"]),
  ...parametersOf("compress_response", ["algorithms"]),
  ...parametersOf("log_custom_field", [
    ...["cookie_fields", "raw_response_fields", "request_fields", "response_fields"],
    "transformed_request_fields",
  ]),
  ...parametersOf("set_cache_tags", ["operation", "values", "expression"]),
  ...parametersOf("score", ["increment"]),
  ...parametersOf("set_cache_control", [
    ...["max_age", "s_maxage", "stale_while_revalidate", "stale_if_error", "private", "no_cache", "no_store"],
    ...["must_revalidate", "proxy_revalidate", "must_understand", "no_transform", "immutable", "public"],
  ]),
  ...parametersOf("execute", ["id", "matched_data", "overrides"]),
  ...parametersOf("skip", ["phases", "products", "rules", "ruleset", "rulesets"]),
};
