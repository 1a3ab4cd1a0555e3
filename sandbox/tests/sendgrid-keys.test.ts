import { beforeEach, expect, test } from "vitest";
import { clickSender, maySend, smtpLogin } from "../clouds/sendgrid/mail.ts";
import { type Clouds, freshClouds, sendgridKey } from "./cloud-call.ts";

let clouds: Clouds;
beforeEach(() => {
  clouds = freshClouds();
});

const mint = async (body: Record<string, unknown>, headers = {}) =>
  clouds.sendgrid("POST", "/api_keys", body, headers);
const as = (key: string) => ({ authorization: `Bearer ${key}` });

test("a call without a key, or with a wrong one, is 401 in two ways", async () => {
  const none = await clouds.sendgrid("GET", "/scopes", undefined, { authorization: undefined });
  expect([none.status, none.body]).toEqual([
    401,
    { errors: [{ message: "authorization required", field: null }] },
  ]);
  const wrong = await clouds.sendgrid("GET", "/scopes", undefined, as("SG.x.y"));
  expect([wrong.status, wrong.body.errors[0].message]).toEqual([
    401,
    "The provided authorization grant is invalid, expired, or revoked",
  ]);
});

test("a key is told once, and shows more scopes than were asked for", async () => {
  const { status, body } = await mint({ name: "smtp", scopes: ["mail.send"] });
  expect(status).toBe(201);
  expect(body.api_key).toMatch(/^SG\.[\w-]{22}\.[\w-]{43}$/);
  expect(body.scopes).toEqual(["mail.send"]);
  const read = await clouds.sendgrid("GET", `/api_keys/${body.api_key_id}`);
  expect(read.body).toEqual({
    name: "smtp",
    api_key_id: body.api_key_id,
    scopes: ["mail.send", "sender_verification_eligible", "2fa_required"],
  });
  expect(JSON.stringify(clouds.world.state.sendgrid)).not.toContain(body.api_key);
  expect(smtpLogin(clouds.world, body.api_key)).toEqual({ scopes: ["mail.send"] });
});

test("names are not unique, and a key without scopes may do everything", async () => {
  const first = await mint({ name: "twin" });
  const second = await mint({ name: "twin", scopes: [] });
  expect(second.body.api_key_id).not.toBe(first.body.api_key_id);
  const { body } = await clouds.sendgrid("GET", "/api_keys");
  expect(body.result.filter((k: { name: string }) => k.name === "twin")).toHaveLength(2);
  expect(
    (await clouds.sendgrid("GET", "/whitelabel/domains", undefined, as(first.body.api_key))).status,
  ).toBe(200);
  expect(smtpLogin(clouds.world, first.body.api_key)?.scopes).toContain("mail.send");
});

test("a key does what its scopes say and hears `access forbidden` for the rest", async () => {
  const { body } = await mint({ name: "reader", scopes: ["whitelabel.read", "api_keys.create"] });
  const key = as(body.api_key);
  expect((await clouds.sendgrid("GET", "/whitelabel/domains", undefined, key)).status).toBe(200);
  for (const [method, path] of [
    ["POST", "/whitelabel/domains"],
    ["GET", "/api_keys"],
    ["GET", "/tracking_settings/click"],
    ["GET", "/user/account"],
  ] as const) {
    const answer = await clouds.sendgrid(
      method,
      path,
      method === "POST" ? { domain: "a.b" } : undefined,
      key,
    );
    expect([path, answer.status, answer.body]).toEqual([
      path,
      403,
      { errors: [{ message: "access forbidden", field: null }] },
    ]);
  }
  // A key cannot make a key that has rights which it lacks itself.
  expect((await mint({ name: "more", scopes: ["mail.send"] }, key)).status).toBe(403);
  expect((await mint({ name: "all" }, key)).status).toBe(403);
  expect((await mint({ name: "same", scopes: ["whitelabel.read"] }, key)).status).toBe(201);
  const own = await clouds.sendgrid("GET", "/scopes", undefined, key);
  expect(own.body.scopes).toEqual([
    "whitelabel.read",
    "api_keys.create",
    "sender_verification_eligible",
    "2fa_required",
  ]);
});

test("wrong bodies are refused by field", async () => {
  const wrong = await mint({ name: "x", scopes: ["mail.sent"] });
  expect([wrong.status, wrong.body.errors]).toEqual([
    400,
    [{ message: "invalid or unassignable scopes were given", field: "scopes" }],
  ]);
  expect((await mint({})).body.errors[0].field).toBe("name");
  expect((await mint({ name: "x", scopes: "mail.send" })).body.errors[0].field).toBe("scopes");
  expect((await clouds.sendgrid("POST", "/api_keys", "{")).status).toBe(400);
});

test("a key is renamed by PATCH, changed by PUT, and neither answers scopes", async () => {
  const { body } = await mint({ name: "old", scopes: ["mail.send"] });
  const path = `/api_keys/${body.api_key_id}`;
  const named = { name: "new", api_key_id: body.api_key_id };
  expect((await clouds.sendgrid("PATCH", path, { name: "new" })).body).toEqual(named);
  const put = await clouds.sendgrid("PUT", path, { name: "new", scopes: ["stats.read"] });
  expect(put.body).toEqual(named);
  expect((await clouds.sendgrid("GET", path)).body.scopes).toContain("stats.read");
  expect((await clouds.sendgrid("PUT", path, { name: "new", scopes: [] })).status).toBe(400);
});

