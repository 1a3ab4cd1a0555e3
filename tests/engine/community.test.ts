import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { communityOf } from "../../checks/community.ts";
import { insideChecks } from "../../checks/inside.ts";
import { runChecks } from "../../checks/run.ts";
import { openVisitor } from "../../checks/visitor.ts";
import { insideOf } from "../../cli/doctor/inside-report.ts";
import type { Operation } from "../../cli/fleet/rate-limits.ts";
import { environment } from "../../sandbox/toolchain/environment.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { belongings } from "../support/belongings.ts";
import { evidenceOf, leaks } from "../support/evidence.ts";
import { wrongFigures } from "../support/limited-calls.ts";
import { canWatch } from "../support/process-watch.ts";
import { type OpenScene, openScene } from "../support/scene.ts";
import { hunt } from "../support/secret-hunt.ts";
import type { TestStack } from "../support/stack.ts";
import type { TestWorld } from "../support/world.ts";

describe("the life of a community", () => {
  let scene: OpenScene;
  let world: TestWorld;
  let stack: TestStack;
  let before: unknown;

  beforeAll(async () => {
    scene = await openScene({
      config: { "mastiff:backup": "{}" },
      secrets: { "mastiff:secretEnv": '{"DEEPL_API_KEY":"planted-by-the-test"}' },
    });
    ({ world, stack } = scene);
    before = belongings(await world.state());
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  const machinesOf = async (app: string): Promise<Machine[]> => {
    const machines = Object.values((await world.state()).fly.apps[app].machines) as Machine[];
    return machines.filter((machine) => machine.state !== "destroyed");
  };

  const backups = async (): Promise<Bucket | undefined> =>
    ((await world.state()).cloudflare.buckets as Bucket[]).find(
      ({ name }) => name === "backups-mastiff-party",
    );

  /** Whether the fleet, which keeps the limits of the clouds, counts on what the operation has called since then. */
  const figures = async (operation: Operation, since: number | undefined) =>
    expect(wrongFigures(operation, await world.journal(since))).toEqual([]);
  const lastCall = async () => (await world.journal()).at(-1)?.n;

  test("a preview calls nobody into being", async () => {
    const preview = scene.note("preview of everything", await stack.preview());
    expect(preview.exitCode, preview.output).toBe(0);
    expect(preview.diagnostics.filter((d) => d.severity === "error")).toEqual([]);
    expect(preview.changes.every((step) => step.op === "create")).toBe(true);
    expect(belongings(await world.state())).toEqual(before);
  });

  test("up brings up all of it, and the next preview has nothing to do", async () => {
    const beforeUp = await lastCall();
    const up = scene.note("up", await stack.up());
    expect(up.exitCode, up.output).toBe(0);
    await figures("up", beforeUp);
    // Else another checkout, or another place of the package, would be a change.
    const values = (await stack.resources()).map(({ inputs, outputs }) => [inputs, outputs]);
    for (const local of [root, world.folder, "node_modules"])
      expect(JSON.stringify(values)).not.toContain(local);
    const beforePreview = await lastCall();
    const preview = await stack.preview("--expect-no-changes");
    expect(preview.exitCode, preview.output).toBe(0);
    await figures("preview", beforePreview);
    expect(preview.changes).toEqual([]);
  });

  test("up has taken the first backup, which the operator's command lists", async () => {
    const objects = Object.keys((await backups())?.objects ?? {});
    expect(objects.map((key) => key.replace(/^monthly\/[\d-]+\/\w+Z/, ""))).toEqual([
      ".dump.gpg",
      ".escrow.gpg",
      ".json",
    ]);
    const { project, target, toolchain } = stack.place;
    const listed = await execa("node", ["cli/mastiff.mjs", "backups", "-s", stack.place.stack, "--json"], {
      cwd: project,
      env: environment(toolchain, target),
      extendEnv: false,
      reject: false,
    });
    scene.note("mastiff backups", { output: listed.stdout + listed.stderr });
    expect(listed.exitCode, listed.stderr).toBe(0);
    expect(listed.stdout).toContain(objects.at(-1));
  });

  test("seen from outside it is a Mastodon", async () => {
    const outputs = await stack.outputs();
    const results = await runChecks(openVisitor({ local: world.url }), communityOf(outputs));
    expect(results.filter((result) => result.problem !== undefined)).toEqual([]);
    expect(results.length).toBeGreaterThan(10);
    expect(outputs.waitingFor).toEqual([]);
  });

  test("seen from inside it is well", async () => {
    const { project, target, toolchain } = stack.place;
    const spec = { app: "mastiff-party", postgres: "mastiff-party-db" };
    const looked = await execa("node", ["providers/fly/start.mjs", "inside", "look"], {
      cwd: project,
      env: { ...environment(toolchain, target), SPEC: JSON.stringify(spec) },
      extendEnv: false,
      input: "",
      reject: false,
    });
    expect(looked.exitCode, looked.stderr).toBe(0);
    const table = insideChecks({
      ask: async () => insideOf(looked.stdout),
      growth: async () => undefined,
      domain: "mastiff.party",
      named: stack.place.stack,
      app: "mastiff-party",
      resize: (part, value) => `${part} ${value}`,
    });
    const visitor = openVisitor({ local: world.url });
    const results = await runChecks(visitor, communityOf(await stack.outputs()), table);
    expect(results.filter((result) => result.problem !== undefined)).toEqual([]);
    expect(await machinesOf("mastiff-party")).toHaveLength(2);
  });

  test("a bigger machine and a new variable are one change, which reaches the machines", async () => {
    await stack.config({ "mastiff:env": '{"DEFAULT_LOCALE":"de"}', "mastiff:web": '{"memoryMb":2048}' });
    const up = scene.note("up of a change", await stack.up());
    expect(up.exitCode, up.output).toBe(0);
    expect(up.changes.map((step) => `${step.op} ${step.name}`)).toEqual(["update web-machines-release"]);
    expect(up.output).toContain('DEFAULT_LOCALE = "de"');
    expect(up.output).toContain('memory = "2048mb"');
    const machines = await machinesOf("mastiff-party");
    expect(
      machines
        .map(({ config: { metadata, guest, env } }) => [
          metadata.fly_process_group,
          guest.memory_mb,
          env.DEFAULT_LOCALE,
        ])
        .sort(),
    ).toEqual([
      ["sidekiq", 1024, "de"],
      ["web", 2048, "de"],
    ]);
  });

  test("no secret is anywhere but where it belongs, and none is left behind by destroy", async () => {
    const secrets = await scene.secrets();
    expect(secrets.length).toBeGreaterThan(15);
    expect(secrets.map((secret) => secret.value)).toContain("planted-by-the-test");
    expect(leaks(secrets, await evidenceOf(scene))).toEqual([]);
    if (canWatch) expect(scene.watch.argv.length).toBeGreaterThan(50);
    else console.warn("processes were not watched: this system has no /proc");

    // Destroyed, it leaves the clouds as they were, a bucket full of uploads included. Its backups stay.
    const buckets = (await world.state()).cloudflare.buckets as Bucket[];
    const uploads = buckets.find(({ name }) => name === "files-mastiff-party");
    expect(Object.keys(uploads?.objects ?? {}).length).toBeGreaterThan(0);
    const beforeDestroy = await lastCall();
    const destroy = scene.note("destroy", await stack.destroy());
    expect(destroy.exitCode, destroy.output).toBe(0);
    await figures("destroy", beforeDestroy);
    const kept = await backups();
    expect(Object.keys(kept?.objects ?? {}).length).toBeGreaterThan(2);
    expect(belongings(await world.state())).toEqual({ ...(before as object), buckets: [kept] });
    expect(hunt(secrets, scene.said)).toEqual([]);
  });
});

interface Bucket {
  name: string;
  objects: Record<string, object>;
}

interface Machine {
  state: string;
  config: { env: Record<string, string>; guest: { memory_mb: number }; metadata: Record<string, string> };
}
