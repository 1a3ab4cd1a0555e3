import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The folders that flyctl writes to: what they tell, and what becomes of those that were left behind. */

/** Name of a driver's folder, but for the letters that make it unique: it says whose it is. */
export function folderPrefix(pid: number): string {
  return `mastiff-${pid}-`;
}

/**
 * The HTTP status that a failure of flyctl goes back to, from its debug log (`DEBUG <-- 429 http://…`). Errors of the
 * Machines API show the body's text only, so this is how a busy Fly is told from a refusal.
 *
 * It is that of the last answer. What flyctl does after it was let down goes well (it gives a lease back, it marks a
 * release as failed): then it is that of the last answer before by which Fly says that it is busy or broken.
 */
export function failureStatus(dir: string): number | undefined {
  try {
    const logs = join(dir, "logs");
    const newest = readdirSync(logs).sort().at(-1);
    if (newest === undefined) return undefined;
    const answers = readFileSync(join(logs, newest), "utf8").matchAll(/^DEBUG <-- (\d{3}) /gm);
    const statuses = [...answers].map(([, status]) => Number(status));
    const last = statuses.at(-1);
    if (last === undefined || last >= 400) return last;
    return statuses.findLast((status) => status === 429 || status >= 500) ?? last;
  } catch {
    return undefined;
  }
}

/** Folders of drivers that could not clean up (kill -9): their process is gone, and for an hour at least. */
export function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^mastiff-(\d+)-/.exec(name)?.[1] ?? 0);
    if (pid === 0 || alive(pid)) continue;
    const path = join(tmpdir(), name);
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
