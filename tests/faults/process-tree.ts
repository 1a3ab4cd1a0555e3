/**
 * Ends processes as a power cut would: with all of their children, at once and without a signal that they can handle.
 */
import { execa } from "execa";

/**
 * Sends SIGKILL to these processes and all processes below them. First it stops them, repeatedly, until no
 * new process appears. A stopped process starts nothing, so no process escapes between the look and the kill.
 */
export async function killTree(roots: readonly number[]): Promise<void> {
  const stopped = new Set<number>();
  for (;;) {
    const fresh = below(roots, await parents()).filter((pid) => !stopped.has(pid));
    if (fresh.length === 0) break;
    for (const pid of fresh) {
      stopped.add(pid);
      signal(pid, "SIGSTOP");
    }
  }
  for (const pid of stopped) signal(pid, "SIGKILL");
}

/** All processes of this machine with their parents, from POSIX ps. */
async function parents(): Promise<Map<number, number>> {
  const { stdout } = await execa("ps", ["-A", "-o", "pid=,ppid="]);
  const rows = stdout.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  return new Map(rows.map(([pid = 0, parent = 0]) => [pid, parent]));
}

function below(roots: readonly number[], parentOf: ReadonlyMap<number, number>): number[] {
  const found = new Set(roots.filter((pid) => parentOf.has(pid)));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const [pid, parent] of parentOf) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
