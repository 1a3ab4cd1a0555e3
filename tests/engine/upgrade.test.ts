import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openVisitor } from "../../checks/visitor.ts";
import { type Community, communityThatIsUp } from "../support/golden.ts";
import { muchToLose } from "../support/protected-community.ts";
import { jobsIn, restarts, versionsIn } from "../support/upgrades.ts";
import { visited } from "../support/visited.ts";

const [old, next] = [muchToLose["mastiff:mastodonVersion"], "v4.7.4"];
const on = (version: string) => ["sidekiq", "streaming", "web", "web"].map((group) => `${group} ${version}`);

describe(`a community goes from ${old} to ${next}`, () => {
  let community: Community;

  beforeAll(async () => {
    // Slow enough for a machine that restarts to be seen away.
    community = await communityThatIsUp(() => ({ config: muchToLose }), { latency: 0.01 });
  });
  afterAll(() => community?.[Symbol.asyncDispose]());

  test("half of the migrations, then all machines without a gap, then the rest, and streaming last", async () => {
    const { world, stack } = community;
    expect(await versionsIn(world)).toEqual(on(old));
    await stack.config({ "mastiff:mastodonVersion": next });
    const { outcome, calls } = await visited(
      world,
      () => stack.up(),
      async () => {
        const { status, body } = await openVisitor({ local: world.url }).ask("https://mastiff.party/health");
        expect(`${status} ${body}`).toBe("200 OK");
      },
    );
    expect(outcome.exitCode, outcome.output).toBe(0);
    expect(outcome.changes.map((step) => `${step.op} ${step.name}`).sort()).toEqual([
      "update streaming-machines-release",
      "update web-machines-release",
    ]);
    // In the words of a preview, which tests/engine/rotation.test.ts looks at.
    for (const words of [
      "v4.6.10 → v4.7.4: migrations, then restarts 2 × web, 1 × sidekiq",
      "- first the migrations that v4.6.10 tolerates, in a machine of their own: minutes, on a large server hours",
      "- web machines restart one after the other, about a minute each; the others keep answering",
      "- last the remaining migrations, once all machines run v4.7.4",
      "v4.6.10 → v4.7.4: restarts 1 × streaming",
    ])
      expect(outcome.output).toContain(words);
    expect(jobsIn(calls)).toEqual(["db:migrate without post on v4.7.4", "db:migrate on v4.7.4"]);
    const isJob = (half: string) =>
      calls.findIndex((call) => jobsIn([call]).some((job) => job.includes(half)));
    const web = calls.findIndex((call) => restarts(call, "mastiff-party"));
    const rest = isJob("db:migrate on");
    const streaming = calls.findIndex((call) => restarts(call, "mastiff-party-streaming"));
    const order = [isJob("without post"), web, rest, streaming];
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order[0]).toBeGreaterThanOrEqual(0);
    expect(await versionsIn(world)).toEqual(on(next));
    const preview = await stack.preview("--expect-no-changes");
    expect(preview.exitCode, preview.output).toBe(0);
  });
});
