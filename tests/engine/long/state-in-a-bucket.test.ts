/** States and locks in a bucket, on an S3 server that is not ours: what docs/fleet.md says of them. */
import { cpSync, symlinkSync } from "node:fs";
import { open } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { environment } from "../../../sandbox/toolchain/environment.ts";
import { root } from "../../../sandbox/toolchain/paths.ts";
import { furnish } from "../../../sandbox/toolchain/stack.ts";
import { killTree } from "../../faults/process-tree.ts";
import { bucketInGateway, findGateway, gatewayAdvice } from "../../real/bucket.ts";
import { startWorld, type TestWorld } from "../../support/world.ts";

const gateway = findGateway();
let world: TestWorld;
let bucket: Awaited<ReturnType<typeof bucketInGateway>>;
let folder: string;
let project: string;
let env: Record<string, string>;
/** A named pipe: whoever reads it waits for its end. */
let pipe: string;

beforeEach(({ skip }) => {
  if (gateway === undefined) skip(gatewayAdvice);
});
beforeAll(async () => {
  if (gateway === undefined) return;
  world = await startWorld();
  folder = world.folder;
  project = join(folder, "project");
  pipe = join(folder, "pipe");
  await execa("mkfifo", [pipe]);
  cpSync(join(root, "tests/engine/programs/held"), project, { recursive: true });
  for (const entry of ["node_modules", "package.json"]) symlinkSync(join(root, entry), join(project, entry));
  bucket = await bucketInGateway(gateway, join(folder, "gateway"), "states");
  const target = {
    url: world.url,
    plugins: world.clouds.plugins,
    home: join(folder, "home"),
    backend: join(folder, "unused"),
  };
  furnish(world.toolchain, target);
  // Where the state is comes from the login.
  const { PULUMI_BACKEND_URL: _, ...variables } = environment(world.toolchain, target);
  env = {
    ...variables,
    AWS_ACCESS_KEY_ID: bucket.accessKeyId,
    AWS_SECRET_ACCESS_KEY: bucket.secretAccessKey,
  };
});
afterAll(async () => {
  await bucket?.stop();
  await world?.stop();
});

/** Starts a program in the project. */
const start = (file: string, args: readonly string[]) =>
  execa(file, args, { cwd: project, env, extendEnv: false, stdin: "ignore", all: true, reject: false });
const pulumi = (...args: string[]) =>
  start(join(world.toolchain.bin, "pulumi"), [...args, "--non-interactive", "--color=never"]);
const up = (stack: string) => pulumi("up", "--yes", "--skip-preview", "--stack", stack);
const recover = (...args: string[]) =>
  start(process.execPath, [join(root, "cli/mastiff.mjs"), "recover", ...args]);

async function must(run: ReturnType<typeof start>): Promise<string> {
  const { exitCode, all, stdout } = await run;
  expect(exitCode, all).toBe(0);
  return stdout;
}

/** Starts an `up` of a stack. Resolves when its command waits at the pipe, with what lets it go on. */
async function startUp(stack: string) {
  const run = up(stack);
  const end = await open(pipe, "w");
  return { run, goOn: () => end.close() };
}

const stateOf = (stack: string) => `.pulumi/stacks/held/${stack}.json`;
const locksOf = async (stack: string) =>
  (await bucket.keys()).filter((key) => key.startsWith(`.pulumi/locks/organization/held/${stack}/`));

