import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { environment } from "../../../sandbox/toolchain/environment.ts";
import { root } from "../../../sandbox/toolchain/paths.ts";
import { type Community, communityThatIsUp } from "../../support/golden.ts";
import { muchToLose } from "../../support/protected-community.ts";
import { hunt, secretsOf } from "../../support/secret-hunt.ts";
import { words } from "../../support/ways.ts";
import { machineOf, recordOf } from "../drift/change.ts";

/** A review that is kept in docs/reviews/, of a change in the config or in the clouds. */
interface Kept {
  name: string;
  config?: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: the clouds' state is theirs.
  meddle?(state: any): void;
  exitCode: 0 | 1;
}

/** The change in the clouds is the last: a refresh sees it from then on. */
const reviews: Kept[] = [
  {
    name: "resize",
    config: {
      "mastiff:postgres": '{"memoryMb":1024,"volumeGb":10}',
      "mastiff:web": '{"count":2,"memoryMb":2048}',
    },
    exitCode: 0,
  },
  { name: "upgrade", config: { "mastiff:mastodonVersion": "v4.7.4" }, exitCode: 0 },
  { name: "rotation", config: { "mastiff:rotate": JSON.stringify(words("2026-11")) }, exitCode: 0 },
  { name: "refused", config: { "mastiff:region": "fra", "mastiff:postgres": '{"volumeGb":1}' }, exitCode: 1 },
  {
    name: "drift",
    meddle(state) {
      machineOf(state, "mastiff-party", "web").state = "stopped";
      recordOf(state, "A", "mastiff.party").content = "192.0.2.1";
      for (const settings of Object.values<Record<string, { value: string }>>(state.cloudflare.settings))
        if (settings.ssl) settings.ssl.value = "flexible";
    },
    exitCode: 0,
  },
];

describe("a review of a real preview is the one in docs/reviews", () => {
  let community: Community;
  beforeAll(async () => {
    community = await communityThatIsUp(() => ({ config: muchToLose }));
  });
  afterAll(() => community?.[Symbol.asyncDispose]());

  /** Runs a line of a shell in the project, as a job of a workflow does. */
  async function inJob(line: string) {
    const { world, stack } = community;
    const env = environment(world.toolchain, stack.place.target);
    const run = await execa("bash", ["-eo", "pipefail", "-c", line], {
      cwd: stack.place.project,
      env: { ...env, PATH: `${join(root, "node_modules/.bin")}:${env.PATH}`, STACK: stack.place.stack },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
    return { ...run, output: run.stdout + run.stderr };
  }

  test.each(reviews)("$name", async ({ name, config = {}, meddle, exitCode }) => {
    const { world, stack } = community;
    await stack.config(config);
    if (meddle !== undefined) await world.meddle(meddle);
    const out = mkdtempSync(join(world.folder, "review-"));
    const run = await inJob(`node cli/mastiff.mjs review -s "$STACK" --out ${out}`);
    // As it was, for the next one.
    const before: Record<string, string | undefined> = muchToLose;
    await stack.config(Object.fromEntries(Object.keys(config).map((key) => [key, before[key]])));
    expect(run.exitCode, run.output).toBe(exitCode);
    const read = (ending: string) => readFileSync(join(out, `review.${ending}`), "utf8");
    expect(read("md").trimEnd()).toBe(run.stdout.trimEnd());
    const places = ["md", "json", "svg"].map((ending) => ({ name: ending, text: read(ending) }));
    expect(hunt(await secretsOf(stack), [...places, { name: "the screen", text: run.output }])).toEqual([]);
    // Ids are the clouds' own, another in each world.
    const text = (ending: string) => read(ending).replaceAll(/\b[0-9a-f]{14}\b/g, "148e0b5c9ede48");
    await expect(text("md")).toMatchFileSnapshot(join(root, `docs/reviews/${name}.md`));
    await expect(text("svg")).toMatchFileSnapshot(join(root, `docs/reviews/${name}.svg`));
  });

  test("the line of the nightly workflow finds the drift, and ends so that an issue is opened", async () => {
    const drift = parse(readFileSync(join(root, ".github/workflows/drift.yml"), "utf8")) as {
      jobs: { drift: { steps: { id?: string; run?: string }[] } };
    };
    const line = drift.jobs.drift.steps.find(({ id }) => id === "review")?.run ?? "";
    expect(line).toMatch(/^npx mastiff review /);
    const run = await inJob(line);
    expect(run.exitCode, run.output).toBe(1);
    const report = readFileSync(join(community.stack.place.project, "review/review.md"), "utf8");
    expect(report).toMatch(/^<!-- mastiff review dev -->\n/);
    expect(report).toContain("### Drift");
  });
});
