import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { environment } from "../../../sandbox/toolchain/environment.ts";
import { root } from "../../../sandbox/toolchain/paths.ts";
import { evidenceOf, leaks } from "../../support/evidence.ts";
import { canWatch, type ProcessWatch } from "../../support/process-watch.ts";
import { type OpenScene, openScene } from "../../support/scene.ts";
import type { Secret } from "../../support/secret-hunt.ts";
import type { TestStack } from "../../support/stack.ts";
import type { TestWorld } from "../../support/world.ts";

describe("a community's whole life, watched", () => {
  let scene: OpenScene;
  let world: TestWorld;
  let stack: TestStack;
  let watch: ProcessWatch;
  let secrets: Secret[];

  beforeAll(async () => {
    scene = await openScene({ secrets: { "mastiff:secretEnv": '{"DEEPL_API_KEY":"planted-by-the-test"}' } });
    ({ world, stack, watch } = scene);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  const note = (name: string, run: { output: string; exitCode: number }, isWell = true) => {
    scene.note(name, run);
    expect(run.exitCode === 0, `${name}: ${run.output}`).toBe(isWell);
  };
  const mastiff = async (...args: string[]) => {
    const run = await execa(process.execPath, [join(root, "cli/mastiff.mjs"), ...args], {
      cwd: stack.place.project,
      env: environment(world.toolchain, stack.place.target),
      extendEnv: false,
      reject: false,
      all: true,
    });
    return { output: run.all, exitCode: run.exitCode ?? 130 };
  };
  const refuse = (method: string, path: string) =>
    world.faults({ cloud: "fly", method, path, times: -1, when: "before", action: { status: 422 } });

  test("no secret is anywhere but where it belongs", async () => {
    note("preview of everything", await stack.preview("--show-secrets=false"));
    // A release that fails prints what the machine said last.
    await refuse("POST", "/machines$");
    note("an up that fails", await stack.up(), false);
    await world.faults();
    note("up", await stack.up());
    note("preview --json", await stack.preview("--json"));
    note("refresh", await stack.refresh());
    // What nobody can mend is refused by an upkeep, which is handed the address with its password.
    const moveRedis = (region: string) =>
      world.meddle(({ fly }) => {
        fly.addOns[0].primaryRegion = region;
      });
    await moveRedis("fra");
    note("an up that meets drift", await stack.up(), false);
    await moveRedis("ams");
    note("tootctl", await mastiff("tootctl", "-s", "dev", "accounts", "refresh", "--all"));
    note("recover", await mastiff("recover", "-s", "dev"));
    await stack.config({ "mastiff:region": "fra" });
    note("a preview that fails", await stack.preview(), false);
    await stack.config({ "mastiff:region": undefined });

    secrets = await scene.secrets();
    expect(secrets.length).toBeGreaterThan(15);
    expect(secrets.map((secret) => secret.value)).toContain("planted-by-the-test");
    const evidence = await evidenceOf(scene);
    expect(leaks(secrets, evidence)).toEqual([]);
    if (canWatch) expect(watch.argv.length).toBeGreaterThan(50);
    else console.warn("processes were not watched: this system has no /proc");
    // While it runs, flyctl logs whole bodies: into folders that nobody else opens, and that are gone by now.
    expect(new Set(watch.folders.values())).toEqual(new Set([0o700]));
    expect(evidence.places.filter(({ name }) => /temporary files\/mastiff-/.test(name))).toEqual([]);
  });

  test("one that is put somewhere on purpose is found there, by the same look", async () => {
    const planted = secrets.find(({ name }) => name.endsWith("stdin.SECRET_KEY_BASE"));
    if (planted === undefined) throw new Error(`no SECRET_KEY_BASE among ${secrets.map(({ name }) => name)}`);
    const base64 = Buffer.from(planted.value).toString("base64");
    // In plain config, as an operator's mistake would put it: from there it goes everywhere.
    await stack.config({ "mastiff:env": JSON.stringify({ PLANTED: planted.value }) });
    note("planted preview", await stack.preview());
    note("planted up", await stack.up());
    note("planted preview --json", await stack.preview("--json"));
    // And where no config leads.
    const idle = ["-e", "setTimeout(() => {}, 60_000)"];
    const processes = [
      spawn(process.execPath, [...idle, base64], { stdio: "ignore" }),
      spawn(process.execPath, idle, { stdio: "ignore", env: { PLANTED: encodeURIComponent(planted.value) } }),
    ];
    const seen = () => watch.argv.filter(({ name }) => name.includes(idle[1] ?? "")).length;
    if (canWatch) await expect.poll(seen, { timeout: 30_000 }).toBe(2);
    for (const one of processes) {
      one.kill();
      await once(one, "exit");
    }
    const logs = join(scene.temporary, "mastiff-1-planted/0/logs");
    mkdirSync(logs, { recursive: true });
    writeFileSync(join(logs, "flyctl.log"), `{"value":"${base64}"}`);
    await fetch(`${world.url}/client/v4/planted?value=${planted.value}`);

    const found = leaks([planted], await evidenceOf(scene)).join("\n");
    for (const place of [
      "planted preview",
      "planted up",
      "planted preview --json",
      "state/.pulumi/stacks",
      "working tree/project/Pulumi.dev.yaml",
      "fly.toml",
      "temporary files/mastiff-1-planted/0/logs/flyctl.log",
      "line of the journal: cloudflare GET /client/v4/planted",
      "requestBody of fly POST /v1/apps/mastiff-party/machines",
      ...(canWatch ? [`argv of ${process.execPath}`, `environment of ${process.execPath}`] : []),
    ])
      expect(found).toContain(place);
  });

  test("destroyed, it has left none behind", async () => {
    await refuse("DELETE", "/apps/mastiff-party$");
    note("a destroy that fails", await stack.destroy(), false);
    await world.faults();
    note("destroy", await stack.destroy());
    // The one that was planted stays in the state's history.
    const others = secrets.filter(({ name }) => !/SECRET_KEY_BASE$/.test(name));
    expect(leaks(others, await evidenceOf(scene))).toEqual([]);
  });
});
