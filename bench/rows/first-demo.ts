import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { root } from "../../sandbox/toolchain/paths.ts";
import { type Found, type Lab, type Row, repeated } from "../lab.ts";

/** How long somebody waits who sees the repository for the first time. */
export const firstDemo: Row = {
  number: 11,
  what: "fresh clone with warm package caches → demo done",
  async measure(lab: Lab): Promise<Found> {
    const seconds = await repeated(lab, "clone, install, demo", () => cloneAndShow(lab));
    return {
      figures: [{ name: "clone to demo done", unit: "s", values: seconds, goal: { most: 40 } }],
      data: seconds,
    };
  },
};

/** Clones what is committed, and runs the demo there. @returns seconds */
async function cloneAndShow({ signal }: Lab): Promise<number> {
  // Outside of the checkout, whose packages Node would find otherwise.
  const folder = mkdtempSync(join(tmpdir(), "mastiff-bench-"));
  const options = {
    env: outerEnvironment(),
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
  } as const;
  const stopped = { cancelSignal: signal, killSignal: "SIGINT", forceKillAfterDelay: 30_000 } as const;
  try {
    const began = performance.now();
    const clone = join(folder, "mastiff");
    const cloned = await execa("git", ["clone", "--quiet", root, clone], options);
    if (cloned.exitCode !== 0) throw new Error(`git clone failed:\n${cloned.all}`);
    const demo = await execa("npm", ["run", "demo"], { ...options, ...stopped, cwd: clone });
    if (signal.aborted) throw new Error("interrupted");
    if (demo.exitCode !== 0) throw new Error(`npm run demo failed:\n${lastLines(demo.all)}`);
    return (performance.now() - began) / 1000;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** This process's environment without what npm and this checkout have added to it. */
function outerEnvironment(): Record<string, string> {
  const own = join(root, "node_modules");
  const path = (process.env.PATH ?? "").split(delimiter).filter((one) => !one.startsWith(own));
  const kept = Object.entries(process.env).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && !/^(npm_|MASTIFF_SCRATCH$)/.test(pair[0]),
  );
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) };
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-20).join("\n");
}