test("two stacks in a bucket are worked on at the same time, each by one run", async () => {
  const { host } = new URL(bucket.url);
  const url = `s3://states?region=${bucket.region}&endpoint=http://${host}&s3ForcePathStyle=true`;
  await must(pulumi("login", url));
  for (const [stack, file] of [
    ["a", pipe],
    ["b", "/dev/null"],
  ] as const) {
    await must(pulumi("stack", "init", stack, "--secrets-provider", "passphrase"));
    await must(
      pulumi("config", "set-all", "--stack", stack, `--plaintext=file=${file}`, "--plaintext=words=one"),
    );
  }
  expect(JSON.parse(await must(pulumi("stack", "ls", "--json")))).toMatchObject([
    { name: "a" },
    { name: "b" },
  ]);

  const { run, goOn } = await startUp("a");
  // The other stack is free, and a look takes no lock.
  const [other, look, second] = await Promise.all([up("b"), pulumi("preview", "--stack", "a"), up("a")]);
  expect(other.exitCode, other.all).toBe(0);
  expect(look.exitCode, look.all).toBe(0);
  expect(second.exitCode).not.toBe(0);
  expect(second.all).toContain("the stack is currently locked by 1 lock(s)");
  expect(second.all).toContain(`created by ${userInfo().username}@${hostname()} (pid ${run.pid})`);
  const refused = await recover("-s", "a");
  expect(refused.exitCode).toBe(1);
  expect(refused.all).toContain("Another run holds the lock of a: ");
  expect(await locksOf("a")).toHaveLength(1);

  await goOn();
  await must(run);
  expect(await bucket.keys()).toEqual(expect.arrayContaining([stateOf("a"), stateOf("b")]));
  expect([await locksOf("a"), await locksOf("b")]).toEqual([[], []]);
});

test("the lock of a killed run is left, and recover frees it", async () => {
  await must(pulumi("config", "set", "words", "two", "--stack", "a"));
  const { run, goOn } = await startUp("a");
  await killTree([run.pid ?? 0]);
  await run;
  await goOn();
  expect(await locksOf("a")).toHaveLength(1);
  const locked = await up("a");
  expect(locked.all).toContain("the stack is currently locked by 1 lock(s)");

  await must(pulumi("config", "set", "file", "/dev/null", "--stack", "a"));
  const freed = await recover("-s", "a");
  expect(freed.exitCode, freed.all).toBe(0);
  expect(freed.all).toContain("the lock of a dead run is cancelled");
  expect(freed.all).toContain(`process ${run.pid}`);
  expect(await locksOf("a")).toEqual([]);
  await must(up("a"));
  expect(JSON.parse(await must(pulumi("stack", "output", "--json", "--stack", "a")))).toEqual({
    said: "two",
  });
});

test("the lock of a run on another machine is freed only by somebody who says that it is dead", async () => {
  const lock = { pid: 7, username: "runner", hostname: "a-runner", timestamp: "2026-11-29T03:17:00Z" };
  await bucket.write(".pulumi/locks/organization/held/a/lost.json", JSON.stringify(lock));
  const refused = await recover("-s", "a");
  expect(refused.exitCode).toBe(1);
  expect(refused.all).toContain(
    "Another run holds the lock of a: runner@a-runner, process 7, since 2026-11-29T03:17:00Z.",
  );
  expect(refused.all).toContain("npx mastiff recover -s a --cancel");
  const freed = await recover("-s", "a", "--cancel");
  expect(freed.exitCode, freed.all).toBe(0);
  expect(await locksOf("a")).toEqual([]);
});

test("a state that is gone comes back from the bucket's versions, a broken one from the engine's own copies", async () => {
  const expectWhole = async () => {
    const preview = await pulumi("preview", "--stack", "a", "--expect-no-changes");
    expect(preview.exitCode, preview.all).toBe(0);
  };
  await bucket.remove(stateOf("a"));
  expect((await pulumi("preview", "--stack", "a")).all).toContain("no stack named 'a' found");
  await bucket.undelete(stateOf("a"));
  await expectWhole();

  await bucket.write(stateOf("a"), "half a state");
  expect((await pulumi("preview", "--stack", "a")).exitCode).not.toBe(0);
  const copies = (await bucket.keys()).filter((key) => key.startsWith(".pulumi/backups/held/a/a."));
  expect(copies.length).toBeGreaterThan(1);
  await bucket.write(stateOf("a"), await bucket.read(copies.at(-1) ?? ""));
  await expectWhole();
});
