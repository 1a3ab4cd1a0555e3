/** Counts calls and processes of ups, clean previews and refreshes. No count depends on a machine's speed. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { scratch } from "../sandbox/toolchain/paths.ts";
import { type CountingToolchain, countingToolchain, type Start } from "./counting-toolchain.ts";
import { type Counted, countCalls } from "./distinct-calls.ts";
import { inWorld, type Lab, repeated, shared, whyNotCounted } from "./lab.ts";
import { operate, type Verb } from "./operation.ts";

/** An operation of a life. */
export interface CountedOperation {
  verb: Verb;
  calls: Counted[];
  /** Number of starts by what was started, most first. Undefined where starts cannot be counted. */
  programs: Record<string, number> | undefined;
}

const verbs = ["up", "preview", "refresh"] as const satisfies Verb[];

/** Lives of a community, without latency. */
export function countedLives(lab: Lab): Promise<CountedOperation[][]> {
  return shared(lab, "counted lives", async () => {
    mkdirSync(scratch, { recursive: true });
    const folder = mkdtempSync(join(scratch, "bench-count-"));
    try {
      const counting =
        whyNotCounted(lab) === undefined ? countingToolchain(lab.toolchain, folder) : undefined;
      const what = "up, clean preview and refresh, without latency, each call and each start counted";
      return await repeated(lab, what, () => life(lab, counting));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

function life(lab: Lab, counting: CountingToolchain | undefined): Promise<CountedOperation[]> {
  const { toolchain = lab.toolchain, furnish } = counting ?? {};
  return inWorld({ ...lab, toolchain }, { ...(furnish && { furnish }) }, async (world) => {
    const operations: CountedOperation[] = [];
    for (const verb of verbs) {
      counting?.clear();
      const { calls } = await operate(world, verb, { signal: lab.signal });
      operations.push({ verb, calls: countCalls(calls), programs: counting && byProgram(counting.starts()) });
    }
    return operations;
  });
}

/** Number of starts by what was started, most first: `flyctl machine list`, `driver release ensure`, a plugin. */
export function byProgram(starts: readonly Start[]): Record<string, number> {
  const counts = new Map([["pulumi", 1]]);
  for (const start of starts) counts.set(whatIs(start), (counts.get(whatIs(start)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

/** A start in a few words. */
export function whatIs({ program, words }: Pick<Start, "program" | "words">): string {
  if (program === "flyctl") return ["flyctl", ...words.slice(0, 2)].join(" ");
  const module = words.findIndex((word) => word.startsWith("mastiff-"));
  if (program === "node" && module !== -1)
    return words
      .slice(module)
      .join(" ")
      .replace(/^mastiff-/, "");
  if (program !== "node") return program;
  return words.some((word) => word.startsWith("--monitor")) ? "node: the program" : "node: other";
}
