import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa, type ResultPromise } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { root, scratch } from "../../toolchain/paths.ts";

/** A second set of worlds: a person's own, in this checkout, are not touched. Its path marks every process. */
let worlds: string;

beforeEach(() => {
  mkdirSync(scratch, { recursive: true });
  worlds = mkdtempSync(join(scratch, "commands-"));
});

afterEach(() => {
  const remaining = processes(worlds);
  for (const { pid } of remaining) process.kill(pid, "SIGKILL");
  rmSync(worlds, { recursive: true, force: true });
  expect(remaining).toEqual([]);
});

/** Starts `npm run <name>`'s program as the leader of a group, as a terminal does. */
function start(name: string, ...args: string[]): ResultPromise {
  return execa(process.execPath, ["toolchain/bootstrap.mjs", `toolchain/${name}.ts`, ...args], {
    cwd: root,
    env: { MASTIFF_SCRATCH: worlds },
    detached: true,
    reject: false,
    stdin: "ignore",
    all: true,
    buffer: { all: true },
  });
}

/** Waits for a line of output; @throws with all of it when it never comes. */
async function line(child: ResultPromise, pattern: RegExp): Promise<void> {
  if (child.all === undefined) throw new Error("no output");
  const seen: string[] = [];
  for await (const text of createInterface({ input: child.all })) {
    seen.push(text);
    if (pattern.test(text)) return;
  }
  throw new Error(`no line like ${pattern} in:\n${seen.join("\n")}`);
}

/** Processes that run in these worlds: the mark is in everybody's environment. */
function processes(mark: string): { pid: number; args: string }[] {
  if (!existsSync("/proc/self/environ")) return [];
  const read = (pid: string, file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8");
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const marked = read(pid, "environ").includes(mark);
        return marked ? [{ pid: Number(pid), args: read(pid, "cmdline").replaceAll("\0", " ") }] : [];
      } catch {
        return [];
      }
    });
}

/** Their command lines. */
function left(mark: string): string[] {
  return processes(mark).map(({ args }) => args);
}

/** What Ctrl-C does in a terminal. */
function interrupt(child: ResultPromise): void {
  process.kill(-(child.pid ?? 0), "SIGINT");
}

test("npm run local prints a line after which plain pulumi works, whatever the shell was set to", async () => {
  const local = start("local");
  await line(local, /source .*env$/);
  const shell = await execa(
    "sh",
    ["-c", `. ${worlds}/env; pulumi stack ls --json; env | grep -c ACCESS_TOKEN`],
    {
      cwd: root,
      env: {
        PULUMI_ACCESS_TOKEN: "the-users-own",
        PULUMI_DEBUG_LANGUAGES: "nodejs:9",
        PULUMI_BACKEND_URL: "",
      },
      reject: false,
    },
  );
  const [stacks, tokens] = [
    shell.stdout.slice(0, shell.stdout.lastIndexOf("]") + 1),
    shell.stdout.split("\n").at(-1),
  ];
  expect(JSON.parse(stacks)).toMatchObject([{ name: "dev" }]);
  expect(tokens).toBe("0");
  interrupt(local);
  expect((await local).exitCode).toBe(130);
});

test("a demo that is interrupted while it works leaves no process", async () => {
  const demo = start("demo");
  await line(demo, /web-app creating|mastodon.* creating|command:local:Command .* creating/);
  expect(left(worlds).length).toBeGreaterThan(3);
  interrupt(demo);
  expect((await demo).exitCode).toBe(130);
  await expect.poll(() => left(worlds), { timeout: 15_000 }).toEqual([]);
});

test("a SIGTERM ends a demo as cleanly", async () => {
  const demo = start("demo");
  await line(demo, /command:local:Command .* creating/);
  demo.kill("SIGTERM");
  expect((await demo).exitCode).toBe(143);
  await expect.poll(() => left(worlds), { timeout: 15_000 }).toEqual([]);
});

test("--keep leaves the clouds and nothing else, and the next command ends them", async () => {
  const kept = await start("demo", "--keep");
  expect(kept.exitCode, kept.all as string).toBe(0);
  expect(left(worlds)).toEqual([expect.stringMatching(/local\/main\.ts/)]);
  const [clouds] = processes(worlds);
  const local = start("local");
  await line(local, /source .*env$/);
  expect(processes(worlds).map(({ pid }) => pid)).not.toContain(clouds?.pid);
  interrupt(local);
  await local;
});
