/** Housekeeping, as the whole program declares it. All other tests of the program switch it off. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { specIn } from "./place.ts";
import { declareProgram } from "./program-fixture.ts";

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
