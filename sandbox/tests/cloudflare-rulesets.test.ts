import { beforeEach, expect, test } from "vitest";
import { edgeHeaders } from "../clouds/cloudflare/edge.ts";
import { FilterError, parseExpression } from "../clouds/cloudflare/expression.ts";
import { type Clouds, freshClouds, refused, zone } from "./cloud-call.ts";

const phase = "http_response_headers_transform";
const entrypoint = `${zone}/rulesets/phases/${phase}/entrypoint`;

const rule = (ref: string, value = "*", expression = 'http.host in {"assets.mastiff.party"}') => ({
  ref,
  action: "rewrite",
  expression,
  action_parameters: { headers: { "Access-Control-Allow-Origin": { operation: "set", value } } },
});

let clouds: Clouds;
beforeEach(() => {
  clouds = freshClouds();
});

const create = (rules: unknown[], more: Record<string, unknown> = {}) =>
  clouds.cloudflare("POST", `${zone}/rulesets`, { kind: "zone", name: "mastiff", phase, rules, ...more });

test("a zone has one ruleset per phase", async () => {
  expect(refused(await clouds.cloudflare("GET", entrypoint))).toBe("404 10003");
  const made = await create([rule("one")]);
  expect(made.body.result).toMatchObject({
    kind: "zone",
    phase,
    version: "1",
    name: "mastiff",
    description: "",
  });
  const second = await create([rule("two")]);
  expect(second.status).toBe(400);
  expect(second.body.errors).toEqual([
    {
      code: 20217,
      message: `'zone' is not a valid value for kind because exceeded maximum number of zone rulesets for phase ${phase}`,
      source: { pointer: "/kind" },
    },
  ]);
  expect((await clouds.cloudflare("GET", entrypoint)).body.result.id).toBe(made.body.result.id);
});

test("the list leaves the rules out, a single ruleset has them", async () => {
  const { body } = await create([rule("one")]);
  const list = await clouds.cloudflare("GET", `${zone}/rulesets`);
  expect(list.body.result).toHaveLength(1);
  expect(list.body.result[0].rules).toBeUndefined();
  const one = await clouds.cloudflare("GET", `${zone}/rulesets/${body.result.id}`);
  expect(one.body.result.rules[0]).toMatchObject({
    ref: "one",
    enabled: true,
    description: "",
    version: "1",
  });
});

test("with refs a rule keeps its id over a PUT, without them it gets a new one", async () => {
  const bare = { ...rule("x"), ref: undefined };
  const { body } = await create([rule("one"), bare]);
  const [one, anonymous] = body.result.rules;
  // The ref of a rule made without one is its id.
  expect(anonymous.ref).toBe(anonymous.id);
  const path = `${zone}/rulesets/${body.result.id}`;
  const put = await clouds.cloudflare("PUT", path, { rules: [rule("one", "https://x"), bare] });
  expect(put.body.result.version).toBe("2");
  expect(put.body.result.rules[0]).toMatchObject({ id: one.id, version: "2" });
  expect(put.body.result.rules[1].id).not.toBe(anonymous.id);
});

test("a PUT on the entrypoint makes it where there is none", async () => {
  const made = await clouds.cloudflare("PUT", entrypoint, { rules: [rule("one")] });
  expect(made.body.result).toMatchObject({ name: "default", kind: "zone", phase, version: "1" });
  const again = await clouds.cloudflare("PUT", entrypoint, { rules: [] });
  expect(again.body.result).toMatchObject({ id: made.body.result.id, rules: [] });
});

test("rules come and go one by one, and every answer is the whole ruleset", async () => {
  const { body } = await create([rule("one")]);
  const rules = `${zone}/rulesets/${body.result.id}/rules`;
  const added = await clouds.cloudflare("POST", rules, { ...rule("two"), position: { before: "" } });
  expect(added.body.result.rules.map((r: { ref: string }) => r.ref)).toEqual(["two", "one"]);
  expect(refused(await clouds.cloudflare("POST", rules, rule("two")))).toBe("400 20031");
  const two = added.body.result.rules[0];
  const changed = await clouds.cloudflare("PATCH", `${rules}/${two.id}`, rule("two", "https://x"));
  expect(changed.body.result.rules[0]).toMatchObject({ id: two.id, version: "2", ref: "two" });
  const removed = await clouds.cloudflare("DELETE", `${rules}/${two.id}`);
  expect(removed.body.result.rules.map((r: { ref: string }) => r.ref)).toEqual(["one"]);
  expect(refused(await clouds.cloudflare("DELETE", `${rules}/${two.id}`))).toBe("404 10002");
});