test("a deleted key still works for a moment, and is gone from every list at once", async () => {
  const { world, sendgrid } = clouds;
  world.state.sendgrid.dials.revocationMs = 5000;
  const { body } = await mint({ name: "short-lived", scopes: ["mail.send"] });
  const path = `/api_keys/${body.api_key_id}`;
  expect((await sendgrid("DELETE", path)).status).toBe(204);
  expect((await sendgrid("DELETE", path)).status).toBe(404);
  expect(smtpLogin(world, body.api_key)).toBeDefined();
  world.advance(5000);
  expect(smtpLogin(world, body.api_key)).toBeUndefined();
});

test("there is a most of keys", async () => {
  clouds.world.state.sendgrid.dials.keysPerUser = 2;
  expect((await mint({ name: "a" })).status).toBe(201);
  expect((await mint({ name: "b" })).status).toBe(403);
});

test("tracking is one switch for the whole account", async () => {
  const click = await clouds.sendgrid("PATCH", "/tracking_settings/click", { enabled: false });
  expect(click.body).toEqual({ enabled: false, enable_text: false });
  expect((await clouds.sendgrid("GET", "/tracking_settings/click")).body.enabled).toBe(false);
  expect((await clouds.sendgrid("PATCH", "/tracking_settings/open", { enabled: "no" })).status).toBe(400);
  const all = await clouds.sendgrid("GET", "/tracking_settings");
  expect(all.body.result).toMatchObject([
    { name: "open", enabled: true },
    { name: "click", enabled: false },
  ]);
});

test("a sender counts only after its owner clicked", async () => {
  const sender = { nickname: "Mastiff", from_email: "owner@mastiff.party", reply_to: "owner@mastiff.party" };
  const made = await clouds.sendgrid("POST", "/verified_senders", sender);
  expect([made.status, made.body.verified, made.body.locked]).toEqual([201, false, false]);
  expect(maySend(clouds.world, sender.from_email)).toBe(false);
  expect((await clouds.sendgrid("POST", `/verified_senders/resend/${made.body.id}`)).status).toBe(204);
  expect(clickSender(clouds.world, "nobody@mastiff.party")).toBe(false);
  expect(clickSender(clouds.world, "Owner@mastiff.party")).toBe(true);
  expect(maySend(clouds.world, sender.from_email)).toBe(true);
  const steps = await clouds.sendgrid("GET", "/verified_senders/steps_completed");
  expect(steps.body.results).toEqual({ domain_verified: false, sender_verified: true });
  const listed = await clouds.sendgrid("GET", `/verified_senders?id=${made.body.id}`);
  expect(listed.body.results).toMatchObject([{ id: made.body.id, verified: true }]);
  expect(JSON.stringify(listed.body)).not.toContain(clouds.world.state.sendgrid.senders[0]?.token);
  const moved = await clouds.sendgrid("PATCH", `/verified_senders/${made.body.id}`, {
    from_email: "other@mastiff.party",
  });
  expect(moved.body.verified).toBe(false);
  expect((await clouds.sendgrid("DELETE", `/verified_senders/${made.body.id}`)).status).toBe(204);
});

test("a sender's fields have lengths, and errors have ids", async () => {
  const { status, body } = await clouds.sendgrid("POST", "/verified_senders", {
    nickname: "x",
    from_email: "nonsense",
    state: "Texas",
  });
  expect(status).toBe(400);
  expect(body.errors.map((e: { field: string }) => e.field)).toEqual(["from_email", "reply_to", "state"]);
  expect(body.errors[0].error_id).toEqual(expect.any(String));
});

// twilio/sendgrid-oai spec/yaml/tsg_verified_senders_v3.yaml: the answers 400, 403 and 404 of POST and DELETE.
test("each complaint about senders has an id, and a field only where one is meant", async () => {
  const { body } = await mint({ name: "mail", scopes: ["mail.send"] });
  const refusals = [
    await clouds.sendgrid("POST", "/verified_senders", "{"),
    await clouds.sendgrid("DELETE", "/verified_senders/1", undefined, as(body.api_key)),
    await clouds.sendgrid("DELETE", "/verified_senders/1"),
  ];
  expect(refusals.map(({ status, body }) => [status, body.errors])).toEqual([
    [400, [{ message: expect.stringContaining("JSON"), error_id: "validation_error" }]],
    [403, [{ message: "access forbidden", error_id: "forbidden" }]],
    [404, [{ message: "not found", error_id: "not_found" }]],
  ]);
});

test("calls are counted per endpoint, and too many are 429", async () => {
  const { world, sendgrid } = clouds;
  world.state.sendgrid.dials.callsPerMinute = 1;
  const first = await sendgrid("GET", "/scopes");
  expect(first.headers.get("x-ratelimit-remaining")).toBe("0");
  const second = await sendgrid("GET", "/scopes");
  expect([second.status, second.body]).toEqual([
    429,
    { errors: [{ field: null, message: "too many requests" }] },
  ]);
  expect(Number(second.headers.get("x-ratelimit-reset")) * 1000).toBeGreaterThan(world.now().getTime());
  expect((await sendgrid("GET", "/whitelabel/domains")).status).toBe(200);
  world.advance(60_000);
  expect((await sendgrid("GET", "/scopes")).status).toBe(200);
});

test("on-behalf-of changes nothing, and unknown paths are 404", async () => {
  const answer = await clouds.sendgrid("GET", "/user/username", undefined, { "on-behalf-of": "someone" });
  expect(answer.body).toEqual({ username: "mastiff-local", user_id: 1446226 });
  expect((await clouds.sendgrid("GET", "/nothing")).status).toBe(404);
});

test("no state holds the operator's key", () => {
  expect(JSON.stringify(clouds.world.state.sendgrid)).not.toContain(sendgridKey);
});
