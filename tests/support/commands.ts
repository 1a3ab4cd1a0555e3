/** `npm run local` and `npm run demo` as a person starts them, each test in a set of worlds of its own. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa, type ResultPromise } from "execa";
import { afterEach, beforeEach, expect } from "vitest";
import { root, scratch } from "../../sandbox/toolchain/paths.ts";

let worlds: string;

/** A second set of worlds: a person's own, in this checkout, are not touched. Its path marks every process. */
export const worldsOfTest = () => worlds;

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
export function start(name: string, ...args: string[]): ResultPromise {
  return execa(
    process.execPath,
    ["sandbox/toolchain/bootstrap.mjs", `sandbox/toolchain/${name}.ts`, ...args],
    {
      cwd: root,
      env: { MASTIFF_SCRATCH: worlds },
      detached: true,
      reject: false,
      stdin: "ignore",
      all: true,
      buffer: { all: true },
    },
  );
}

/** Waits for a line of output; @throws with all of it when it never comes. */
export async function line(child: ResultPromise, pattern: RegExp): Promise<void> {
  if (child.all === undefined) throw new Error("no output");
  const seen: string[] = [];
  for await (const text of createInterface({ input: child.all })) {
    seen.push(text);
    if (pattern.test(text)) return;
  }
  throw new Error(`no line like ${pattern} in:\n${seen.join("\n")}`);
}

/** Processes that run in these worlds: the mark is in everybody's environment. */
export function processes(mark: string): { pid: number; args: string }[] {
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
export function left(mark: string): string[] {
  return processes(mark).map(({ args }) => args);
}

/** What Ctrl-C does in a terminal. */
export function interrupt(child: ResultPromise): void {
  process.kill(-(child.pid ?? 0), "SIGINT");
}
