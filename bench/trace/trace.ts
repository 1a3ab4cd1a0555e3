/** `npm run bench -- --trace`: one `up` from nothing, as data and as a picture. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, scratch } from "../../sandbox/toolchain/paths.ts";
import { countingToolchain } from "../counting-toolchain.ts";
import { inWorld, type Lab, whyNotCounted } from "../lab.ts";
import { operate } from "../operation.ts";
import { folder as results } from "../results.ts";
import { resourcesOf } from "../state-resources.ts";
import { assemble } from "./assemble.ts";
import type { Trace } from "./parts.ts";
import { phasesIn } from "./spans.ts";
import { criticalOf, pathOf, timelineOf } from "./timeline.ts";
import { watch } from "./watch.ts";

/**
 * Traces an `up` and writes docs/performance/<name>.json and <name>.svg.
 * @returns the critical steps and the files, in words
 */
export async function trace(lab: Lab, name: string): Promise<string[]> {
  const problem = whyNotCounted(lab);
  if (problem !== undefined) throw new Error(problem);
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, "bench-trace-"));
  try {
    const seen = await traced(lab, folder);
    const took = ((seen.ended - seen.began) / 1000).toFixed(1);
    const title = `pulumi up from nothing, latency × ${lab.scale}: ${took} s; red: the steps that made it so long`;
    mkdirSync(results, { recursive: true });
    const file = (extension: string) => join(results, `${name}.${extension}`);
    writeFileSync(file("json"), `${JSON.stringify(seen)}\n`);
    writeFileSync(file("svg"), timelineOf(seen, title));
    const written = ["svg", "json"].map((extension) => file(extension).replace(`${root}/`, ""));
    return [...criticalOf(seen), pathOf(seen, lab.scale), `written: ${written.join(", ")}`];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function traced(lab: Lab, folder: string): Promise<Trace> {
  const counting = countingToolchain(lab.toolchain, folder);
  const options = { latency: lab.scale, furnish: counting.furnish };
  return inWorld({ ...lab, toolchain: counting.toolchain }, options, async (world) => {
    const [log, spans] = [join(folder, "events"), join(folder, "spans")];
    counting.clear();
    const watching = watch(log, counting.starts);
    const began = Date.now();
    let ended = began;
    try {
      const args = [`--event-log=${log}`, `--otel-traces=file://${spans}`];
      // pulumi hides --event-log without this variable.
      const env = { PULUMI_DEBUG_COMMANDS: "true" };
      const { calls } = await operate(world, "up", { args, env, signal: lab.signal });
      ended = Date.now();
      watching.stop();
      const { events, ends } = watching;
      const engine = phasesIn(readFileSync(spans, "utf8"));
      const [resources, machines] = [await resourcesOf(world.place), await world.machines()];
      const starts = counting.starts();
      return assemble({
        began,
        ended,
        events,
        ends,
        starts,
        resources,
        calls,
        machines,
        engine,
        scale: lab.scale,
      });
    } finally {
      watching.stop();
    }
  });
}
