/**
 * Records which test caught each fault last. The record is in the repository: the next run tries these tests
 * first, and docs/ shows them.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../sandbox/toolchain/paths.ts";
import { type Fault, roomOf } from "./fault.ts";
import type { Tier } from "./vitest-run.ts";

/** The test that caught a fault. */
export interface Catch {
  tier: Tier;
  /** Relative to the checkout. */
  file: string;
  test: string;
}

/** Catches by the fault's name. */
export type Catches = Record<string, Catch>;

const kept = join(root, "tests/deliberate/caught.json");
const page = join(root, "docs/deliberate-faults.md");

export function readCatches(): Catches {
  return existsSync(kept) ? (JSON.parse(readFileSync(kept, "utf8")) as Catches) : {};
}

/** Writes the record and the page. Both leave out faults that are no longer in the list. */
export function writeCatches(faults: readonly Fault[], catches: Catches): void {
  const names = faults.map(({ name }) => name).filter((name) => catches[name] !== undefined);
  const sorted = Object.fromEntries(names.sort().map((name) => [name, catches[name]]));
  writeFileSync(kept, `${JSON.stringify(sorted, null, 2)}\n`);
  writeFileSync(page, pageOf(faults, catches));
}

/** Reads the page of docs/ as the last run wrote it. */
export function readPage(): string {
  return readFileSync(page, "utf8");
}

/** Makes the page of docs/. Pure: the same list and record make the same text. */
export function pageOf(faults: readonly Fault[], catches: Catches): string {
  const caught = faults.filter(({ name }) => catches[name] !== undefined).length;
  const rows = [...faults]
    .sort((a, b) => order(a).localeCompare(order(b), "en"))
    .map((fault) => {
      const by = catches[fault.name];
      const test = by === undefined ? "not seen to be caught yet" : `\`${by.file}\`: ${cell(by.test)}`;
      return `| \`${fault.file}\` | ${cell(fault.what)} (\`${fault.name}\`) | ${by?.tier ?? ""} | ${test} |`;
    });
  return [
    "# Deliberate faults",
    "",
    "Mistakes that somebody could make, each as a small edit of the product (`tests/deliberate/faults/`). The command",
    "`npm run test:deliberate` makes one after the other in a copy of the checkout and runs the tests until one fails.",
    `A fault that no test of \`npm test\` catches means that a test is missing. Seen to be caught: ${caught} of ${faults.length}.`,
    "This page is written by that command.",
    "",
    "| file | fault | tier | caught by |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function order(fault: Fault): string {
  return `${roomOf(fault)} ${fault.file} ${fault.name}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s+/g, " ");
}