test("a PATCH replaces the rule: what it does not send is gone, and missing", async () => {
  const { body } = await create([rule("one")]);
  const path = `${zone}/rulesets/${body.result.id}/rules/${body.result.rules[0].id}`;
  const { action_parameters } = rule("one");
  expect(refused(await clouds.cloudflare("PATCH", path, { action_parameters }))).toBe("400 20026");
  const blank = await clouds.cloudflare("PATCH", path, { action: "rewrite", action_parameters });
  expect(blank.body.errors[0]).toMatchObject({
    code: 20125,
    message: "'' is not a valid value for expression because the expression cannot be blank",
  });
});

test("DELETE answers 204 without a body and takes everybody's rules", async () => {
  const { body } = await create([rule("one"), rule("two")]);
  const path = `${zone}/rulesets/${body.result.id}`;
  const gone = await clouds.cloudflare("DELETE", path);
  expect([gone.status, gone.body]).toEqual([204, undefined]);
  expect(refused(await clouds.cloudflare("GET", path))).toBe("404 10001");
  expect(refused(await clouds.cloudflare("GET", entrypoint))).toBe("404 10003");
});

test("the three phases of Transform Rules share the ten of a free plan", async () => {
  const six = Array.from({ length: 6 }, (_, i) => rule(`r${i}`));
  await create(six);
  const rewrite = (i: number) => ({
    ref: `u${i}`,
    action: "rewrite",
    expression: "true",
    action_parameters: { uri: { path: { value: "/" } } },
  });
  const urls = `${zone}/rulesets/phases/http_request_transform/entrypoint`;
  const put = (count: number) =>
    clouds.cloudflare("PUT", urls, { rules: Array.from({ length: count }, (_, i) => rewrite(i)) });
  expect(refused(await put(5))).toBe("400 20217");
  expect((await put(4)).status).toBe(200);
});

test("a free plan has ten rules a phase", async () => {
  const ten = Array.from({ length: 10 }, (_, i) => rule(`r${i}`));
  const { body } = await create(ten);
  const eleventh = await clouds.cloudflare("POST", `${zone}/rulesets/${body.result.id}/rules`, rule("more"));
  expect(eleventh.body.errors[0].message).toContain(
    `exceeded maximum number of rules in the phase ${phase}: 11 out of 10`,
  );
  const put = await clouds.cloudflare("PUT", entrypoint, { rules: [...ten, rule("more")] });
  expect(put.status).toBe(400);
});

test("an expression that cannot be parsed is shown with the place where it breaks", async () => {
  const { status, body } = await create([rule("one"), rule("two", "*", 'http.hots eq "a"')]);
  expect(status).toBe(400);
  expect(body.errors).toEqual([
    {
      code: 20127,
      message:
        "'http.hots eq \"a\"' is not a valid value for expression because could not parse filter expression: " +
        'Filter parsing error (1:1):\nhttp.hots eq "a"\n^^^^^^^^^ unknown identifier\n',
      source: { pointer: "/rules/1/expression" },
    },
  ]);
  expect(clouds.world.state.cloudflare.rulesets).toEqual([]);
});

test.each([
  ["no action of this phase", { action: "set_config" }, 20016],
  ["no headers", { action_parameters: { headers: {} } }, 20021],
  [
    "an unknown operation",
    { action_parameters: { headers: { A: { operation: "put", value: "x" } } } },
    20021,
  ],
  [
    "a header of Cloudflare's",
    { action_parameters: { headers: { "CF-Ray": { operation: "remove" } } } },
    20021,
  ],
  [
    "a value and an expression",
    { action_parameters: { headers: { A: { operation: "set", value: "x", expression: "http.host" } } } },
    20021,
  ],
  ["text for enabled", { enabled: "yes" }, 20014],
])("a rule with %s is refused", async (_, change, code) => {
  expect(refused(await create([{ ...rule("one"), ...change }]))).toBe(`400 ${code}`);
});

