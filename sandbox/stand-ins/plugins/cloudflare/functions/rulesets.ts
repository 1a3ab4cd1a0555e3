/**
 * Looking rulesets up.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/ruleset
 */

import { atLeast, deprecated, identifier } from "../checks.ts";
import { refreshed, resultOf } from "../decode.ts";
import { byCursor, type FunctionTable, listing } from "../function.ts";
import { path } from "../path.ts";
import { exactlyOneOf } from "../relations.ts";
import { rulesetAttributes, rulesetsPath } from "../resources/ruleset.ts";
import { type Attributes, answered, int, text } from "../schema.ts";

const owner: Attributes = {
  account_id: text("optional", { wire: false, checks: [exactlyOneOf("zone_id"), identifier] }),
  zone_id: text("optional", { wire: false, checks: [identifier] }),
};

const { account_id: _account, zone_id: _zone, rules, ...heading } = answered(rulesetAttributes);

/** The rulesets of an account or a zone, without their rules. */
export const getRulesets: FunctionTable = listing({
  terraform: "cloudflare_rulesets",
  oneOf: ["account_id", "zone_id"],
  args: { ...owner, max_items: int("optional", { checks: [atLeast(0)] }) },
  item: heading,
  results: ["rulesets", "result"],
  kind: "set",
  path: rulesetsPath,
  query: [],
  next: byCursor,
});

export const getRuleset: FunctionTable = {
  terraform: "cloudflare_ruleset",
  attributes: {
    ...heading,
    ...(rules && { rules }),
    ...owner,
    id: text("optional", { wire: false, checks: [exactlyOneOf("ruleset_id"), identifier] }),
    ruleset_id: text("optional", { wire: false, checks: [identifier, deprecated("Configure id instead.")] }),
  },
  async read(args, fetch) {
    const id = args.id ?? args.ruleset_id ?? null;
    const page = await fetch(() => rulesetsPath(args) + path`/${{ ruleset_id: id }}`);
    return { ...refreshed(getRuleset.attributes, resultOf(page), args), id };
  },
};
