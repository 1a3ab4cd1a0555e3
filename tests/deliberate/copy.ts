/** Copies the checkout. Faults are made only in the copy, never in the checkout itself. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { isAlive } from "../../sandbox/toolchain/alive.ts";
import { root, scratch } from "../../sandbox/toolchain/paths.ts";
import { type Fault, faulty } from "./fault.ts";

export interface Copy {
  folder: string;
  /** Files of the copy, relative to its folder, sorted. */
  files: readonly string[];
  /** Makes the fault, runs `play`, and removes the fault again. */
  withFault<T>(fault: Fault, play: () => Promise<T>): Promise<T>;
  remove(): void;
}

/** Copies the files that git tracks and the untracked files that it does not ignore. Packages are linked. */
export async function copyOfCheckout(): Promise<Copy> {
  const { stdout } = await execa("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
  });
  const deleted = await execa("git", ["ls-files", "-z", "--deleted"], { cwd: root });
  const gone = new Set(deleted.stdout.split("\0"));
  const files = [...new Set(stdout.split("\0"))].filter((file) => file !== "" && !gone.has(file)).sort();
  mkdirSync(scratch, { recursive: true });
  sweep();
  const folder = mkdtempSync(join(scratch, `deliberate-${process.pid}-`));
  for (const file of files) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return {
    folder,
    files,
    async withFault(fault, play) {
      const path = join(folder, fault.file);
      const sound = readFileSync(path, "utf8");
      writeFileSync(path, faulty(sound, fault));
      try {
        return await play();
      } finally {
        writeFileSync(path, sound);
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Removes the copies of killed runs. */
function sweep(): void {
  for (const name of readdirSync(scratch)) {
    const pid = Number(/^deliberate-(\d+)-/.exec(name)?.[1] ?? 0);
    if (pid !== 0 && !isAlive(pid)) rmSync(join(scratch, name), { recursive: true, force: true });
  }
}
