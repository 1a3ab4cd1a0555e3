/** The validation of a token, and the rights that its creator must have to grant it. */
import { z } from "zod";
import { type Refusal, refusal } from "./answer.ts";
import { covers, mayDo, permissionGroups } from "./permissions.ts";
import type { Policy, Token } from "./state.ts";

const time = z.iso.datetime({ offset: true });

/**
 * Resources: a key with the value `*`, or with an object of keys with the value `*`
 * (developers.cloudflare.com/fundamentals/api/how-to/create-via-api).
 */
const resources = z.record(
  z.string().min(1),
  z.union([z.literal("*"), z.record(z.string(), z.literal("*"))]),
);

/** The body of a POST or PUT of a token. */
export type TokenBody = z.infer<typeof tokenBody>;

const tokenBody = z.object({
  name: z.string().min(1).max(120),
  // An empty list mints a token without rights: alchemy-run/distilled
  // packages/cloudflare/test/accounts.test.ts.
  policies: z.array(
    z.object({
      id: z.string().optional(),
      effect: z.enum(["allow", "deny"]),
      permission_groups: z.array(z.object({ id: z.string(), name: z.string().optional() })).min(1),
      resources: resources.refine((r) => Object.keys(r).length > 0),
    }),
  ),
  condition: z
    .strictObject({
      request_ip: z
        .strictObject({ in: z.array(z.string()).optional(), not_in: z.array(z.string()).optional() })
        .optional(),
    })
    .nullish(),
  expires_on: time.nullish(),
  not_before: time.nullish(),
  status: z.enum(["active", "disabled", "expired"]).optional(),
});

/**
 * 400 with 1001 and the fault: the shape of github.com/cloudflare/terraform-provider-cloudflare/issues/7241.
 */
export const bad = (message: string): Refusal => refusal(400, 1001, message);
/** The refusal of a body that is not JSON. */
export const badBody = () => bad("Request body is not valid JSON.");

/** Parses and checks the body of a POST or PUT. */
export function readToken(raw: Record<string, unknown>, granter: Token): TokenBody {
  const parsed = tokenBody.safeParse(raw);
  if (!parsed.success) {
    // Code and the beginning of the text: alchemy-run/distilled packages/cloudflare/patches/accounts/createToken.json.
    if (parsed.error.issues[0]?.path[0] === "name") {
      throw refusal(400, 400, "name must have a length of at least 1 and at most 120");
    }
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: "is not valid" };
    throw bad(`${path.join(".") || "body"}: ${message}`);
  }
  for (const policy of parsed.data.policies) {
    for (const { id } of policy.permission_groups) {
      const group = permissionGroups.find((g) => g.id === id);
      if (group === undefined) throw bad(`Permission group "${id}" does not exist.`);
      checkGrant(granter, policy as Policy, group.name);
    }
  }
  return parsed.data;
}

/**
 * A token that grants a right on a single zone or bucket must have that right itself (changelog of
 * 2026-10-01; code and text: github.com/cloudflare/terraform-provider-cloudflare/issues/7241, where nobody
 * asks for all zones). For the objects of a bucket it must have the right on the account's R2.
 */
function checkGrant(granter: Token, policy: Policy, group: string): void {
  if (granter.allRights) return;
  for (const key of Object.keys(policy.resources)) {
    const bucketOf = /^com\.cloudflare\.edge\.r2\.bucket\.([0-9a-f]{32})_/.exec(key)?.[1];
    if (bucketOf !== undefined) {
      const account = { kind: "account", accountId: bucketOf } as const;
      if (!mayDo(granter, ["Workers R2 Storage Write"], account)) {
        throw bad(`Failed common permission check against resources. (Permission group: "${group}")`);
      }
    }
    const zoneId = /^com\.cloudflare\.api\.account\.zone\.([0-9a-f]{32})$/.exec(key)?.[1];
    if (zoneId === undefined) continue;
    const target = { kind: "zone", accountId: granter.accountId ?? "", zoneId } as const;
    if (covers(policy, target) && !mayDo(granter, [group], target)) {
      throw bad(`Failed common permission check against resources. (Permission group: "${group}")`);
    }
  }
}
