import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openVisitor } from "../../../checks/visitor.ts";
import { environment } from "../../../sandbox/toolchain/environment.ts";
import { root } from "../../../sandbox/toolchain/paths.ts";
import { communityThatIsUp } from "../../support/golden.ts";
import type { TestStack } from "../../support/stack.ts";
import { jobsIn, restarts, versionsIn } from "../../support/upgrades.ts";
import { visited } from "../../support/visited.ts";
import type { TestWorld } from "../../support/world.ts";

const [old, next] = ["v4.6.10", "v4.7.4"];

describe(`a community goes from ${old} to ${next}`, () => {
  let world: TestWorld;
  let stack: TestStack;

  beforeAll(async () => {
    // Slow enough for a machine that restarts to be seen away.
    ({ world, stack } = await communityThatIsUp(
      () => ({ config: { "mastiff:mastodonVersion": old, "mastiff:web": '{"count":2}' } }),
      { latency: 0.01 },
    ));
  });
  afterAll(async () => {
    await stack?.end();
    await world?.stop();
  });

  const health = async () => {
    const { status, body } = await openVisitor({ local: world.url }).ask("https://mastiff.party/health");
    expect(`${status} ${body}`).toBe("200 OK");
  };
  const running = () => versionsIn(world);
  const on = (version: string) =>
    ["sidekiq", "streaming", "web", "web"].map((group) => `${group} ${version}`);

  test("a migration that fails leaves the old release serving, and says what it said", async () => {
    await stack.config({ "mastiff:mastodonVersion": next });
    // As an upgrade to 4.6 leaves it whose second half never ran.
    await setSchema((schema) => {
      schema.post = "4.5";
    });
    const { outcome, calls } = await visited(world, () => stack.up(), health);
    expect(outcome.exitCode).not.toBe(0);
    expect(outcome.output).toContain("database: migrating, before the release failed with exit code 1");
    expect(outcome.output).toContain(
      "PG::UndefinedColumn: ERROR:  a column that the post-deployment migrations of 4.6 make does not exist",
    );
    expect(jobsIn(calls)).toEqual(["db:migrate without post on v4.7.4"]);
    expect(await running()).toEqual(on(old));
    await setSchema((schema) => {
      schema.post = "4.6";
    });
  });

  test("half of the migrations, then all machines without a gap; if the rest fails, they stay", async () => {
    let isMeddled = false;
    const { outcome, calls } = await visited(
      world,
      () => stack.up(),
      async () => {
        await health();
        if (isMeddled || (await running()).filter((one) => one.endsWith(next)).length < 3) return;
        isMeddled = true;
        await world.meddle((state) => {
          catalogueIn(state).owner = "somebody";
        });
      },
    );
    expect(outcome.exitCode).not.toBe(0);
    expect(outcome.output).toContain("v4.6.10 → v4.7.4: migrations, then restarts 2 × web, 1 × sidekiq");
    expect(outcome.output).toContain("database: migrating, after the release failed with exit code 1");
    expect(outcome.output).toContain(
      "PG::InsufficientPrivilege: ERROR:  permission denied for schema public",
    );
    expect(jobsIn(calls)).toEqual(["db:migrate without post on v4.7.4", "db:migrate on v4.7.4"]);
    const first = calls.findIndex((call) => restarts(call, "mastiff-party"));
    expect(first).toBeGreaterThan(calls.findIndex((call) => jobsIn([call]).length > 0));
    // Streaming waits for the whole of it.
    expect(await running()).toEqual(
      on(next).map((one) => one.replace(`streaming ${next}`, `streaming ${old}`)),
    );
    await world.meddle((state) => {
      catalogueIn(state).owner = "mastiff_party";
    });
  });

  test("the next up goes on with the rest, and restarts streaming last", async () => {
    const { outcome, calls } = await visited(world, () => stack.up(), health);
    expect(outcome.exitCode, outcome.output).toBe(0);
    expect(jobsIn(calls)).toEqual(["db:migrate on v4.7.4"]);
    expect(calls.filter((call) => restarts(call, "mastiff-party"))).toEqual([]);
    const streaming = calls.findIndex((call) => restarts(call, "mastiff-party-streaming"));
    expect(streaming).toBeGreaterThan(calls.findIndex((call) => jobsIn([call]).length > 0));
    expect(await running()).toEqual(on(next));
    const status = await execa(
      "node",
      [join(root, "cli/mastiff.mjs"), ..."job run -s dev -- bundle exec rails db:migrate:status".split(" ")],
      {
        cwd: stack.place.project,
        env: environment(world.toolchain, stack.place.target),
        extendEnv: false,
      },
    );
    expect(status.stdout).toMatch(/up .*Mastodon47 post deployment/);
    expect(status.stdout).not.toContain("down");
    const preview = await stack.preview("--expect-no-changes");
    expect(preview.exitCode, preview.output).toBe(0);
  });

  async function setSchema(change: (schema: { pre: string; post: string }) => void) {
    await world.meddle((state) => change(catalogueIn(state).mastodon));
  }
});

// biome-ignore lint/suspicious/noExplicitAny: the clouds' state is theirs.
function catalogueIn(state: any): any {
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const [volume] = Object.values<any>(state.fly.apps["mastiff-party-db"].volumes);
  return volume.data.postgres.databases.mastiff_party;
}
