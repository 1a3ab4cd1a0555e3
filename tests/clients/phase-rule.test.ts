import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import * as provider from "../../providers/cloudflare/provider.ts";
import type { Props } from "../../providers/shared/kind.ts";
import { type LocalClouds, operator, startLocalClouds } from "./local-clouds.ts";

const phase = "http_response_headers_transform";
const theirs = {
  ref: "theirs",
  action: "rewrite",
  expression: "true",
  action_parameters: { headers: { "X-Theirs": { operation: "set", value: "1" } } },
};

let clouds: LocalClouds;
let zoneId: string;

beforeAll(async () => {
  clouds = await startLocalClouds();
  const { result } = await clouds.ask("cloudflare", "GET", "/zones?name=mastiff.party");
  zoneId = result[0].id;
});
afterAll(() => clouds[Symbol.asyncDispose]());

beforeEach(async () => {
  await clouds.reset();
  vi.stubEnv("CLOUDFLARE_API_TOKEN", operator.cloudflare);
  await configure({});
  return () => vi.unstubAllEnvs();
});

const configure = (values: Record<string, string>) =>
  provider.configure({ config: { get: (key) => values[key], require: (key) => String(values[key]) } });

const mine = (more: Props = {}): Props => ({
  kind: "PhaseRule",
  zoneId,
  phase,
  ref: "cors_mastiff",
  description: "ours",
  action: "rewrite",
  expression: 'http.host in {"assets.mastiff.party"}',
  actionParameters: { headers: { "Access-Control-Allow-Origin": { operation: "set", value: "*" } } },
  baseUrl: clouds.cloudflareUrl,
  ...more,
});

const rulesets = `/zones/${"0".repeat(28)}a001/rulesets`;
const entrypoint = () => clouds.ask("cloudflare", "GET", `${rulesets}/phases/${phase}/entrypoint`);
const refs = async () => (await entrypoint()).result.rules.map((rule: { ref: string }) => rule.ref);
const makeTheirs = async (): Promise<string> => {
  const body = { kind: "zone", phase, name: "their rules", rules: [theirs] };
  return (await clouds.ask("cloudflare", "POST", rulesets, body)).result.id;
};

test("beside the rules of others ours comes, changes and goes, and theirs stay as they are", async () => {
  await makeTheirs();
  const before = (await entrypoint()).result.rules;

  const { id, outs } = await provider.create(mine());
  expect(await refs()).toEqual(["theirs", "cors_mastiff"]);

  const changed = mine({ description: "changed" });
  expect(await provider.diff(id, outs, changed)).toMatchObject({ changes: true, replaces: [] });
  const updated = await provider.update(id, outs, changed);
  const after = (await entrypoint()).result.rules;
  expect(after[1]).toMatchObject({ ref: "cors_mastiff", description: "changed", id: updated.outs.ruleId });
  expect(after).toHaveLength(2);

  await provider.remove(id, updated.outs);
  expect((await entrypoint()).result.rules).toEqual(before);
});

test("a ruleset that we made goes with its last rule, whichever stack that belongs to", async () => {
  const first = await provider.create(mine());
  const second = await provider.create(mine({ ref: "cors_other" }));
  await provider.remove(first.id, first.outs);
  expect(await refs()).toEqual(["cors_other"]);
  await provider.remove(second.id, second.outs);
  await expect(entrypoint()).rejects.toThrow("10003");
});

test("a ruleset of others stays, even when it is empty", async () => {
  const ruleset = await makeTheirs();
  const { result } = await entrypoint();
  await clouds.ask("cloudflare", "DELETE", `${rulesets}/${ruleset}/rules/${result.rules[0].id}`);
  const { id, outs } = await provider.create(mine());
  await provider.remove(id, outs);
  expect(await refs()).toEqual([]);
});

test("another stack that makes the ruleset between our look and our act loses nothing, nor do we", async () => {
  await clouds.faults({ method: "POST", body: "cors_mastiff", when: "before", action: { hold: "ours" } });
  const creating = provider.create(mine());
  await vi.waitFor(async () => expect(await clouds.calls("cloudflare")).toHaveLength(1));
  await makeTheirs();
  await clouds.release("ours");
  await creating;
  expect(await refs()).toEqual(["theirs", "cors_mastiff"]);
});

test("a ruleset that is taken away between our look and our act is made anew", async () => {
  const ruleset = await makeTheirs();
  await clouds.faults({ method: "POST", body: "cors_mastiff", when: "before", action: { hold: "ours" } });
  const creating = provider.create(mine());
  await vi.waitFor(async () => expect(await clouds.calls("cloudflare")).toHaveLength(2));
  await clouds.ask("cloudflare", "DELETE", `${rulesets}/${ruleset}`);
  await clouds.release("ours");
  await creating;
  expect(await refs()).toEqual(["cors_mastiff"]);
});

test("a rule whose answer was lost is found, not made twice", async () => {
  await makeTheirs();
  await clouds.faults({ method: "POST", path: "/rules$", when: "after", action: { cut: true } });
  await provider.create(mine());
  expect(await refs()).toEqual(["theirs", "cors_mastiff"]);
});

test("a rule that a crash left behind is taken over", async () => {
  await provider.create(mine({ description: "before the crash" }));
  await provider.create(mine());
  const { result } = await entrypoint();
  expect(result.rules.map((rule: Props) => rule.description)).toEqual(["ours"]);
});

