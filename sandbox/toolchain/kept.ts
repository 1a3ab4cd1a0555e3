/** Clouds that outlive the command that started them (`npm run demo -- --keep`). */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { type Clouds, signalGroup } from "./clouds.ts";
import { scratch } from "./paths.ts";

const file = join(scratch, "kept.json");

/** Records running clouds, so that the next run can end them. */
export function keep(clouds: Clouds): void {
  writeFileSync(file, JSON.stringify({ pid: clouds.pid, port: clouds.port }));
}

/** Ends the kept clouds if they still run, and waits until they have ended. */
export async function endKept(): Promise<void> {
  if (!existsSync(file)) return;
  const { pid, port } = JSON.parse(readFileSync(file, "utf8")) as { pid: number; port: number };
  rmSync(file);
  // Another process may have the same number by now.
  const isOurs = async () => (await commandLine(pid)).includes(`sandbox/clouds/main.ts --port ${port}`);
  if (!(await isOurs())) return;
  signalGroup(pid, "SIGTERM");
  for (let waited = 0; waited < 5_000 && (await isOurs()); waited += 50) await sleep(50);
  if (await isOurs()) signalGroup(pid, "SIGKILL");
}

/** The command line of a process. Empty when the process does not exist. */
async function commandLine(pid: number): Promise<string> {
  // Not every Linux image has ps, and only Linux has /proc.
  if (existsSync("/proc/self/cmdline")) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    } catch {
      return "";
    }
  }
  return (await execa("ps", ["-o", "args=", "-p", `${pid}`], { reject: false })).stdout;
}
