/**
 * `npm run conformance [-- <comparison> … | --all | --lives | --check]`: asks the official parts and the
 * stand-ins the same questions, lists every answer that differs, and records each comparison without a
 * difference.
 *
 * Without arguments it runs the comparisons that are stale in sandbox/conformance/record.json, and those that
 * need no official part.
 *
 *     --all     runs everything
 *     --lives   runs only the whole lives on the engine
 *     --check   asks nothing, and reports whether the record is fresh
 *
 * MASTIFF_OFFICIAL names the folder of official parts, and MASTIFF_PULUMI the engine (default: the
 * toolchain's).
 *
 * Exit code 0: no answer differed (with --check: the record is fresh). 1: an answer differed (with --check:
 * the record is stale). 2: a chosen comparison could not be made, or the arguments are wrong.
 */
import { parseArgs } from "node:util";
import { comparisons } from "./comparisons.ts";
import { readRecord, renewal, staleComparisons } from "./record.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: "boolean", default: false },
    lives: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
  },
});
// Exits explicitly: a side that hangs would keep the process alive.
process.exit(values.check ? await check() : await main());

async function check(): Promise<number> {
  const stale = await staleComparisons();
  for (const [name, why] of stale) process.stdout.write(`${name}: stale, ${why}\n`);
  process.stdout.write(stale.size === 0 ? "sandbox/conformance/record.json is fresh\n" : `${renewal}\n`);
  return stale.size === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const unknown = positionals.find((name) => !(name in comparisons));
  if (unknown !== undefined) {
    process.stderr.write(
      `No comparison is called ${unknown}; there are ${Object.keys(comparisons).join(", ")}.\n`,
    );
    return 2;
  }
  // Imported here because --check needs neither.
  const { compare } = await import("./comparing.ts");
  const { changedOfficials } = await import("./officials.ts");
  const folder = process.env.MASTIFF_OFFICIAL || undefined;
  const entries = readRecord();
  const stale = await staleComparisons(entries);
  for (const [name, why] of await changedOfficials(entries, folder))
    if (!stale.has(name)) stale.set(name, why);
  const chosen = Object.entries(comparisons).filter(([name, { kind }]) => {
    if (positionals.length > 0) return positionals.includes(name);
    if (values.all) return true;
    if (values.lives) return kind === "life";
    return kind === "always" || stale.has(name);
  });
  for (const [name, why] of stale) process.stderr.write(`      ${name}: stale, ${why}\n`);
  return await compare(Object.fromEntries(chosen), folder);
}
