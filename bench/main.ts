/**
 * `npm run bench [-- --rows 1,3 --runs 5 --scale 0.5]`: measures what docs/performance.md is about, on the local clouds
 * with the real engine, and writes that page. `--trace` draws one `up` instead.
 */
import { defineCommand, runMain } from "citty";
import { type Ending, openEnding } from "../sandbox/toolchain/ending.ts";
import { openTerminal } from "../sandbox/toolchain/terminal.ts";
import { toolchain } from "../sandbox/toolchain/toolchain.ts";
import type { Lab, Row } from "./lab.ts";
import { shownOf, writePage } from "./page.ts";
import { keep } from "./results.ts";
import { rows } from "./rows.ts";
import { trace } from "./trace/trace.ts";

const terminal = openTerminal();

const command = defineCommand({
  meta: { name: "bench", description: "Measure Mastiff on the local clouds, and write docs/performance.md" },
  args: {
    rows: { type: "string", description: "numbers of the rows, such as 1,3; default: all" },
    runs: { type: "string", default: "3", description: "how often each measurement is repeated" },
    scale: {
      type: "string",
      default: "1",
      description: "share of the real clouds' latency, where it matters",
    },
    trace: { type: "boolean", default: false, description: "draw a timeline of one up instead" },
    as: { type: "string", default: "up", description: "name of a trace's files in docs/performance" },
  },
  async run({ args }) {
    const chosen = chosenRows(args.rows);
    const runs = positive("runs", args.runs);
    if (!Number.isInteger(runs)) wrong(`--runs is "${args.runs}": it is a whole number from 1`);
    const scale = positive("scale", args.scale);
    const ending = openEnding();
    const work = args.trace ? (lab: Lab) => draw(lab, args.as) : (lab: Lab) => measure(chosen, lab);
    process.exitCode = await bench(work, { runs, scale }, ending);
    if (ending.signal.aborted) return;
    await ending.run();
    process.exit();
  },
});

/** Does the work with a lab. @returns the exit code: 1 when something could not be measured */
async function bench(
  work: (lab: Lab) => Promise<boolean>,
  how: Pick<Lab, "runs" | "scale">,
  ending: Ending,
): Promise<number> {
  const tools = await toolchain({ terminal });
  for (const line of tools.describe) terminal.info(line);
  const working = work({ toolchain: tools, terminal, signal: ending.signal, shared: new Map(), ...how });
  // After an interrupt, the engine ends its work before this process does.
  ending.add(() => working.then(ignore, ignore));
  return (await working) ? 0 : 1;
}

/**
 * Measures rows one after another. Each is kept, and on the page, at once.
 * @returns whether all of them could be measured
 */
async function measure(chosen: readonly Row[], lab: Lab): Promise<boolean> {
  const failed: number[] = [];
  for (const row of chosen) {
    terminal.info(`row ${row.number}: ${row.what}`);
    const began = performance.now();
    try {
      const found = await row.measure(lab);
      await keep(row, found, lab, (performance.now() - began) / 1000);
      writePage();
      for (const figure of found.figures)
        process.stdout.write(`${row.number}  ${figure.name}: ${shownOf(figure)}\n`);
    } catch (error) {
      if (lab.signal.aborted) return false;
      failed.push(row.number);
      terminal.error(`row ${row.number}: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (failed.length > 0) terminal.error(`not measured: rows ${failed.join(", ")}, for the reasons above`);
  return failed.length === 0;
}

async function draw(lab: Lab, name: string): Promise<boolean> {
  const step = terminal.step(`up from nothing, latency × ${lab.scale}`);
  try {
    const lines = await trace(lab, name);
    step.done(`up from nothing, latency × ${lab.scale}`);
    process.stdout.write(`${lines.join("\n")}\n`);
    return true;
  } catch (error) {
    step.fail(`up from nothing: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

function ignore(): void {}

function chosenRows(text: string | undefined): Row[] {
  if (text === undefined) return [...rows];
  return text.split(",").map((word) => {
    const found = rows.find(({ number }) => String(number) === word.trim());
    if (found === undefined)
      wrong(`--rows has "${word}": the rows are ${rows.map((one) => one.number).join(", ")}`);
    return found as Row;
  });
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) wrong(`--${name} is "${text}": it is a number above 0`);
  return value;
}

function wrong(message: string): never {
  terminal.error(message);
  process.exit(2);
}

await runMain(command);
