import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openVisitor } from "../../checks/visitor.ts";
import { environment } from "../../toolchain/environment.ts";
import { root } from "../../toolchain/paths.ts";
import { openStack, type TestStack } from "../support/stack.ts";
import { type HeldCall, visited } from "../support/visited.ts";
import { startWorld, type TestWorld } from "../support/world.ts";

const [old, next] = ["v4.6.10", "v4.7.4"];

describe(`a community goes from ${old} to ${next}`, () => {
  let world: TestWorld;
  let stack: TestStack;

  beforeAll(async () => {
    // Slow enough for a machine that restarts to be seen away.
    world = await startWorld({ latency: 0.01 });
    stack = await openStack(world, {
      config: { "mastiff:mastodonVersion": old, "mastiff:web": '{"count":2}' },
    });
    const up = await stack.up();
    expect(up.exitCode, up.output).toBe(0);
  });
  afterAll(async () => {
    await stack?.end();
    await world?.stop();
  });

  const health = async () => {
    const { status, body } = await openVisitor(world.url).ask("https://mastiff.party/health");
    expect(`${status} ${body}`).toBe("200 OK");
  };
  /** Versions on the machines of both apps, by process group. */
  const running = async () => {
    const { apps } = (await world.state()).fly as { apps: Record<string, { machines: object }> };
    const machines = ["mastiff-party", "mastiff-party-streaming"].flatMap(
      (app) => Object.values(apps[app]?.machines ?? {}) as Machine[],
    );
    return machines
      .filter(({ state, config }) => state === "started" && config.metadata.fly_process_group !== undefined)
      .map(({ config }) => `${config.metadata.fly_process_group} ${config.image.split(/[:@]/)[1]}`)
      .sort();
  };
  const on = (version: string) =>
    ["sidekiq", "streaming", "web", "web"].map((group) => `${group} ${version}`);

  test.each([
    ["v4.8.0", "v4.6.10 → v4.8.0 skips a minor version", "bring up a release of v4.7 first, then the next"],
    ["v4.5.20", "v4.6.10 → v4.5.20 goes back", "restore the dump that was taken before the upgrade"],
  ])("not to %s: the preview says why, and the proper way", async (version, reason, way) => {
    await stack.config({ "mastiff:mastodonVersion": version });
    const preview = await stack.preview();
    expect(preview.exitCode).not.toBe(0);
    expect(preview.output).toContain(reason);
    expect(preview.output).toContain(`proper way: ${way}`);
  });

  test("the preview says in words what restarts, and for how long", async () => {
    await stack.config({ "mastiff:mastodonVersion": next });
    const preview = await stack.preview();
    expect(preview.exitCode, preview.output).toBe(0);
    expect(preview.changes.map((step) => `${step.op} ${step.name}`).sort()).toEqual([
      "update streaming-machines-release",
      "update web-machines-release",
    ]);
    for (const words of [
      "v4.6.10 → v4.7.4: migrations, then restarts 2 × web, 1 × sidekiq",
      "- first the migrations that v4.6.10 bears, in a machine of their own: minutes, on a large server hours",
      "- web machines restart one after the other, a minute or so each; the others answer meanwhile",
      "- last the rest of the migrations, when all machines run v4.7.4",
      "v4.6.10 → v4.7.4: restarts 1 × streaming",
    ])
      expect(preview.output).toContain(words);
    expect(await running()).toEqual(on(old));
  });

  test("a migration that fails leaves the old release serving, and says what it said", async () => {
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
      [
        "flyctl/main.ts",
        "job",
        "run",
        "--app",
        "mastiff-party",
        "--",
        ..."bundle exec rails db:migrate:status".split(" "),
      ],
      { cwd: root, env: environment(world.toolchain, stack.place.target), extendEnv: false },
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

interface Machine {
  state: string;
  config: { image: string; metadata: Record<string, string> };
}

// biome-ignore lint/suspicious/noExplicitAny: the clouds' state is theirs.
function catalogueIn(state: any): any {
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const [volume] = Object.values<any>(state.fly.apps["mastiff-party-db"].volumes);
  return volume.data.postgres.databases.mastiff_party;
}

/** Migrations that were started, each with its image and whether the second half was left out. */
function jobsIn(calls: readonly HeldCall[]): string[] {
  return calls.flatMap(({ method, path, body }) => {
    if (method !== "POST" || !path.endsWith("/apps/mastiff-party/machines")) return [];
    const { config } = JSON.parse(body) as {
      config: { image: string; env?: Record<string, string>; init?: { cmd?: string[] } };
    };
    const task = config.init?.cmd?.find((word) => word.startsWith("db:"));
    if (task === undefined) return [];
    const half = config.env?.SKIP_POST_DEPLOYMENT_MIGRATIONS === undefined ? "" : " without post";
    return [`${task}${half} on ${config.image.split(/[:@]/)[1]}`];
  });
}

/** Whether a call gives a machine of the app that is there another config, or makes one that stays. */
function restarts({ method, path, body }: HeldCall, app: string): boolean {
  return (
    method === "POST" &&
    new RegExp(`/apps/${app}/machines(/\\w+)?$`).test(path) &&
    body.includes("fly_process_group")
  );
}
