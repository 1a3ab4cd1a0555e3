/**
 * `npm run bench [-- --rows 1,3 --runs 5 --scale 0.5]`: measures what docs/performance.md is about, on the local clouds
 * with the real engine, and writes that page. `--trace` draws one `up` instead.
 */
import { defineCommand, runMain } from "citty";
import { type Ending, openEnding } from "../sandbox/toolchain/ending.ts";
import { openTerminal } from "../sandbox/toolchain/terminal.ts";
import { toolchain } from "../sandbox/toolchain/toolchain.ts";
import type { Figure, Lab, Row } from "./lab.ts";
import { keep } from "./results.ts";
import { rows } from "./rows.ts";
import { seriesOf } from "./statistics.ts";

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
  },
  async run({ args }) {
    const chosen = chosenRows(args.rows);
    const runs = positive("runs", args.runs);
    if (!Number.isInteger(runs)) wrong(`--runs is "${args.runs}": it is a whole number from 1`);
    const scale = positive("scale", args.scale);
    const ending = openEnding();
    process.exitCode = await bench(chosen, { runs, scale }, ending);
    await ending.run();
    process.exit();
  },
});

/** @returns the exit code: 1 when a row could not be measured */
async function bench(
  chosen: readonly Row[],
  how: Pick<Lab, "runs" | "scale">,
  ending: Ending,
): Promise<number> {
  const tools = await toolchain({ terminal });
  for (const line of tools.describe) terminal.info(line);
  const lab: Lab = { toolchain: tools, terminal, signal: ending.signal, ups: new Map(), ...how };
  let failed = 0;
  for (const row of chosen) {
    terminal.info(`row ${row.number}: ${row.what}`);
    try {
      const measuring = row.measure(lab);
      // After an interrupt, the engine ends its work before this process does.
      ending.add(() => measuring.then(ignore, ignore));
      const found = await measuring;
      await keep(row, found, lab);
      for (const figure of found.figures) process.stdout.write(`${lineOf(row, figure)}\n`);
    } catch (error) {
      if (ending.signal.aborted) return 1;
      failed += 1;
      terminal.error(`row ${row.number}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return failed === 0 ? 0 : 1;
}

function ignore(): void {}

function lineOf({ number }: Row, { name, unit, values }: Figure): string {
  const { median, least, most } = seriesOf(values);
  const [middle, from, to] = [median, least, most].map((value) => value.toFixed(unit === "" ? 2 : 1));
  return `${number}  ${name}: ${middle}${unit && ` ${unit}`}  (${from} to ${to})`;
}

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
