/** `/accounts/:account/tokens` and `/user/tokens/verify`: tokens that mint tokens. */
import { randomBytes } from "node:crypto";
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { World } from "../world.ts";
import {
  answer,
  answerPage,
  isId,
  jsonBody,
  newId,
  noRoute,
  type Refusal,
  refusal,
  secondTime,
} from "./answer.ts";
import { type Caller, need } from "./auth.ts";
import { covers, mayDo, permissionGroups } from "./permissions.ts";
import { type Policy, sha256, type Token } from "./state.ts";

const reading = ["Account API Tokens Read", "Account API Tokens Write"];
const writing = ["Account API Tokens Write"];
const time = z.iso.datetime({ offset: true });

/** Resources: a key to `*`, or to an object of keys to `*` (developers.cloudflare.com/fundamentals/api/how-to/create-via-api). */
const resources = z.record(
  z.string().min(1),
  z.union([z.literal("*"), z.record(z.string(), z.literal("*"))]),
);

const tokenBody = z.object({
  name: z.string().min(1).max(120),
  // An empty list mints a token that may do nothing: alchemy-run/distilled packages/cloudflare/test/accounts.test.ts.
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

/** 400 with 1001 and what is wrong: the shape of github.com/cloudflare/terraform-provider-cloudflare/issues/7241. */
const bad = (message: string): Refusal => refusal(400, 1001, message);
const badBody = () => bad("Request body is not valid JSON.");

/** Account tokens. */
export function serveTokens(world: World): Hono<Caller> {
  const app = new Hono<Caller>();
  const slot = () => world.state.cloudflare;
  const accountOf = (c: Context<Caller>) => c.req.param("account") ?? "";

  app.get("/verify", (c) => verify(c, "account"));

  app.get("/permission_groups", (c) => {
    need(c, reading, { kind: "account", accountId: accountOf(c) });
    // Both filters are documented as exact matches of an URL-encoded value.
    const { name, scope } = c.req.query();
    const groups = permissionGroups.filter(
      (g) => (name === undefined || g.name === name) && (scope === undefined || g.scopes.includes(scope)),
    );
    return answer(c, groups);
  });

  app.get("/", (c) => {
    need(c, reading, { kind: "account", accountId: accountOf(c) });
    const mine = slot().tokens.filter((t) => t.accountId === accountOf(c));
    if (c.req.query("direction") === "desc") mine.reverse();
    return answerPage(c, mine.map(wire), { default: 20, min: 5, max: 50 });
  });

  app.post("/", async (c) => {
    const accountId = accountOf(c);
    need(c, writing, { kind: "account", accountId });
    const body = read(await jsonBody(c, badBody), c);
    // 500 account tokens: developers.cloudflare.com/fundamentals/api/get-started/account-owned-tokens.
    if (slot().tokens.filter((t) => t.accountId === accountId).length >= 500) {
      throw bad("Maximum number of tokens reached for this account.");
    }
    const value = mint();
    const now = secondTime(world.now());
    const token: Token = {
      id: newId(),
      accountId,
      name: body.name,
      status: body.status ?? "active",
      secret: sha256(value),
      allRights: false,
      ...termsOf(body),
      issuedOn: now,
      modifiedOn: now,
      mintedAt: world.now().toISOString(),
    };
    slot().tokens.push(token);
    world.changed();
    // The one time that the value is told.
    return answer(c, { ...wire(token), value });
  });

  app.get("/:token", (c) => {
    need(c, reading, { kind: "account", accountId: accountOf(c) });
    return answer(c, wire(find(c)));
  });

  app.put("/:token", async (c) => {
    need(c, writing, { kind: "account", accountId: accountOf(c) });
    const token = find(c);
    const body = read(await jsonBody(c, badBody), c);
    delete token.condition;
    delete token.expiresOn;
    delete token.notBefore;
    Object.assign(token, { name: body.name, status: body.status ?? token.status, ...termsOf(body) });
    token.modifiedOn = secondTime(world.now());
    world.changed();
    return answer(c, wire(token));
  });

  // Rolls the value: the id stays, so S3 access keys keep their id and get a new secret.
  app.put("/:token/value", (c) => {
    need(c, writing, { kind: "account", accountId: accountOf(c) });
    const token = find(c);
    const value = mint();
    token.secret = sha256(value);
    token.mintedAt = world.now().toISOString();
    token.modifiedOn = secondTime(world.now());
    world.changed();
    return answer(c, value);
  });

  app.delete("/:token", (c) => {
    need(c, writing, { kind: "account", accountId: accountOf(c) });
    const token = find(c);
    slot().tokens = slot().tokens.filter((t) => t !== token);
    world.changed();
    return answer(c, { id: token.id });
  });

  function find(c: Context<Caller>): Token {
    const id = c.req.param("token") ?? "";
    if (!isId(id)) throw noRoute(c.req.path, 400);
    const token = slot().tokens.find((t) => t.accountId === accountOf(c) && t.id === id);
    if (token === undefined) throw refusal(404, 1003, "Valid token not found");
    return token;
  }

  function termsOf(body: z.infer<typeof tokenBody>) {
    return {
      policies: body.policies.map(({ id, ...rest }) => ({ id: id ?? newId(), ...rest })) as Policy[],
      ...(body.condition != null && { condition: body.condition }),
      ...(body.expires_on != null && { expiresOn: body.expires_on }),
      ...(body.not_before != null && { notBefore: body.not_before }),
    };
  }
  return app;
}

/** `GET /user/tokens/verify` and `GET /accounts/:account/tokens/verify`, each for its own kind of token. */
export function verify(c: Context<Caller>, kind: "user" | "account"): Response {
  const token = c.get("token");
  // An account's token is no user's: github.com/tashfeenahmed/freellmapi/issues/297. The operator's passes both.
  const owned =
    token.allRights ||
    (kind === "user" ? token.accountId === undefined : token.accountId === c.req.param("account"));
  if (!owned) throw refusal(401, 1000, "Invalid API Token");
  return c.json({
    success: true,
    errors: [],
    messages: [{ code: 10000, message: "This API Token is valid and active", type: null }],
    result: {
      id: token.id,
      status: token.status,
      ...(token.expiresOn !== undefined && { expires_on: token.expiresOn }),
      ...(token.notBefore !== undefined && { not_before: token.notBefore }),
    },
  });
}

/** The body of a POST or PUT, checked. */
function read(raw: Record<string, unknown>, c: Context<Caller>): z.infer<typeof tokenBody> {
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
      checkGrant(c.get("token"), policy as Policy, group.name);
    }
  }
  return parsed.data;
}

