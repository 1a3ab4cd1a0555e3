import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { root } from "../../../sandbox/toolchain/paths.ts";
import { onStack, pulumi } from "../../../sandbox/toolchain/stack.ts";
import { openStack, type TestStack } from "../../support/stack.ts";
import { startWorld, type TestWorld } from "../../support/world.ts";

const program = join(root, "tests/engine/programs/plugins");
let world: TestWorld;

beforeAll(async () => {
  world = await startWorld({ host: "stand-in", plugins: "stand-in" });
});

afterAll(async () => {
  await world.stop();
});

const open = (config: Record<string, string> = {}): Promise<TestStack> =>
  openStack(world, {
    program,
    stack: "test",
    config: { word: "first", ...config },
    secrets: { secret: "hush-hush-secret" },
  });

const steps = (changes: { op: string; name: string }[]) =>
  changes.map(({ op, name }) => `${op} ${name}`).sort();

test("a life: what is created stays, a change updates or replaces, and nothing is left", async () => {
  await using stack = await open();
  const preview = await stack.preview();
  expect(preview.exitCode, preview.output).toBe(0);
  expect(steps(preview.changes)).toEqual([
    "create hidden",
    "create key",
    "create password",
    "create plugins-test",
    "create said",
  ]);

  expect((await stack.up()).exitCode).toBe(0);
  const outputs = await stack.outputs();
  expect(outputs).toMatchObject({ passwordLength: 20, out: "created first", secret: "hush-hush-secret" });
  expect(outputs.publicKey).toMatch(/^ecdsa-sha2-nistp256 /);
  expect(outputs.hiddenOut).toMatch(/^.{20}:created first$/);

  const again = await stack.preview("--expect-no-changes");
  expect(again.exitCode, again.output).toBe(0);
  const refresh = await stack.refresh("--expect-no-changes");
  expect(refresh.exitCode, refresh.output).toBe(0);

  await stack.config({ word: "second" });
  const change = await stack.up();
  expect(steps(change.changes)).toEqual(["update hidden", "update said"]);
  expect((await stack.outputs()).out).toBe("updated second after created first");

  await stack.config({ generation: "2" });
  const replacing = await stack.preview();
  expect(steps(replacing.changes)).toEqual([
    "create-replacement password",
    "delete-replaced password",
    "replace password",
    "update hidden",
  ]);
  expect((await stack.up()).exitCode).toBe(0);
  expect((await stack.outputs()).hiddenOut).not.toBe(outputs.hiddenOut);

  expect((await stack.destroy()).exitCode).toBe(0);
  expect(await stack.resources()).toEqual([]);
});

test("what is secret is nowhere in clear, neither in the state nor on the screen", async () => {
  await using stack = await open();
  const up = await stack.up();
  const { hiddenOut } = await stack.outputs();
  const password = String(hiddenOut).slice(0, 20);
  const state = JSON.stringify(await stack.resources());
  for (const text of [state, up.output]) {
    expect(text).not.toContain(password);
    expect(text).not.toContain("hush-hush-secret");
    expect(text).not.toContain("PRIVATE KEY");
  }
});

test("a program's lines are shown; the one that fails says so and nothing more", async () => {
  await using stack = await open({ end: "error" });
  const failed = await stack.preview();
  expect(failed.exitCode).not.toBe(0);
  expect(failed.output).toMatch(/1 word first\s+2 dry true/);
  expect(failed.diagnostics.filter(({ severity }) => severity === "error")).toEqual([
    expect.objectContaining({ message: "told to fail" }),
  ]);

  await stack.config({ end: "exit" });
  const ended = await stack.preview();
  expect(ended.exitCode).not.toBe(0);
  expect(ended.output).toContain("Program exited with non-zero exit code: 3");
});

test("a command that fails shows its output, and is not in the state; the next up runs it again", async () => {
  await using stack = await open({ create: "echo half done; echo because >&2; exit 4" });
  const failed = await stack.up();
  expect(failed.exitCode).not.toBe(0);
  const message = failed.diagnostics.map((one) => one.message).join("\n");
  expect(message).toContain("exit status 4");
  expect(message).toContain("half done");
  expect(message).toContain("because");
  expect((await stack.resources()).map(({ urn }) => urn.split("::").at(-1))).not.toContain("said");

  await stack.config({ create: undefined });
  expect((await stack.up()).exitCode).toBe(0);
  expect((await stack.outputs()).out).toBe("created first");
});

test("an interrupt ends the command that runs, with all that it started", async () => {
  await using stack = await open();
  const mark = join(stack.place.project, "mark");
  await stack.config({ create: `sleep 300 & echo $! > ${mark}; wait` });
  const interrupt = new AbortController();
  const running = pulumi(
    stack.place,
    ["up", ...onStack(stack.place), "--yes", "--skip-preview", "--non-interactive"],
    { signal: interrupt.signal },
  );
  await vi.waitUntil(() => existsSync(mark) && readFileSync(mark, "utf8").trim() !== "", { timeout: 60_000 });
  const started = Number(readFileSync(mark, "utf8"));
  interrupt.abort();
  expect((await running).exitCode).not.toBe(0);
  await vi.waitUntil(() => !alive(started), { timeout: 20_000 });
});

test("engines that run at once keep their environments, config and lines apart", async () => {
  await using one = await open({ word: "one" });
  await using two = await open({ word: "two" });
  const ups = await Promise.all(
    [one, two].map(({ place }, at) =>
      pulumi(place, ["up", ...onStack(place), "--yes", "--skip-preview", "--non-interactive"], {
        env: { FROM_THE_SHELL: `shell ${at + 1}` },
      }),
    ),
  );
  expect(ups.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(await one.outputs()).toMatchObject({ out: "created one", seen: "shell 1" });
  expect(await two.outputs()).toMatchObject({ out: "created two", seen: "shell 2" });
  expect(ups[0]?.stdout).not.toMatch(/word two|created two|shell 2/);
  expect(ups[1]?.stdout).not.toMatch(/word one|created one|shell 1/);
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
