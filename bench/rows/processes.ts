import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { scratch } from "../../sandbox/toolchain/paths.ts";
import { countingToolchain, type Start } from "../counting-toolchain.ts";
import { type Found, inWorld, type Lab, type Row, repeated, whyNotCounted } from "../lab.ts";
import { operate } from "../operation.ts";

/** How many programs an operation starts. */
export const processes: Row = {
  number: 8,
  what: "processes started per `up` and per clean preview",
  measure,
};

/** Most processes that an operation is to start. */
const goals = { up: 60, preview: 12 } as const;

async function measure(lab: Lab): Promise<Found> {
  const problem = whyNotCounted(lab);
  if (problem !== undefined) throw new Error(problem);
  const folder = mkdtempSync(join(scratch, "bench-count-"));
  try {
    const counting = countingToolchain(lab.toolchain, folder);
    const lives = await repeated(lab, "up and clean preview, without latency, each start counted", () =>
      inWorld({ ...lab, toolchain: counting.toolchain }, { furnish: counting.furnish }, async (world) => {
        const started = async (verb: keyof typeof goals) => {
          counting.clear();
          await operate(world, verb, { signal: lab.signal });
          return byProgram(counting.starts());
        };
        return { up: await started("up"), preview: await started("preview") };
      }),
    );
    const figures = (["up", "preview"] as const).map((verb) => ({
      name: verb,
      unit: "processes" as const,
      values: lives.map((life) => Object.values(life[verb]).reduce((sum, count) => sum + count, 0)),
      goal: { most: goals[verb] },
    }));
    return { figures, data: lives };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
  if (module !== -1)
    return words
      .slice(module)
      .join(" ")
      .replace(/^mastiff-/, "");
  if (program !== "node") return program;
  return words.some((word) => word.startsWith("--monitor")) ? "node: the program" : "node: other";
}
