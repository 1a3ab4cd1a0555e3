/**
 * Plays one fault: runs tests on the copy with the fault, from the fastest tier to the slowest, until a test
 * fails.
 *
 *   the test file that caught it last ─► each tier: files that load the faulty file ─► the tier's other files
 *
 * Each file first runs without the fault. A file that fails then proves nothing.
 */
import type { Failure, Report } from "./failures-reporter.ts";
import type { Fault } from "./fault.ts";
import type { Catch } from "./record.ts";
import type { Tier } from "./vitest-run.ts";

export interface Lab {
  /** Runs test files of one tier: with a fault up to the first failure, without one to the end. */
  run(tier: Tier, files: readonly string[], fault?: Fault): Promise<Report>;
  files: Record<Tier, string[]>;
  /** The tiers to run, fastest first. */
  tiers: readonly Tier[];
  /** All files that load this file. */
  importersOf(file: string): ReadonlySet<string>;
  /** Files that are known to pass without a fault. */
  green: Set<string>;
  say(line: string): void;
}

/** Result of a fault: caught, missed, or no test could run with it. */
export type Played = { caught: Catch } | { caught: undefined; broken: readonly string[] };

/** @throws Error when tests fail without a fault */
export async function play(lab: Lab, fault: Fault, last: Catch | undefined): Promise<Played> {
  const broken: string[] = [];
  for (const { tier, files, sound } of stepsFor(lab, fault, last)) {
    await mustBeGreen(lab, tier, sound);
    lab.say(`${fault.name}: ${tier}, ${files.length === 1 ? files[0] : `${files.length} files`}`);
    const report = await lab.run(tier, files, fault);
    broken.push(...report.broken);
    const [first] = report.failures;
    if (first === undefined) continue;
    // A flaky test would catch any fault. So a new failure and a late one have to happen a second time.
    const isSure = first.file === last?.file && !isLate(first);
    const failure = isSure ? first : (await lab.run(tier, [first.file], fault)).failures[0];
    if (failure !== undefined) return { caught: { tier, file: failure.file, test: failure.test } };
    lab.say(`${fault.name}: ${first.file} failed once and then passed, which counts for nothing`);
  }
  return { caught: undefined, broken };
}

interface Step {
  tier: Tier;
  files: readonly string[];
  /**
   * Files that have to pass without the fault first. Each tier has one run, because a start of vitest costs a second.
   */
  sound: readonly string[];
}

function stepsFor(lab: Lab, fault: Fault, last: Catch | undefined): Step[] {
  const importers = lab.importersOf(fault.file);
  const steps = lab.tiers.flatMap((tier): Step[] => {
    const near = lab.files[tier].filter((file) => importers.has(file));
    const others = lab.files[tier].filter((file) => !importers.has(file));
    return [near, others]
      .filter((files) => files.length > 0)
      .map((files) => ({ tier, files, sound: lab.files[tier] }));
  });
  const remembered = last !== undefined && lab.tiers.find((tier) => lab.files[tier].includes(last.file));
  return remembered ? [{ tier: remembered, files: [last.file], sound: [last.file] }, ...steps] : steps;
}

/**
 * Runs the files that have not passed yet on the copy without a fault.
 *
 * @throws Error when a file fails twice
 */
export async function mustBeGreen(lab: Lab, tier: Tier, files: readonly string[]): Promise<void> {
  let unseen = files.filter((file) => !lab.green.has(file));
  for (let attempt = 1; unseen.length > 0; attempt++) {
    lab.say(`without a fault: ${tier}, ${unseen.length === 1 ? unseen[0] : `${unseen.length} files`}`);
    const report = await lab.run(tier, unseen);
    const red = new Set(report.failures.map(({ file }) => file));
    for (const file of unseen) if (!red.has(file) && report.broken.length === 0) lab.green.add(file);
    unseen = unseen.filter((file) => !lab.green.has(file));
    if (unseen.length > 0 && attempt === 2) {
      const failures = report.failures.map(({ file, test, message }) => `  ${file}: ${test}\n    ${message}`);
      throw new Error(["tests fail without any fault:", ...report.broken, ...failures].join("\n"));
    }
  }
}

function isLate({ message }: Failure): boolean {
  return /timed out/i.test(message);
}
