import { readdirSync, readFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { type Open, openWorldFront } from "./front-call.ts";

let { world, call, sendgrid, view } = {} as Open;

beforeEach(() => {
  ({ world, call, sendgrid, view } = openWorldFront());
});

test("a visit asks the local internet and nothing else", async () => {
  const visit = async (url: string) =>
    (await call("GET", `/_local/visit?url=${encodeURIComponent(url)}`)).body;
  expect(await visit("https://mastiff.party/")).toMatchObject({
    status: 502,
    headers: expect.arrayContaining([["x-local-error", "NXDOMAIN"]]),
  });
  expect(await visit("file:///etc/passwd")).toEqual({
    error: '"file:///etc/passwd" is not an http or https URL',
  });
  expect((await view()).calls.total).toBe(0);
});

test("the operator clicks the link in the mail", async () => {
  const sender = { nickname: "a", from_email: "me+1@b.example", reply_to: "a@b.example" };
  await sendgrid("POST", "/verified_senders", sender);
  expect((await view()).sendgrid.senders).toMatchObject([{ email: "me+1@b.example", verified: false }]);
  expect((await call("POST", "/_local/senders/me%2B1%40b.example/click")).status).toBe(204);
  expect((await view()).sendgrid.senders).toMatchObject([{ verified: true }]);
  expect((await call("POST", "/_local/senders/nobody@b.example/click")).status).toBe(404);
});

test("a dial that is turned is turned and shown; the others stay", async () => {
  const before = structuredClone(world.state.fly.dials);
  const turned = { fly: { fullRegions: ["ams"] }, cloudflare: { domainActivationMs: 500 } };
  expect((await call("PATCH", "/_local/dials", turned)).status).toBe(204);
  expect(world.state.fly.dials).toEqual({ ...before, fullRegions: ["ams"] });
  expect((await view()).dials).toEqual([
    { cloud: "cloudflare", dial: "domainActivationMs", value: "500" },
    { cloud: "fly", dial: "fullRegions", value: "" },
  ]);
});

test.each([
  ["a cloud that is none", { aws: {} }, "aws"],
  ["an unknown dial", { fly: { fullRegion: ["ams"] } }, "fullRegion"],
  ["a value of another type", { sendgrid: { keysPerUser: "many" } }, "keysPerUser"],
  ["a negative time", { cloudflare: { bucketSettleMs: -1 } }, "bucketSettleMs"],
  ["a date that is none", { fly: { rateLimitedUntil: { "a.example": "soon" } } }, "rateLimitedUntil"],
  ["no JSON object", [], "expected object"],
])("%s is refused, and what stood beside it is not turned", async (_what, wrong, names) => {
  const dials = JSON.stringify([
    world.state.cloudflare.dials,
    world.state.sendgrid.dials,
    world.state.fly.dials,
  ]);
  const body = Array.isArray(wrong) ? wrong : { cloudflare: { r2Enabled: false }, ...wrong };
  const answer = await call("PATCH", "/_local/dials", body);
  expect(answer.status).toBe(400);
  expect(answer.body.error).toContain(names);
  expect(
    JSON.stringify([world.state.cloudflare.dials, world.state.sendgrid.dials, world.state.fly.dials]),
  ).toBe(dials);
});

test.each([
  ["let go", "", 201, 1],
  ["dropped", "?drop", 499, 0],
])("a changing call is held before the cloud acts, shown, and %s", async (_how, query, status, keys) => {
  const hold = { changing: true, when: "before", times: -1, action: { hold: "gate" } };
  await call("POST", "/_local/faults", [hold]);
  const before = (await sendgrid("GET", "/api_keys")).body.result.length;
  const [made, shown] = [
    sendgrid("POST", "/api_keys", { name: "held" }),
    await call("GET", "/_local/held/gate?wait"),
  ];
  expect(shown.body).toMatchObject({ held: 1, calls: [{ method: "POST", path: "/sendgrid/v3/api_keys" }] });
  const [{ id }] = shown.body.calls;
  await call("POST", `/_local/release/gate?id=${id + 1}&drop`);
  expect((await call("GET", "/_local/held/gate")).body.held).toBe(1);
  await call("POST", `/_local/release/gate${query}`);
  expect((await made).status).toBe(status);
  expect((await sendgrid("GET", "/api_keys")).body.result.length - before).toBe(keys);
});

test.each([
  ["query ($org: String!) { organization }", 0],
  ["\n\tmutation($input: CreateAppInput!) { createApp }", 1],
])("of GraphQL only a mutation changes something: %j", async (query, held) => {
  const hold = { changing: true, when: "before", action: { hold: "gate" } };
  await call("POST", "/_local/faults", [hold]);
  const asked = call("POST", "/graphql", { query });
  await Promise.race([asked, call("GET", "/_local/held/gate?wait")]);
  expect((await call("GET", "/_local/held/gate")).body.held).toBe(held);
  await call("POST", "/_local/release/gate?drop");
  await asked;
});

test("the page needs nothing but itself", async () => {
  const folder = new URL("../clouds/page/", import.meta.url);
  const files = readdirSync(folder).filter((file) => !file.endsWith(".ts"));
  expect(files).toContain("index.html");
  const wanted = new Set(["/"]);
  for (const file of files) {
    const text = readFileSync(new URL(file, folder), "utf8");
    // SVG's namespace is a name and not an address.
    const addresses = text.replaceAll("http://www.w3.org/2000/svg", "");
    expect(addresses, file).not.toMatch(/https?:\/\/\w|["'(]\/\/\w/);
    for (const [, path = ""] of text.matchAll(/["`](\/_local\/page\/[\w.-]+)/g)) wanted.add(path);
    for (const [, path = ""] of text.matchAll(/(?:from|import) "\.\/([\w.-]+)"/g))
      wanted.add(`/_local/page/${path}`);
  }
  expect(wanted.size).toBeGreaterThan(20);
  for (const path of wanted) expect((await call("GET", path)).status, path).toBe(200);
  // Every file is used, and no path leads out of the folder.
  expect(files.filter((file) => !wanted.has(`/_local/page/${file}`))).toEqual(["index.html"]);
  for (const path of ["/_local/page/..%2Fcontrol.ts", "/_local/page/serve.ts"]) {
    expect((await call("GET", path)).status).toBe(404);
  }
});

test("what is left of the faults, and the journal, tell which have hit", async () => {
  const rule = { cloud: "sendgrid", path: "/api_keys$", when: "before", action: { status: 503 } };
  await call("POST", "/_local/faults", [rule, { ...rule, method: "DELETE" }, { ...rule, skip: 2 }]);
  expect((await sendgrid("GET", "/api_keys")).status).toBe(503);
  const { body } = await call("GET", "/_local/faults");
  expect(body.map(({ times, skip }: { times: number; skip: number }) => [times, skip])).toEqual([
    [0, 0],
    [1, 0],
    [1, 1],
  ]);
  expect((await sendgrid("GET", "/api_keys")).status).toBe(200);
  const { entries } = (await call("GET", "/_local/journal")).body;
  expect(entries.slice(-2).map(({ faulty }: { faulty?: true }) => faulty)).toEqual([true, undefined]);
});
