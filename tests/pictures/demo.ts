/** One `npm run demo -- --keep` in a folder of its own, with eyes on its terminal, its clouds and its stack. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signalGroup } from "../../sandbox/toolchain/clouds.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import type { GraphResource } from "./stack-graph.ts";
import { onTerminal } from "./terminal.ts";

/** What a demo has left. */
export interface Demo {
  /** All that it wrote on its terminal. */
  written: string;
  /** The resources of its stack, as the state has them. */
  resources: GraphResource[];
}

/**
 * Plays the demo. Its clouds have ended when this resolves.
 *
 * @param watch is called once the clouds listen, with their address, and is awaited
 * @throws Error when the demo fails, with its last words
 */
export async function playDemo(columns: number, watch: (url: string) => Promise<void>): Promise<Demo> {
  const scratch = mkdtempSync(join(tmpdir(), "mastiff-pictures-"));
  let watching: Promise<void> | undefined;
  try {
    const written = await onTerminal(
      "node sandbox/toolchain/bootstrap.mjs sandbox/toolchain/demo.ts --keep",
      {
        columns,
        cwd: root,
        env: { MASTIFF_SCRATCH: scratch },
        heard(soFar) {
          const url = /the local clouds listen on (http:\S+?:\d+)/.exec(soFar)?.[1];
          if (url !== undefined) watching ??= watch(url);
        },
      },
    );
    await watching;
    const state = readFileSync(join(scratch, "demo/stacks/.pulumi/stacks/mastiff/dev.json"), "utf8");
    const { checkpoint } = JSON.parse(state) as { checkpoint: { latest: { resources: GraphResource[] } } };
    return { written, resources: checkpoint.latest.resources };
  } finally {
    endClouds(scratch);
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Ends the clouds that the demo left running, if it came so far. */
function endClouds(scratch: string): void {
  try {
    const { pid } = JSON.parse(readFileSync(join(scratch, "kept.json"), "utf8")) as { pid: number };
    signalGroup(pid, "SIGTERM");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
