import { expect, test } from "vitest";
import { account, cloudflareToken, freshClouds, operatorToken, refused, zone } from "./cloud-call.ts";

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test("a call without a token is told which headers are missing", async () => {
  const { cloudflare } = freshClouds();
  const answer = await cloudflare("GET", "/zones", undefined, { authorization: undefined });
  expect(answer.body).toEqual({
    success: false,
    errors: [{ code: 9106, message: "Missing X-Auth-Key, X-Auth-Email or Authorization headers" }],
    messages: [],
    result: null,
  });
  expect(answer.status).toBe(400);
});

test("a malformed token is refused before it is looked up", async () => {
  const { cloudflare } = freshClouds();
  const answer = await cloudflare("GET", "/zones", undefined, bearer("short"));
  expect(refused(answer)).toBe("400 6003");
  expect(answer.body.errors[0].error_chain).toEqual([
    { code: 6111, message: "Invalid format for Authorization header" },
  ]);
});

test("an unknown token is refused with 9109, and with 1000 where tokens are verified", async () => {
  const { cloudflare } = freshClouds();
  const unknown = bearer("x".repeat(40));
  expect(refused(await cloudflare("GET", "/zones", undefined, unknown))).toBe("403 9109");
  expect(refused(await cloudflare("GET", "/user/tokens/verify", undefined, unknown))).toBe("401 1000");
});

test("the operator's token verifies as its user's and as its account's", async () => {
  const { cloudflare } = freshClouds();
  for (const path of ["/user/tokens/verify", `${account}/tokens/verify`]) {
    const answer = await cloudflare("GET", path, undefined, bearer(operatorToken));
    expect(answer.body.result).toEqual({ id: "00000000000000000000000000000b01", status: "active" });
    expect(answer.body.messages[0].message).toBe("This API Token is valid and active");
  }
});

test("what is no identifier has no route", async () => {
  const { cloudflare } = freshClouds();
  const answer = await cloudflare("GET", "/zones/mastiff.party/dns_records");
  expect(answer.status).toBe(400);
  expect(answer.body.errors[0]).toEqual({
    code: 7003,
    message:
      "Could not route to /client/v4/zones/mastiff.party/dns_records, perhaps your object identifier is invalid?",
  });
  expect(refused(await cloudflare("GET", "/nowhere"))).toBe("404 7003");
});

test("an unknown zone looks like a forbidden one", async () => {
  const { cloudflare } = freshClouds();
  const unknown = `/zones/${"f".repeat(32)}`;
  expect(refused(await cloudflare("GET", `${unknown}/dns_records`))).toBe("403 10000");
  const itself = await cloudflare("GET", unknown);
  expect([refused(itself), itself.body.errors[0].message]).toEqual(["403 9109", "Invalid zone identifier"]);
});

test("errors say that a retry is of no use, unless the dial says otherwise", async () => {
  const { cloudflare, world } = freshClouds();
  expect((await cloudflare("GET", "/nowhere")).headers.get("x-should-retry")).toBe("false");
  world.state.cloudflare.dials.retryHints = false;
  expect((await cloudflare("GET", "/nowhere")).headers.get("x-should-retry")).toBeNull();
  expect((await cloudflare("GET", "/zones")).headers.get("x-should-retry")).toBeNull();
});

test("beyond the limit everything is 429 until the five minutes are over", async () => {
  const { cloudflare, world } = freshClouds();
  world.state.cloudflare.dials.callsPerFiveMinutes = 2;
  const first = await cloudflare("GET", "/zones");
  expect(first.headers.get("x-ratelimit-remaining")).toBe("1");
  await cloudflare("GET", "/zones");
  const third = await cloudflare("GET", "/zones");
  expect(refused(third)).toBe("429 971");
  expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(290);
  world.advance(5 * 60 * 1000);
  expect((await cloudflare("GET", "/zones")).status).toBe(200);
});

test("zones are found by name, page by page", async () => {
  const { cloudflare } = freshClouds();
  const found = await cloudflare("GET", "/zones?name=mastiff.party");
  expect(found.body.result.map((z: { name: string }) => z.name)).toEqual(["mastiff.party"]);
  expect(found.body.result[0]).toMatchObject({
    status: "active",
    account: { name: "Mastiff local" },
    name_servers: ["ada.ns.cloudflare.com", "rob.ns.cloudflare.com"],
  });
  expect((await cloudflare("GET", "/zones?name=stiff.party")).body.result).toEqual([]);
  const page = await cloudflare("GET", "/zones?per_page=1&page=1");
  // Cloudflare raises a smaller per_page to 5.
  expect(page.body.result_info).toEqual({ page: 1, per_page: 5, count: 3, total_count: 3, total_pages: 1 });
  expect((await cloudflare("GET", "/zones?status=pending")).body.result[0].name).toBe("pending.example");
});

test("a new zone is pending, its name is taken, and it goes with its records", async () => {
  const { cloudflare, world } = freshClouds();
  const body = { name: "New.Example", account: { id: account.slice(10) }, type: "full" };
  const made = await cloudflare("POST", "/zones", body);
  expect(made.body.result).toMatchObject({ name: "new.example", status: "pending", activated_on: null });
  expect(refused(await cloudflare("POST", "/zones", body))).toBe("400 1061");
  expect(refused(await cloudflare("POST", "/zones", { ...body, name: "nonsense" }))).toBe("400 1099");
  expect(refused(await cloudflare("POST", "/zones", { ...body, name: "sub.new.example" }))).toBe("400 1116");
  const path = `/zones/${made.body.result.id}`;
  await cloudflare("POST", `${path}/dns_records`, { type: "A", name: "@", content: "192.0.2.1" });
  expect((await cloudflare("DELETE", path)).body.result).toEqual({ id: made.body.result.id });
  expect(world.state.cloudflare.records).toEqual([]);
});

test("a setting takes only its values, and PATCH is what GET shows", async () => {
  const { cloudflare } = freshClouds();
  expect((await cloudflare("GET", `${zone}/settings/ssl`)).body.result).toEqual({
    id: "ssl",
    value: "full",
    modified_on: null,
    editable: true,
  });
  const set = await cloudflare("PATCH", `${zone}/settings/ssl`, { value: "strict" });
  expect(set.body.result.value).toBe("strict");
  expect((await cloudflare("GET", `${zone}/settings/ssl`)).body.result.value).toBe("strict");
  for (const value of ["Strict", true, undefined]) {
    expect(refused(await cloudflare("PATCH", `${zone}/settings/ssl`, { value }))).toBe("400 1007");
  }
  // The API wants the text "1.2" and not a number.
  expect(refused(await cloudflare("PATCH", `${zone}/settings/min_tls_version`, { value: 1.2 }))).toBe(
    "400 1007",
  );
  expect(refused(await cloudflare("GET", `${zone}/settings/tls`))).toBe("400 1006");
});

test("a token is known by its digest alone: no state holds a value", () => {
  const { world } = freshClouds();
  const text = JSON.stringify(world.state.cloudflare);
  for (const value of [cloudflareToken, operatorToken]) expect(text).not.toContain(value);
});

// Only a zone with partial setup has these fields: github.com/cloudflare/cloudflare-go/issues/353.
test("a zone with full setup has no verification key and no CNAME suffix", async () => {
  const { body } = await freshClouds().cloudflare("GET", zone);
  expect(body.result).toMatchObject({
    type: "full",
    vanity_name_servers: [],
    tenant: { id: null, name: null },
  });
  expect(Object.keys(body.result)).not.toContain("verification_key");
  expect(Object.keys(body.result)).not.toContain("cname_suffix");
});
