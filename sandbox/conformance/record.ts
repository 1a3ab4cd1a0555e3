/** The repository's record of the last comparisons without a difference. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Comparison, comparisons } from "./comparisons.ts";
import { type Digests, digestsOf, root } from "./sources.ts";

/** One comparison without a difference. */
export interface Entry {
  /** Day, UTC. */
  date: string;
  /** Number of questions to both sides. */
  questions: number;
  /** Versions of the official programs. */
  official: Record<string, string>;
  /** Digests of the files that the answers depend on. */
  sources: Digests;
}

/** Entries by name of comparison. */
export type Entries = Record<string, Entry>;

const file = join(root, "sandbox/conformance/record.json");

const meaning =
  "Written by `npm run conformance`: on this day these official programs and our stand-ins, whose sources have these digests, gave equal answers to all questions.";

/** @throws SyntaxError when the file is not JSON. */
export function readRecord(): Entries {
  return (JSON.parse(readFileSync(file, "utf8")) as { comparisons: Entries }).comparisons;
}

/** Writes one entry into the record. The other entries are read from the disk first. */
export function writeEntry(name: string, entry: Entry): void {
  const entries = { ...readRecord(), [name]: entry };
  const known = Object.entries(entries).filter(([one]) => comparisons[one]?.kind === "recorded");
  const sorted = Object.fromEntries(known.sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify({ meaning, comparisons: sorted }, null, 2)}\n`);
}

/** Why a comparison's entry does not apply to the current sources. Undefined when it is fresh. */
export async function staleness(
  comparison: Comparison,
  entry: Entry | undefined,
): Promise<string | undefined> {
  if (entry === undefined) return "never compared";
  const now = await digestsOf(comparison);
  const names = [...new Set([...Object.keys(entry.sources), ...Object.keys(now)])];
  const changed = names.filter((name) => entry.sources[name] !== now[name]);
  return changed.length === 0 ? undefined : `changed since ${entry.date}: ${changed.join(", ")}`;
}

/** All comparisons with a stale entry, with the reason. */
export async function staleComparisons(entries = readRecord()): Promise<Map<string, string>> {
  const stale = new Map<string, string>();
  for (const [name, comparison] of Object.entries(comparisons)) {
    if (comparison.kind !== "recorded") continue;
    const why = await staleness(comparison, entries[name]);
    if (why !== undefined) stale.set(name, why);
  }
  return stale;
}

/** One line that says how to renew the record. */
export const renewal =
  "MASTIFF_OFFICIAL=<folder of official programs> npm run conformance    compares what is stale and renews the record";
