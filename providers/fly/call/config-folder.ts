import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "../../shared/alive.ts";
import { shell } from "../../shared/shell.ts";

/** flyctl's config folders: reading the debug log in them, and removing those that killed drivers left. */

/** Start of a driver's folder name, with the process id of its owner; unique letters follow. */
export function folderPrefix(pid: number): string {
  return `mastiff-${pid}-`;
}

/**
 * The HTTP status behind a failure of flyctl, from its debug log (`DEBUG <-- 429 http://…`). Errors of the
 * Machines API show only the text of the body, so the status is needed to tell a busy Fly from a refusal.
 *
 * flyctl cleans up after a failure (releases a lease, marks a release as failed), and those requests succeed.
 * The result is then the status of the last answer that says that Fly is busy or broken (429, 5xx).
 *
 * @returns undefined when the last request was never answered: only the message says what is wrong.
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
 * Whether Fly answered every request of a call that exited 0. Some commands continue without an answer:
 * `secrets list` then shows every secret as staged (flyctl: internal/command/secrets/list.go, buildSecretRows).
 *
 * @returns undefined when all were answered; else the first failing status, or "silence".
 */
export function gapIn(dir: string): number | "silence" | undefined {
  const calls = callsOf(dir);
  const statuses = calls.filter((call) => call !== "-->");
  const failing = statuses.find((status) => status >= 400);
  return failing ?? (statuses.length * 2 < calls.length ? "silence" : undefined);
}

/** Requests (`-->`) and the statuses of answers, in the order of flyctl's log; empty without a log. */
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

/** Removes folders that killed drivers left (kill -9): the process is gone, the folder over an hour old. */
export function sweep(): void {
  for (const name of readdirSync(shell().temporaryFolder)) {
    const pid = Number(/^mastiff-(\d+)-/.exec(name)?.[1] ?? 0);
    if (pid === 0 || isAlive(pid)) continue;
    const path = join(shell().temporaryFolder, name);
    // A process of another container that shares this folder looks dead from here, but its folder is recent.
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > 3_600_000) rmSync(path, { recursive: true, force: true });
  }
}
