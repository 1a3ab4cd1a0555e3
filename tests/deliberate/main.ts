/**
 * `npm run test:deliberate [-- <fault …>] [--from-scratch] [--tiers unit,driver]`: makes each deliberate
 * fault in a copy of the checkout and shows which test catches it. Exit code 1 when a fault is not caught.
 */
import { defineCommand, runMain } from "citty";
import { openEnding } from "../../sandbox/toolchain/ending.ts";
import { copyOfCheckout } from "./copy.ts";
import { type Fault, roomOf } from "./fault.ts";
import { importersIn } from "./importers.ts";
import { faults } from "./list.ts";
import { type Lab, mustBeGreen, type Played, play } from "./play.ts";
import { type Catch, type Catches, readCatches, writeCatches } from "./record.ts";
import { filesByTier, runTests, type Tier, tiers } from "./vitest-run.ts";

const command = defineCommand({
  meta: { name: "test:deliberate", description: "makes deliberate faults and shows which test catches each" },
  args: {
    "from-scratch": {
      type: "boolean",
      default: false,
      description: "run every tier from the cheapest on, whatever caught a fault last time",
    },
    tiers: { type: "string", description: `only these tiers: ${tiers.join(",")}`, default: tiers.join(",") },
  },
  async run({ args }) {
    const ending = openEnding();
    try {
      const isWhole = await playAll(
        chosenFaults(args._),
        chosenTiers(args.tiers),
        args["from-scratch"],
        ending,
      );
      process.exitCode = isWhole ? 0 : 1;
    } catch (error) {
      if (!ending.signal.aborted) console.error(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    }
    await ending.run();
    process.exit();
  },
});

interface Row {
  fault: Fault;
  played: Played;
  seconds: number;
}

async function playAll(
  chosen: readonly Fault[],
  wanted: readonly Tier[],
  fromScratch: boolean,
  ending: ReturnType<typeof openEnding>,
): Promise<boolean> {
  const copy = await copyOfCheckout();
  ending.add(copy.remove);
  const files = await filesByTier(copy.folder);
  const { signal } = ending;
  const lab: Lab = {
    run: (tier, some, fault) => {
      const run = () => runTests(copy.folder, tier, some, { bail: fault !== undefined, signal });
      return fault === undefined ? run() : copy.withFault(fault, run);
    },
    files,
    tiers: wanted.filter((tier) => files[tier].length > 0),
    importersOf: importersIn(copy.folder, copy.files),
    green: new Set(),
    say,
  };
  const catches = readCatches();
  const lastOf = ({ name }: Fault) => (fromScratch ? undefined : catches[name]);
  await seeRememberedGreen(lab, chosen, lastOf);
  const rows: Row[] = [];
  for (const [i, fault] of chosen.entries()) {
    const began = Date.now();
    const played = await play(lab, fault, lastOf(fault));
    const row = { fault, played, seconds: Math.round((Date.now() - began) / 1000) };
    rows.push(row);
    say(`[${i + 1}/${chosen.length}] ${fault.name}: ${wordsFor(played)} (${row.seconds} s)`);
    remember(catches, fault, played, lab.tiers.length === tiers.length);
    writeCatches(faults, catches);
  }
  const missed = rows.filter(({ played }) => played.caught === undefined);
  process.stdout.write(`\n${table(rows)}\n\n${rows.length - missed.length} of ${rows.length} caught\n`);
  return missed.length === 0;
}

/**
 * Runs all files that caught a fault last time, without a fault, in one run. Each fault then costs one run of
 * one file.
 */
async function seeRememberedGreen(
  lab: Lab,
  chosen: readonly Fault[],
  lastOf: (fault: Fault) => Catch | undefined,
): Promise<void> {
  const remembered = new Set(chosen.map((fault) => lastOf(fault)?.file));
  for (const tier of lab.tiers) {
    const files = lab.files[tier].filter((file) => remembered.has(file));
    await mustBeGreen(lab, tier, files);
  }
}

/** Records a catch, or removes it after a miss. A miss counts only when no tier was left out. */
function remember(catches: Catches, { name }: Fault, { caught }: Played, isComplete: boolean): void {
  if (caught !== undefined) catches[name] = caught;
  else if (isComplete) delete catches[name];
}

function chosenFaults(names: readonly string[]): readonly Fault[] {
  const unknown = names.filter((name) => !faults.some((fault) => fault.name === name));
  if (unknown.length > 0)
    throw new Error(
      `no fault is called ${unknown.join(", ")}; there are:\n  ${faults.map(({ name }) => name).join("\n  ")}`,
    );
  return names.length === 0 ? faults : faults.filter(({ name }) => names.includes(name));
}

function chosenTiers(text: string): readonly Tier[] {
  const names = text.split(",");
  const unknown = names.filter((name) => !(tiers as readonly string[]).includes(name));
  if (unknown.length > 0)
    throw new Error(`no tier is called ${unknown.join(", ")}: there are ${tiers.join(", ")}`);
  return tiers.filter((tier) => names.includes(tier));
}

function wordsFor(played: Played): string {
  if (played.caught !== undefined)
    return `caught by ${played.caught.tier}, ${played.caught.file}: ${played.caught.test}`;
  const broken = [...new Set(played.broken)];
  return broken.length === 0 ? "NOT CAUGHT" : `NOT CAUGHT, although tests broke: ${broken.join("; ")}`;
}

function table(rows: readonly Row[]): string {
  const cells = rows.map(({ fault, played: { caught }, seconds }) => [
    fault.name,
    roomOf(fault),
    caught?.tier ?? "NOT CAUGHT",
    String(seconds).padStart(4),
    caught === undefined ? "" : `${caught.file}: ${caught.test}`,
  ]);
  const lines = [["fault", "room", "tier", "   s", "test"], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await runMain(command);
