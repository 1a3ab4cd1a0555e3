/** Sees every process that a run starts: its arguments and its environment, from /proc. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "./secret-hunt.ts";

/** What was seen until `stop`. */
export interface ProcessWatch {
  /** One place per process: its argv. */
  argv: Place[];
  /** One place per process: its environment, unless it is one that may know the operator's credentials. */
  environments: Place[];
  /** Folders of the driver, where flyctl logs whole HTTP bodies while it runs, and who may look into each. */
  folders: Map<string, number>;
  stop(): void;
}

/** Whether this machine shows its processes as files. */
export const canWatch = process.platform === "linux";

/**
 * Looks at /proc every few milliseconds, at what this process started and what that started. A process that lives
 * shorter than that may be missed, which is why the stand-in flyctl reports its own arguments besides.
 *
 * @param temporary folder for temporary files, where the driver's folders come and go
 */
export function watchProcesses(temporary: string): ProcessWatch {
  const ours = new Set([String(process.pid)]);
  // Whoever a stranger started is one too, and need not be looked at again. The first process has the parent 0.
  let strangers = new Set(["0"]);
  const seen = new Set<string>();
  const argv: Place[] = [];
  const environments: Place[] = [];
  const folders = new Map<string, number>();
  const look = () => {
    for (const name of readdirSync(temporary).filter((entry) => entry.startsWith("mastiff-"))) {
      const mode = statSync(join(temporary, name), { throwIfNoEntry: false })?.mode;
      if (mode !== undefined) folders.set(name, mode & 0o777);
    }
    const listed = new Set(["0", ...readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))]);
    strangers = new Set([...strangers].filter((pid) => listed.has(pid)));
    for (const pid of listed) {
      if (strangers.has(pid)) continue;
      if (!ours.has(pid)) {
        const parent = parentOf(pid);
        if (strangers.has(parent)) strangers.add(pid);
        if (!ours.has(parent)) continue;
        ours.add(pid);
      }
      const text = read(pid, "cmdline").replaceAll("\0", " ").trim();
      // A process changes its arguments when it becomes another program.
      if (text === "" || seen.has(`${pid} ${text}`)) continue;
      seen.add(`${pid} ${text}`);
      argv.push({ name: `argv of ${text.slice(0, 80)}`, text });
      environments.push({ name: `environment of ${text.slice(0, 80)}`, text: read(pid, "environ") });
    }
  };
  look();
  const timer = setInterval(look, 20);
  return { argv, environments, folders, stop: () => clearInterval(timer) };
}

/** Its fourth field; the second, a name in brackets, may hold blanks. proc(5) */
function parentOf(pid: string): string {
  return (
    read(pid, "stat")
      .replace(/^.*\) /s, "")
      .split(" ")[1] ?? ""
  );
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return ""; // Gone since it was listed, or not ours to read.
  }
}
