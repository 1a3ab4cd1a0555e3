import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { communityOf } from "../../checks/community.ts";
import { runChecks } from "../../checks/run.ts";
import { openVisitor } from "../../checks/visitor.ts";
import { belongings } from "../support/belongings.ts";
import { openStack, type TestStack } from "../support/stack.ts";
import { startWorld, type TestWorld } from "../support/world.ts";

describe("the life of a community", () => {
  let world: TestWorld;
  let stack: TestStack;
  let before: unknown;

  beforeAll(async () => {
    world = await startWorld();
    before = belongings(await world.state());
    stack = await openStack(world);
  });
  afterAll(async () => {
    await stack?.end();
    await world?.stop();
  });

  const machinesOf = async (app: string): Promise<Machine[]> => {
    const machines = Object.values((await world.state()).fly.apps[app].machines) as Machine[];
    return machines.filter((machine) => machine.state !== "destroyed");
  };

  test("a preview calls nobody into being", async () => {
    const preview = await stack.preview();
    expect(preview.exitCode, preview.output).toBe(0);
    expect(preview.diagnostics.filter((d) => d.severity === "error")).toEqual([]);
    expect(preview.changes.every((step) => step.op === "create")).toBe(true);
    expect(belongings(await world.state())).toEqual(before);
  });

  test("up brings up all of it, and the next preview has nothing to do", async () => {
    const up = await stack.up();
    expect(up.exitCode, up.output).toBe(0);
    const preview = await stack.preview("--expect-no-changes");
    expect(preview.exitCode, preview.output).toBe(0);
    expect(preview.changes).toEqual([]);
  });

  test("seen from outside it is a Mastodon", async () => {
    const outputs = await stack.outputs();
    const results = await runChecks(openVisitor(world.url), communityOf(outputs));
    expect(results.filter((result) => result.problem !== undefined)).toEqual([]);
    expect(results.length).toBeGreaterThan(10);
    expect(outputs.waitingFor).toEqual([]);
  });

  test.each([
    ["mastiff:region", "fra", "region would change from ams to fra: volumes do not move between regions"],
    ["mastiff:domain", "example.org", "domain would change from mastiff.party to example.org"],
    ["mastiff:bucket", "another-bucket", "bucket would change from files-mastiff-party to another-bucket"],
    ["mastiff:redis", '{"kind":"own"}', "redisKind would change from upstash to own"],
    ["mastiff:mastodonVersion", "v4.7.3", "v4.7.4 → v4.7.3 goes back"],
    ["mastiff:mastodonVersion", "v4.9.0", "v4.7.4 → v4.9.0 skips a minor version"],
  ])("%s = %s is refused before anything is done", async (key, value, reason) => {
    await stack.config({ [key]: value });
    const preview = await stack.preview();
    expect(preview.exitCode).not.toBe(0);
    expect(preview.output).toContain(reason);
    expect(preview.output).toContain("proper way:");
    const calls = (await world.journal()).length;
    const up = await stack.up();
    expect(up.exitCode).not.toBe(0);
    const written = (await world.journal(calls)).filter(
      ({ cloud, method, path }) => cloud !== "fly" && method !== "GET" && !path.endsWith("/check"),
    );
    expect(written).toEqual([]);
    await stack.config({ [key]: key === "mastiff:domain" ? "mastiff.party" : undefined });
  });

  test("a bigger machine previews as that alone", async () => {
    await stack.config({ "mastiff:web": '{"memoryMb":2048}' });
    const preview = await stack.preview();
    expect(preview.changes.map((step) => `${step.op} ${step.name}`)).toEqual(["update web-machines-release"]);
    expect(preview.output).toContain('memory = "2048mb"');
    const up = await stack.up();
    expect(up.exitCode, up.output).toBe(0);
    const machines = await machinesOf("mastiff-party");
    expect(
      machines.map((m) => [m.config.metadata.fly_process_group, m.config.guest.memory_mb]).sort(),
    ).toEqual([
      ["sidekiq", 1024],
      ["web", 2048],
    ]);
  });

  test("a new variable previews as that alone, and reaches the machines", async () => {
    await stack.config({ "mastiff:env": '{"DEFAULT_LOCALE":"de"}' });
    const preview = await stack.preview();
    expect(preview.changes.map((step) => `${step.op} ${step.name}`)).toEqual(["update web-machines-release"]);
    expect(preview.output).toContain('DEFAULT_LOCALE = "de"');
    const up = await stack.up();
    expect(up.exitCode, up.output).toBe(0);
    const machines = await machinesOf("mastiff-party");
    expect(machines.map((m) => m.config.env.DEFAULT_LOCALE)).toEqual(["de", "de"]);
  });

  test("a refresh finds everything as it was left", async () => {
    const refresh = await stack.refresh("--expect-no-changes");
    expect(refresh.exitCode, refresh.output).toBe(0);
    const preview = await stack.preview("--expect-no-changes");
    expect(preview.exitCode, preview.output).toBe(0);
  });

  test("destroyed, it leaves the clouds as they were, a bucket full of uploads included", async () => {
    const buckets = (await world.state()).cloudflare.buckets as { objects: object }[];
    expect(Object.keys(buckets[0]?.objects ?? {}).length).toBeGreaterThan(0);
    const destroy = await stack.destroy();
    expect(destroy.exitCode, destroy.output).toBe(0);
    expect(belongings(await world.state())).toEqual(before);
  });
});

interface Machine {
  state: string;
  config: { env: Record<string, string>; guest: { memory_mb: number }; metadata: Record<string, string> };
}
