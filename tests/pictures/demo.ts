/** One `npm run demo -- --keep`, with eyes on its terminal, its clouds and its stack. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { endKept } from "../../sandbox/toolchain/kept.ts";
import { root, scratch } from "../../sandbox/toolchain/paths.ts";
import type { GraphResource } from "./stack-graph.ts";
import { onTerminal } from "./terminal.ts";

/** The command, as a person types it. */
export const demoLine = "npm run demo -- --keep";

/** What a demo has left. */
export interface Demo {
  /** All that it wrote on its terminal. */
  written: string;
  /** The resources of its stack, as the state has them. */
  resources: GraphResource[];
}

/**
 * Plays the demo, in the place of an earlier one of this checkout. Its clouds have ended when this resolves.
 *
 * @param watch is called once the clouds listen, with their address, and is awaited
 * @throws Error when the demo fails, with its last words
 */
export async function playDemo(columns: number, watch: (url: string) => Promise<void>): Promise<Demo> {
  let watching: Promise<void> | undefined;
  try {
    const written = await onTerminal(demoLine, {
      columns,
      cwd: root,
      heard(soFar) {
        const url = /the local clouds listen on (http:\S+?:\d+)/.exec(soFar)?.[1];
        if (url === undefined || watching !== undefined) return;
        watching = watch(url);
        // Awaited below. When the demo fails, its own words come first.
        watching.catch(() => {});
      },
    });
    await watching;
    const state = readFileSync(join(scratch, "demo/stacks/.pulumi/stacks/mastiff/dev.json"), "utf8");
    const { checkpoint } = JSON.parse(state) as { checkpoint: { latest: { resources: GraphResource[] } } };
    return { written, resources: checkpoint.latest.resources };
  } finally {
    await endKept();
  }
}
