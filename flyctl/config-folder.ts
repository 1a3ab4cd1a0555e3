import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The folders that flyctl writes to: what they tell, and what becomes of those that were left behind. */

/** Name of a driver's folder, but for the letters that make it unique: it says whose it is. */
export function folderPrefix(pid: number): string {
  return `mastiff-${pid}-`;
}

/**
 * The HTTP status of the last answer flyctl got, from its debug log (`DEBUG <-- 429 http://…`). Errors of the
 * Machines API show the body's text only, so this is how a busy Fly is told from a refusal. That a lease is given
 * back comes after whatever went wrong under it, and goes well.
 */
export function lastStatus(dir: string): number | undefined {
  try {
    const logs = join(dir, "logs");
    const newest = readdirSync(logs).sort().at(-1);
    if (newest === undefined) return undefined;
    const text = readFileSync(join(logs, newest), "utf8");
    const last = [...text.matchAll(/^DEBUG <-- (\d{3}) (?!\S+\/lease\s)/gm)].at(-1);
    return last === undefined || last[1] === undefined ? undefined : Number(last[1]);
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
