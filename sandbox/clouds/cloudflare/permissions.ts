/**
 * Permission groups, and what a token's policies allow.
 *
 * A policy names groups and resources. A group counts only on resources of its own scope. A token with an
 * unknown resource key is minted without an error and has no rights. The real API does the same: the mistake
 * shows only at the first use.
 */
import type { Policy, Token } from "./state.ts";

/** A permission group, as `/tokens/permission_groups` lists it. */
export interface PermissionGroup {
  id: string;
  name: string;
  scopes: string[];
}

const account = "com.cloudflare.api.account";
const zone = "com.cloudflare.api.account.zone";
const bucket = "com.cloudflare.edge.r2.bucket";

/**
 * The groups that this Cloudflare knows, of some three hundred. Identifiers are the same for every account:
 * developers.cloudflare.com/fundamentals/api/reference/permissions and /r2/api/tokens.
 */
export const permissionGroups: readonly PermissionGroup[] = [
  { id: "2efd5506f9c8494dacb1fa10a3e7d5b6", name: "Workers R2 Storage Bucket Item Write", scopes: [bucket] },
  { id: "6a018a9f2fc74eb6b293b0c548f38b39", name: "Workers R2 Storage Bucket Item Read", scopes: [bucket] },
  { id: "bf7481a1826f439697cb59a20b22293e", name: "Workers R2 Storage Write", scopes: [account] },
  { id: "b4992e1108244f5d8bfbd5744320c2e1", name: "Workers R2 Storage Read", scopes: [account] },
  { id: "5bc3f8b21c554832afc660159ab75fa4", name: "Account API Tokens Write", scopes: [account] },
  { id: "eb56a6953c034b9d97dd838155666f06", name: "Account API Tokens Read", scopes: [account] },
  { id: "fb39996ee9044d2a8725921e02744b39", name: "Account Rulesets Read", scopes: [account] },
  { id: "c8fed203ed3043cba015a93ad1616f1f", name: "Zone Read", scopes: [zone] },
  { id: "e6d2666161e84845a636613608cee8d5", name: "Zone Write", scopes: [zone] },
  { id: "82e64a83756745bbbb1c9c2701bf816b", name: "DNS Read", scopes: [zone] },
  { id: "4755a26eedb94da69e1066d98aa820be", name: "DNS Write", scopes: [zone] },
  { id: "517b21aee92c4d89936c976ba6e4be55", name: "Zone Settings Read", scopes: [zone] },
  { id: "3030687196b94b638145a3953da2b699", name: "Zone Settings Write", scopes: [zone] },
  { id: "211a4c0feb3e43b3a2d41f1443a433e7", name: "Zone Transform Rules Read", scopes: [zone] },
  { id: "0ac90a90249747bca6b047d97f0803e9", name: "Zone Transform Rules Write", scopes: [zone] },
  { id: "20e5ea084b2f491c86b8d8d90abff905", name: "Config Settings Read", scopes: [zone] },
  { id: "06f0526e6e464647bd61b63c54935235", name: "Config Settings Write", scopes: [zone] },
  { id: "07bea2220b2343fa9fae15656c0d8e88", name: "Bot Management Read", scopes: [zone] },
  { id: "3b94c49258ec4573b06d51d99b6416c0", name: "Bot Management Write", scopes: [zone] },
  { id: "3245da1cf36c45c3847bb9b483c62f97", name: "Cache Settings Read", scopes: [zone] },
  { id: "9ff81cbbe65c400b97d92c3c1033cab6", name: "Cache Settings Write", scopes: [zone] },
];

/** The resource of a call. */
export type Target =
  | { kind: "account"; accountId: string }
  | { kind: "zone"; accountId: string; zoneId: string }
  | { kind: "bucket"; accountId: string; jurisdiction: string; name: string };

/** The key of a resource in a policy. A bucket's is `<account>_<jurisdiction>_<name>`. */
function keyOf(target: Target): { scope: string; id: string } {
  if (target.kind === "account") return { scope: account, id: target.accountId };
  if (target.kind === "zone") return { scope: zone, id: target.zoneId };
  return { scope: bucket, id: `${target.accountId}_${target.jurisdiction}_${target.name}` };
}

/** Whether this policy covers the target. */
export function covers(policy: Policy, target: Target): boolean {
  const { scope, id } = keyOf(target);
  return Object.entries(policy.resources).some(([key, value]) => {
    if (value === "*") return key === `${scope}.${id}` || key === `${scope}.*`;
    const ofAccount = key === `${account}.${target.accountId}` || key === `${account}.*`;
    return ofAccount && isRecord(value) && (value[`${scope}.*`] === "*" || value[`${scope}.${id}`] === "*");
  });
}

/**
 * Whether a token has the rights of one of the groups named `groups` on the target. A deny overrides every
 * allow.
 */
export function mayDo(token: Token, groups: readonly string[], target: Target): boolean {
  if (token.allRights) return true;
  const { scope } = keyOf(target);
  const ids = permissionGroups.filter((g) => groups.includes(g.name) && g.scopes.includes(scope));
  const speaks = (policy: Policy) =>
    policy.permission_groups.some((g) => ids.some(({ id }) => id === g.id)) && covers(policy, target);
  const speaking = token.policies.filter(speaks);
  return speaking.some((p) => p.effect === "allow") && !speaking.some((p) => p.effect === "deny");
}

/** Whether a token may create and delete zones of an account: Zone Edit, on all of its zones. */
export function mayMakeZones(token: Token, accountId: string): boolean {
  return mayDo(token, ["Zone Write"], { kind: "zone", accountId, zoneId: "*" });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