test("unknown kinds, names and phases are refused", async () => {
  expect(refused(await create([], { kind: "root" }))).toBe("400 20017");
  expect(refused(await create([], { name: "" }))).toBe("400 20011");
  expect(refused(await create([], { phase: "http_request_nothing" }))).toBe("400 20019");
});

test("configuration and cache rules take their settings, and no edge TTL below two hours", async () => {
  const config = (action_parameters: unknown) =>
    clouds.cloudflare("PUT", `${zone}/rulesets/phases/http_config_settings/entrypoint`, {
      rules: [{ action: "set_config", expression: 'http.host eq "x.mastiff.party"', action_parameters }],
    });
  expect((await config({ ssl: "strict" })).status).toBe(200);
  expect(refused(await config({ ssl: "strictest" }))).toBe("400 20021");
  const cache = (seconds: number) =>
    clouds.cloudflare("PUT", `${zone}/rulesets/phases/http_request_cache_settings/entrypoint`, {
      rules: [
        {
          action: "set_cache_settings",
          expression: "true",
          action_parameters: { cache: true, edge_ttl: { mode: "override_origin", default: seconds } },
        },
      ],
    });
  expect((await cache(7200)).status).toBe(200);
  expect(refused(await cache(60))).toBe("400 20021");
});

test("the edge sets what the rules say, on proxied hosts that match, and nowhere else", async () => {
  const { world, cloudflare } = clouds;
  const record = (name: string, proxied: boolean) =>
    cloudflare("POST", `${zone}/dns_records`, { type: "A", name, content: "66.241.1.1", proxied });
  await record("assets", true);
  await record("other", true);
  await record("streaming", false);
  const methods = 'http.request.method in {"GET" "HEAD"}';
  const hosts = 'http.host in {"assets.mastiff.party" "streaming.mastiff.party"}';
  await create([rule("cors", "*", `(${hosts} and ${methods})`)]);
  const allowed = { "access-control-allow-origin": "*" };
  expect(edgeHeaders(world, "Assets.mastiff.party", "GET")).toEqual(allowed);
  expect(edgeHeaders(world, "assets.mastiff.party", "POST")).toEqual({});
  expect(edgeHeaders(world, "other.mastiff.party", "GET")).toEqual({});
  expect(edgeHeaders(world, "streaming.mastiff.party", "GET")).toEqual({});
  await clouds.cloudflare("PUT", entrypoint, {
    rules: [{ ...rule("cors", "*", hosts), enabled: false }],
  });
  expect(edgeHeaders(world, "assets.mastiff.party", "GET")).toEqual({});
});

test.each([
  ['http.host == "a.b" or http.host == "c.d"', true],
  ['not http.host eq "a.b"', false],
  ['!(http.host ne "a.b") && http.request.method eq "GET"', true],
  ['http.host contains "b" xor http.host contains "a"', false],
  ['lower(http.request.method) eq "get"', true],
  ['starts_with(http.request.uri.path, "/media/")', true],
  ['http.request.uri.path wildcard "/MEDIA/*"', true],
  ['http.request.uri.path strict wildcard "/MEDIA/*"', false],
  ["ssl and len(http.host) eq 3", true],
  ["http.response.code in {200 404}", true],
])("%s is %s", (text, expected) => {
  const facts = { host: "a.b", method: "GET", path: "/media/x", scheme: "https", status: 200 } as const;
  expect(parseExpression(text)(facts)).toBe(expected);
});

test.each([
  ['http.host eq "a', "(1:14)", "missing ending quote"],
  ["http.host eq a", "(1:14)", 'expected literal "\\""'],
  ['http.host in "a"', "(1:14)", 'expected literal "{"'],
  ['http.host in {"a", "b"}', "(1:18)", 'expected literal "\\""'],
  ['http.host eq "a" http.host', "(1:18)", "unrecognised input"],
  ['(http.host eq "a"', "(1:18)", 'expected literal ")"'],
  ['http.host matches "a"', "(1:11)", "unrecognised input"],
  ["", "(1:1)", "expected"],
])("%s breaks at %s: %s", (text, place, problem) => {
  expect(() => parseExpression(text)).toThrow(FilterError);
  expect(() => parseExpression(text)).toThrow(place);
  expect(() => parseExpression(text)).toThrow(problem);
});
