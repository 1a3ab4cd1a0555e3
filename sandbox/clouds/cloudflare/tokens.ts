/** `/accounts/:account/tokens` and `/user/tokens/verify`: API tokens. */
import { randomBytes } from "node:crypto";
import { type Context, Hono } from "hono";
import type { World } from "../world.ts";
import { answer, answerPage, isId, jsonBody, newId, noRoute, refusal, secondTime } from "./answer.ts";
import { type Caller, need } from "./auth.ts";
import { sha256 } from "./digest.ts";
import { permissionGroups } from "./permissions.ts";
import type { Policy, Token } from "./state.ts";
import { bad, badBody, readToken, type TokenBody } from "./token-rules.ts";

const reading = ["Account API Tokens Read", "Account API Tokens Write"];
const writing = ["Account API Tokens Write"];
export function serveTokens(world: World): Hono<Caller> {
  const app = new Hono<Caller>();
  const slot = () => world.state.cloudflare;
  const accountOf = (c: Context<Caller>) => c.req.param("account") ?? "";

  app.get("/verify", (c) => verify(c, "account"));

  app.get("/permission_groups", (c) => {
    need(c, reading, { kind: "account", accountId: accountOf(c) });
    // Both filters are documented as exact matches of a URL-encoded value.
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
    const body = readToken(await jsonBody(c, badBody), c.get("token"));
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
    // Only this answer contains the value.
    return answer(c, { ...wire(token), value });
  });

  app.get("/:token", (c) => {
    need(c, reading, { kind: "account", accountId: accountOf(c) });
    return answer(c, wire(find(c)));
  });

  app.put("/:token", async (c) => {
    need(c, writing, { kind: "account", accountId: accountOf(c) });
    const token = find(c);
    const body = readToken(await jsonBody(c, badBody), c.get("token"));
    delete token.condition;
    delete token.expiresOn;
    delete token.notBefore;
    Object.assign(token, { name: body.name, status: body.status ?? token.status, ...termsOf(body) });
    token.modifiedOn = secondTime(world.now());
    world.changed();
    return answer(c, wire(token));
  });

  // Rolls the value. The id stays, so an S3 access key keeps its id and gets a new secret.
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

  function termsOf(body: TokenBody) {
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
  // An account's token is not a user's: github.com/tashfeenahmed/freellmapi/issues/297. The local world's own
  // tokens pass both.
  const owned =
    token.allRights ||
    token.operator === true ||
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

/**
 * A value in the form of account tokens: `cfat_` and 48 characters
 * (github.com/SamNet-dev/dnstm-setup/pull/29).
 */
function mint(): string {
  return `cfat_${randomBytes(36).toString("base64url")}`;
}

/**
 * A token without its value. `resources` keeps the order of its keys, because the official provider stores
 * the raw text.
 */
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