test("too many calls, or writes at once, are asked again", async () => {
  const busy = {
    headers: { "retry-after": "0" },
    body: { success: false, errors: [], messages: [], result: null },
  };
  await clouds.faults(
    { method: "POST", when: "before", action: { status: 429, ...busy } },
    { method: "GET", when: "before", action: { status: 503, ...busy } },
  );
  await provider.create(mine());
  expect(await refs()).toEqual(["cors_mastiff"]);
});

test("a change that Cloudflare never takes is not tried over and over: the client's tries are all", async () => {
  const { id, outs } = await provider.create(mine());
  const before = (await clouds.calls("cloudflare")).length;
  const unwell = { status: 503, headers: { "retry-after": "0" }, body: { success: false, errors: [] } };
  await clouds.faults({ method: "PATCH", times: -1, when: "before", action: unwell });
  await expect(provider.update(id, outs, mine({ description: "changed" }))).rejects.toThrow("HTTP 503");
  const calls = (await clouds.calls("cloudflare")).slice(before);
  expect(calls.filter((call) => call.startsWith("PATCH"))).toHaveLength(6);
});

test("a phase that is full is told at once, with what can be done", async () => {
  const full = Array.from({ length: 10 }, (_, n) => ({ ...theirs, ref: `theirs${n}` }));
  await clouds.ask("cloudflare", "PUT", `${rulesets}/phases/${phase}/entrypoint`, { rules: full });
  const begun = Date.now();
  await expect(provider.create(mine())).rejects.toThrow(
    /11 out of 10[\s\S]*\n {2}fix {5}merge two of the zone's rules of this kind into one/,
  );
  expect(Date.now() - begun).toBeLessThan(5_000);
  const posts = (await clouds.calls("cloudflare")).filter((call) => call.startsWith("POST"));
  expect(posts).toHaveLength(1);
});

test("many rules at once all arrive", async () => {
  const names = ["a", "b", "c", "d", "e"];
  const made = await Promise.all(names.map((name) => provider.create(mine({ ref: name }))));
  expect((await refs()).toSorted()).toEqual(names);
  await Promise.all(made.map(({ id, outs }) => provider.remove(id, outs)));
  await expect(entrypoint()).rejects.toThrow("10003");
});

test("what was changed, switched off or removed in the dashboard is seen and put right", async () => {
  const { id, outs } = await provider.create(mine());
  const untouched = await provider.read(id, outs);
  expect(untouched.props).toEqual(outs);

  const rule = `${rulesets}/${outs.rulesetId}/rules/${outs.ruleId}`;
  const { ref, description, action, expression, action_parameters } = (await entrypoint()).result.rules[0];
  const live = { ref, description, action, expression, action_parameters };
  await clouds.ask("cloudflare", "PATCH", rule, { ...live, expression: "true" });
  const widened = await provider.read(id, outs);
  expect(widened.props?.expression).toBe("true");
  expect((await provider.diff(id, widened.props ?? {}, mine())).changes).toBe(true);

  await clouds.ask("cloudflare", "PATCH", rule, { ...live, enabled: false });
  const off = await provider.read(id, outs);
  expect((await provider.diff(id, off.props ?? {}, mine())).changes).toBe(true);
  const repaired = await provider.update(id, off.props ?? {}, mine());
  expect((await entrypoint()).result.rules[0]).toMatchObject({ enabled: true, expression: live.expression });
  expect((await provider.diff(id, repaired.outs, mine())).changes).toBe(false);

  await clouds.ask("cloudflare", "DELETE", `${rulesets}/${outs.rulesetId}`);
  expect((await provider.read(id, repaired.outs)).id).toBe("");
  await provider.remove(id, repaired.outs);
});

test("a token that config has from before it was rotated gives way to the environment's", async () => {
  await configure({ "cloudflare:apiToken": "rotated-away" });
  await provider.create(mine());
  expect(await refs()).toEqual(["cors_mastiff"]);
});

test("a token that is refused is told with the rights it needs, and not shown", async () => {
  vi.stubEnv("CLOUDFLARE_API_TOKEN", "no-such-token-000000000000000000000000000");
  const refused = await provider.create(mine()).catch((error: Error) => error.message);
  expect(refused).toMatch(
    /^Cloudflare did not grant GET \/zones\/\w+\/rulesets\/phases\/\w+\/entrypoint \(HTTP 403\): /,
  );
  expect(refused).toContain("Transform Rules");
  expect(refused).not.toContain("no-such-token");
});

test("an expression that Cloudflare does not understand fails with its words, after one more look", async () => {
  await expect(provider.create(mine({ expression: "http.host in {" }))).rejects.toThrow("HTTP 400");
  const posts = (await clouds.calls("cloudflare")).filter((call) => call.startsWith("POST"));
  expect(posts).toHaveLength(2);
});

test("a rule that bears another stack's mark is neither changed nor removed", async () => {
  const [here, there] = ["Full, Mastiff 3f9a1c0b77de mastiff/dev", "Full, Mastiff 0b77de3f9a1c mastiff/dev"];
  const made = await provider.create(mine({ description: there }));
  await expect(provider.create(mine({ description: here }))).rejects.toThrow(
    `The rule cors_mastiff belongs to another stack: “${there}”. It acts on a community that is up.`,
  );
  await provider.remove(String(made.id), { ...made.outs, ...mine({ description: here }) });
  expect(await refs()).toEqual(["cors_mastiff"]);
  await provider.remove(String(made.id), { ...made.outs, ...mine({ description: there }) });
});
