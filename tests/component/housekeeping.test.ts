/** Housekeeping, as the whole program declares it. All other tests of the program switch it off. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { specIn } from "./place.ts";
import { declareProgram, stateOf } from "./program-fixture.ts";

// What the SDK says without an engine goes to the console.
let warned: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(() => warned.mockRestore());

const keeping = (parts: object, env: object = {}) =>
  declareProgram({
    config: { "mastiff:housekeeping": JSON.stringify(parts), "mastiff:env": JSON.stringify(env) },
  });
const variables = (inputs: Record<string, unknown>) => inputs.environment as Record<string, string>;

test("by default it sets how long media is kept, after the release, and has no machine", async () => {
  const [on, off] = [await keeping({}), await declareProgram()];
  const added = on.names.filter((name) => !off.names.includes(name));
  expect(added).toEqual(["housekeeping", "housekeeping-retention"]);
  expect(on.named("housekeeping-retention").dependsOn).toContain("web-machines-release");
  expect(warned.mock.calls.flat().join("\n")).not.toContain("mastiff:housekeeping");
});

test("the machine is made anew after a release with other variables", async () => {
  const parts = { orphans: true, posts: 90 };
  const [one, other] = [await keeping(parts), await keeping(parts, { DEFAULT_LOCALE: "de" })];
  const machine = one.named("housekeeping-machine");
  expect(machine.dependsOn).toContain("web-machines-release");
  expect(specIn(machine.inputs)).toEqual({ app: "mastiff-party", schedule: "monthly", orphans: true });
  const digests = [one, other].map(
    (declared) => variables(declared.named("housekeeping-machine").inputs).FLY_TOML_DIGEST,
  );
  expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(digests[0]).not.toBe(digests[1]);
  expect(specIn(other.named("housekeeping-retention").inputs)).toEqual(
    specIn(one.named("housekeeping-retention").inputs),
  );
  expect(warned.mock.calls.flat().join("\n")).toContain(
    "mastiff:housekeeping deletes posts of other servers after 90 days, for good: also those that members have bookmarked, and private mentions between servers.\n  fix     keep them:  pulumi config set-all --path --plaintext mastiff:housekeeping.posts=0 --plaintext mastiff:housekeeping.orphans=true --plaintext mastiff:housekeeping.schedule=monthly",
  );
});

test("a community that is up without housekeeping is told once what the default deletes, and how to keep it", async () => {
  const before = await stateOf({});
  const after = await stateOf({ config: { "mastiff:housekeeping": "{}" } });
  const said = async (state: object, config: Record<string, string> = {}) => {
    warned.mockClear();
    const calls = { "pulumi:pulumi:readStackResourceOutputs": () => ({ outputs: state }) };
    await declareProgram({ isLive: true, calls, config: { "mastiff:housekeeping": "{}", ...config } });
    return warned.mock.calls.flat().join("\n");
  };
  expect(await said(before)).toContain(
    "mastiff:housekeeping is new in this community: after this up, Mastodon deletes its copies of other servers' media that are older than 14 days, each night, unless somebody has chosen a time in its administration. It fetches a copy again when somebody looks at the post, as long as the other server has it.\n" +
      "  fix     keep all copies:  pulumi config set-all --path --plaintext mastiff:housekeeping.mediaCache=0 --plaintext mastiff:housekeeping.orphans=false --plaintext mastiff:housekeeping.schedule=monthly\n" +
      "          or leave what Mastodon keeps to its administration:  pulumi config set mastiff:housekeeping off",
  );
  expect(await said(after)).not.toContain("is new in this community");
  expect(await said({})).not.toContain("is new in this community");
  expect(await said(before, { "mastiff:housekeeping": '{"mediaCache":30}' })).not.toContain("is new in");
  expect(await said(before, { "mastiff:destroy": "mastiff.party" })).not.toContain("is new in");
});
