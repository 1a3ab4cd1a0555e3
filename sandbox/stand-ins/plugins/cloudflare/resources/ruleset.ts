/**
 * A ruleset: the rules for one phase of a request at the edge. A zone has one ruleset per phase.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/ruleset
 */

import { identifier, lengthAtLeast, lowerCase, matches, oneOf } from "../checks.ts";
import { isJsonObject, type Json } from "../decode.ts";
import { Diagnostic } from "../diagnostic.ts";
import { path } from "../path.ts";
import { alsoRequires, exactlyOneOf } from "../relations.ts";
import type { Ask, ResourceTable } from "../resource-table.ts";
import { type Attributes, bool, nested, nestedList, text } from "../schema.ts";
import { isObject, isUnknown, isUnset, member, type TerraformObject, textOf } from "../terraform.ts";
import { cacheParameters } from "./ruleset-cache.ts";
import { configParameters } from "./ruleset-config.ts";
import { requestParameters } from "./ruleset-requests.ts";
import { refused, unservedParameters } from "./ruleset-unserved.ts";

const ruleParameters: Attributes = {
  ...requestParameters,
  ...cacheParameters,
  ...configParameters,
  ...unservedParameters,
};

export const rulesetAttributes: Attributes = {
  id: text("computed", { keep: true, checks: [identifier] }),
  account_id: text("optional", {
    wire: false,
    replaces: true,
    checks: [exactlyOneOf("zone_id"), identifier],
  }),
  zone_id: text("optional", { wire: false, replaces: true, checks: [identifier] }),
  kind: text("required", {
    replaces: true,
    says: "The kind of the ruleset.",
    checks: [oneOf("managed", "custom", "root", "zone")],
  }),
  name: text("required", {
    replaces: true,
    says: "The human-readable name of the ruleset.",
    checks: [lengthAtLeast(1)],
  }),
  phase: text("required", {
    replaces: true,
    says: "The phase of the ruleset.",
    checks: [
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
    ],
  }),
  description: text("optional-computed", { default: "" }),
  rules: nestedList(
    "optional-computed",
    {
      id: text("computed", { checks: [identifier] }),
      action: text("required", {
        says: "The action to perform when the rule matches.",
        checks: [
          oneOf(
            "block",
            "challenge",
            "compress_response",
            "ddos_dynamic",
            "execute",
            "force_connection_close",
            "js_challenge",
            "log",
            "log_custom_field",
            "managed_challenge",
            "redirect",
            "rewrite",
            "route",
            "score",
            "serve_error",
            "set_cache_control",
            "set_cache_settings",
            "set_cache_tags",
            "set_config",
            "skip",
          ),
          lowerCase,
        ],
      }),
      action_parameters: nested("optional-computed", ruleParameters, { zero: true, default: {} }),
      description: text("optional-computed", { zero: true, default: "" }),
      enabled: bool("optional-computed", { default: true }),
      exposed_credential_check: refused("checks of exposed credentials"),
      expression: text("required", {
        says: "The expression defining which traffic will match the rule.",
        checks: [lengthAtLeast(1)],
      }),
      logging: nested(
        "optional-computed",
        { enabled: bool("optional-computed") },
        { checks: [alsoRequires("enabled")] },
      ),
      ratelimit: refused("rate limits"),
      ref: text("optional-computed", { checks: [lengthAtLeast(1)] }),
    },
    { zero: true, default: [] },
  ),
  last_updated: text("computed", { format: "time" }),
  version: text("computed", {
    checks: [matches(/^[0-9]+$/, "value must be a non-empty string containing only numbers")],
  }),
};

/** A ruleset belongs to an account or to a zone. */
export function rulesetsPath({ account_id, zone_id }: TerraformObject): string {
  if (isUnset(account_id ?? null) && isUnset(zone_id ?? null)) {
    throw new Error("either account ID or zone ID must be provided");
  }
  return isUnset(account_id ?? null)
    ? path`zones/${{ zone_id }}/rulesets`
    : path`accounts/${{ account_id }}/rulesets`;
}

const one =
  (method: "GET" | "PUT" | "DELETE"): Ask =>
  (state) => ({ method, path: rulesetsPath(state) + path`/${{ ruleset_id: state.id }}` });

export const ruleset: ResourceTable = {
  attributes: rulesetAttributes,
  schemaVersion: 500,
  id: "id",
  create: (state) => ({ method: "POST", path: rulesetsPath(state) }),
  read: one("GET"),
  update: one("PUT"),
  // The answer has no content, so the client accepts any type.
  delete: (state) => ({ ...one("DELETE")(state), headers: { accept: "*/*" }, strict: false }),
  modifyPlan: keepRuleIds,
  shape: withQueryLists,
  importFormat: "<{accounts|zones}/{account_id|zone_id}>/<ruleset_id>",
  imported([scope = "", owner = "", id = ""]): TerraformObject {
    if (scope === "accounts") return { account_id: owner, id };
    if (scope === "zones") return { zone_id: owner, id };
    throw new Diagnostic(
      "invalid discriminator segment - <{accounts|zones}/{account_id|zone_id}>",
      "expected discriminator to be one of {accounts|zones}",
    );
  },
};

/** The API lists the query parameters of a cache key, or answers `["*"]`. The attributes are an object. */
function withQueryLists(result: Json): Json {
  return at(result, "rules", (rules) => {
    if (!Array.isArray(rules)) return rules;
    const steps = ["action_parameters", "cache_key", "custom_key", "query_string"];
    const inQuery = (change: (query: Json) => Json) =>
      steps.reduceRight<(json: Json) => Json>((inner, name) => (json) => at(json, name, inner), change);
    const lists = inQuery((query) => at(at(query, "include", includeObject), "exclude", listObject));
    return rules.map(lists);
  });
}

const listObject = (json: Json): Json => (Array.isArray(json) ? { list: json } : json);
const includeObject = (json: Json): Json =>
  Array.isArray(json) && json.length === 1 && json[0] === "*" ? { all: true } : listObject(json);

/** The object with one member changed, if it has that member. */
function at(json: Json, name: string, change: (member: Json) => Json): Json {
  return isJsonObject(json) && json[name] !== undefined ? { ...json, [name]: change(json[name]) } : json;
}

/** A rule is identified by its ref: it keeps its id. It keeps its logging too, while the action is the same. */
function keepRuleIds(plan: TerraformObject, prior: TerraformObject | null): TerraformObject {
  if (prior === null || !Array.isArray(plan.rules) || !Array.isArray(prior.rules)) return plan;
  const byRef = new Map(prior.rules.map((rule) => [textOf(member(rule, "ref")), rule]));
  const rules = plan.rules.map((rule) => {
    const ref = textOf(member(rule, "ref"));
    const before = ref === "" ? undefined : byRef.get(ref);
    if (before === undefined || !isObject(rule)) return rule;
    const id = isUnknown(member(rule, "id")) ? member(before, "id") : member(rule, "id");
    const sameAction = member(before, "action") === rule.action;
    const logging =
      isUnknown(member(rule, "logging")) && sameAction ? member(before, "logging") : member(rule, "logging");
    return { ...rule, id, logging };
  });
  return { ...plan, rules };
}
