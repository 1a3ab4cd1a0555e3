/** `/api_keys`: API keys. Shapes: twilio/sendgrid-oai spec/yaml/tsg_api_keys_v3.yaml. */
import { randomBytes } from "node:crypto";
import { type Context, Hono } from "hono";
import type { World } from "../world.ts";
import { checkFields, forbidden, jsonBody, notFound, page, refusal } from "./answer.ts";
import { type Caller, need } from "./auth.ts";
import { assignableScopes, givenScopes, grants, isScope } from "./scopes.ts";
import { type ApiKey, digestOf } from "./state.ts";

export function serveApiKeys(world: World): Hono<Caller> {
  const app = new Hono<Caller>();
  const slot = () => world.state.sendgrid;
  const living = () => slot().keys.filter((k) => k.revokedAt === null);

  app.get("/", (c) => {
    need(c, "api_keys.read");
    return c.json({ result: page(c, living(), 100).map(short) });
  });

  // Names need not be unique: a repeated POST creates a second key.
  app.post("/", async (c) => {
    need(c, "api_keys.create");
    const body = await jsonBody(c);
    checkFields(body, { name: "string", scopes: "strings" }, ["name"]);
    const scopes = readScopes(c, body.scopes as string[] | undefined);
    if (living().length >= slot().dials.keysPerUser) {
      throw refusal(403, "Cannot create more than 100 API Keys");
    }
    // A key has 69 characters: `SG.`, an id of 22, a dot, 43.
    const id = randomBytes(16).toString("base64url");
    const value = `SG.${id}.${randomBytes(32).toString("base64url")}`;
    const key: ApiKey = { id, name: String(body.name), digest: digestOf(value), scopes, revokedAt: null };
    slot().keys.push(key);
    world.changed();
    return c.json(
      { api_key: value, api_key_id: id, name: key.name, scopes: scopes ?? [...assignableScopes] },
      201,
    );
  });

  app.get("/:id", (c) => {
    need(c, "api_keys.read");
    const key = find(c);
    // The reference documents a `result` array, but the answer is one object. It includes the scopes that
    // SendGrid adds.
    return c.json({
      ...short(key),
      scopes: [...new Set([...(key.scopes ?? assignableScopes), ...givenScopes])],
    });
  });

  app.patch("/:id", async (c) => {
    need(c, "api_keys.update");
    const key = find(c);
    const body = await jsonBody(c);
    checkFields(body, { name: "string" }, ["name"]);
    key.name = String(body.name);
    world.changed();
    return c.json(short(key));
  });

  // The answer has no scopes: github.com/kenzo0107/terraform-provider-sendgrid/pull/114.
  app.put("/:id", async (c) => {
    need(c, "api_keys.update");
    const key = find(c);
    const body = await jsonBody(c);
    checkFields(body, { name: "string", scopes: "strings" }, ["name"]);
    if (Array.isArray(body.scopes) && body.scopes.length === 0) {
      throw refusal(400, "scopes must contain at least one scope", "scopes");
    }
    key.name = String(body.name);
    if (body.scopes !== undefined) key.scopes = readScopes(c, body.scopes as string[]);
    world.changed();
    return c.json(short(key));
  });

  app.delete("/:id", (c) => {
    need(c, "api_keys.delete");
    find(c).revokedAt = world.now().toISOString();
    world.changed();
    return c.body(null, 204);
  });

  function find(c: Context<Caller>): ApiKey {
    const key = living().find((k) => k.id === c.req.param("id"));
    if (key === undefined) throw notFound("unable to find API Key");
    return key;
  }
  return app;
}

/**
 * The scopes that a key is to have. No list, or an empty one, means full access. A key cannot give a scope
 * that it does not have. The source of the text for a wrong scope is in docs/fidelity/sendgrid.md.
 */
function readScopes(c: Context<Caller>, asked: string[] | undefined): string[] | null {
  const own = c.get("key").scopes;
  if (asked === undefined || asked.length === 0) {
    if (own !== null) throw forbidden();
    return null;
  }
  if (!asked.every(isScope)) throw refusal(400, "invalid or unassignable scopes were given", "scopes");
  if (!asked.every((scope) => grants(own, scope))) throw forbidden();
  return asked;
}

function short(key: ApiKey): { name: string; api_key_id: string } {
  return { name: key.name, api_key_id: key.id };
}
