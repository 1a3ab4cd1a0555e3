/** The token of the local operator. It has exactly the rights that README, "Tokens and rights", lists. */
import { permissionGroups } from "./permissions.ts";
import type { CloudflareState, OperatorMode, Policy, Token } from "./state.ts";

/** Rights on the account, by the API's names. The dashboard says "Edit" for "Write". */
export const accountRights = [
  "Workers R2 Storage Write",
  "Account API Tokens Write",
  "Account Rulesets Read",
];

/** Rights on zones, by the API's names. */
export const zoneRights: Readonly<Record<OperatorMode, readonly string[]>> = {
  owned: [
    "Zone Read",
    "DNS Write",
    "Zone Settings Write",
    "Zone Transform Rules Write",
    "Bot Management Read",
  ],
  shared: ["Config Settings Write"],
  // A token for one zone cannot exist before the zone, so this token is for all zones of the account.
  created: ["Zone Write"],
};

/** The token with its current policies. The operator's token gets the policies that its modes require. */
export function withOperatorsRights(token: Token, state: CloudflareState): Token {
  if (token.operator !== true) return token;
  const { dials, accounts, zones } = state;
  const account = `com.cloudflare.api.account.${accounts[0]?.id}`;
  const modes: OperatorMode[] = ["owned", ...dials.operatorModes];
  const everyZone = { [account]: { "com.cloudflare.api.account.zone.*": "*" } };
  const eachZone = Object.fromEntries(zones.map(({ id }) => [`com.cloudflare.api.account.zone.${id}`, "*"]));
  const zoneResources = modes.includes("created") ? everyZone : eachZone;
  const policies = [
    policy("account", accountRights, { [account]: "*" }),
    policy("zones", [...new Set(modes.flatMap((mode) => zoneRights[mode]))], zoneResources),
  ];
  return { ...token, policies };
}

function policy(id: string, names: readonly string[], resources: Policy["resources"]): Policy {
  const groups = permissionGroups.filter(({ name }) => names.includes(name));
  return {
    id,
    effect: "allow",
    permission_groups: groups.map((group) => ({ id: group.id, name: group.name })),
    resources,
  };
}
