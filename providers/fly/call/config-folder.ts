import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { shell } from "./shell.ts";

/** The folders that flyctl writes to: what they tell, and what becomes of those that were left behind. */

/** Name of a driver's folder, but for the letters that make it unique: it says whose it is. */
export function folderPrefix(pid: number): string {
  return `mastiff-${pid}-`;
}

/**
 * The HTTP status that a failure of flyctl goes back to, from its debug log (`DEBUG <-- 429 http://…`). Errors of the
 * Machines API show the body's text only, so this is how a busy Fly is told from a refusal.
 *
 * flyctl cleans up after a failure (it gives a lease back, it marks a release as failed), and those requests succeed.
 * Then the status is that of the last answer before by which Fly says that it is busy or broken.
 *
 * @returns undefined: the last request was never answered, so the message alone says what is wrong.
 */
export function failureStatus(dir: string): number | undefined {
  const calls = callsOf(dir);
  if (calls.at(-1) === "-->") return undefined;
  const statuses = calls.filter((call) => call !== "-->");
  const last = statuses.at(-1);
  if (last === undefined || last >= 400) return last;
  return statuses.findLast((status) => status === 429 || status >= 500) ?? last;
}

/**
 * Whether Fly answered every request of a call that ended well. Some commands go on without an answer:
 * `secrets list` then shows every secret as staged (flyctl: internal/command/secrets/list.go, buildSecretRows).
 *
 * @returns undefined: all were answered; else the first failing status, or "silence".
 */
export function gapIn(dir: string): number | "silence" | undefined {
  const calls = callsOf(dir);
  const statuses = calls.filter((call) => call !== "-->");
  const failing = statuses.find((status) => status >= 400);
  return failing ?? (statuses.length * 2 < calls.length ? "silence" : undefined);
}

/** Requests (`-->`) and the statuses of answers, in the order in which flyctl logged them; empty without a log. */
function callsOf(dir: string): (number | "-->")[] {
  try {
    const logs = join(dir, "logs");
    const newest = readdirSync(logs).sort().at(-1);
    if (newest === undefined) return [];
    const lines = readFileSync(join(logs, newest), "utf8").matchAll(/^DEBUG (?:(-->) [A-Z]|<-- (\d{3}) )/gm);
    return [...lines].map(([, request, status]) => (request === "-->" ? request : Number(status)));
  } catch {
    return [];
  }
}

/** Folders of drivers that could not clean up (kill -9): their process is gone, and for an hour at least. */
export function sweep(): void {
  for (const name of readdirSync(shell().temporaryFolder)) {
    const pid = Number(/^mastiff-(\d+)-/.exec(name)?.[1] ?? 0);
    if (pid === 0 || alive(pid)) continue;
    const path = join(shell().temporaryFolder, name);
    // A process of another container that shares this folder looks dead from here; its folder is fresh.
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > 3_600_000) rmSync(path, { recursive: true, force: true });
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