/**
 * Who grants a right on one single zone has to hold it; on all zones or on a bucket nobody asks
 * (github.com/cloudflare/terraform-provider-cloudflare/issues/7241).
 */
function checkGrant(granter: Token, policy: Policy, group: string): void {
  if (granter.allRights) return;
  for (const key of Object.keys(policy.resources)) {
    const zoneId = /^com\.cloudflare\.api\.account\.zone\.([0-9a-f]{32})$/.exec(key)?.[1];
    if (zoneId === undefined) continue;
    const target = { kind: "zone", accountId: granter.accountId ?? "", zoneId } as const;
    if (covers(policy, target) && !mayDo(granter, [group], target)) {
      throw bad(`Failed common permission check against resources. (Permission group: "${group}")`);
    }
  }
}

/** A value as Cloudflare gives them to accounts: `cfat_` and 48 characters (github.com/SamNet-dev/dnstm-setup/pull/29). */
function mint(): string {
  return `cfat_${randomBytes(36).toString("base64url")}`;
}

/** A token without its value. `resources` keeps the order of its keys: the official provider keeps the raw text. */
function wire(token: Token): Record<string, unknown> {
  const { id, name, status, issuedOn, modifiedOn, expiresOn, notBefore, condition, policies } = token;
  return {
    id,
    name,
    status,
    issued_on: issuedOn,
    modified_on: modifiedOn,
    ...(expiresOn !== undefined && { expires_on: expiresOn }),
    ...(notBefore !== undefined && { not_before: notBefore }),
    ...(condition !== undefined && { condition }),
    policies: policies.map((policy) => ({
      id: policy.id,
      effect: policy.effect,
      resources: policy.resources,
      permission_groups: policy.permission_groups.map((g) => ({
        id: g.id,
        name: permissionGroups.find(({ id: known }) => known === g.id)?.name,
      })),
    })),
  };
}
