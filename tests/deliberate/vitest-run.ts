/** Runs tests in a copy of the checkout. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { execa } from "execa";
import { scratch } from "../../sandbox/toolchain/paths.ts";
import type { Report } from "./failures-reporter.ts";

/** Vitest projects that `npm test` runs, fastest first. */
export const tiers = ["unit", "component", "local", "driver", "engine"] as const;
export type Tier = (typeof tiers)[number];

/** This test reports a fault whose text is missing from its file. So it would catch every fault. */
const itself = "tests/unit/deliberate-faults.test.ts";

/** Time limit for a run of one tier. */
const longestMs = 60 * 60_000;

const vitest = "node_modules/vitest/vitest.mjs";

/** Test files by tier. */
export async function filesByTier(folder: string): Promise<Record<Tier, string[]>> {
  const { stdout } = await execa(process.execPath, [vitest, "list", "--filesOnly", "--json"], {
    cwd: folder,
  });
  const listed = JSON.parse(stdout) as { file: string; projectName: string }[];
  const of = (tier: Tier) =>
    listed
      .filter(({ projectName }) => projectName === tier)
      .map(({ file }) => relative(folder, file))
      .filter((file) => file !== itself)
      .sort();
  return {
    unit: of("unit"),
    component: of("component"),
    local: of("local"),
    driver: of("driver"),
    engine: of("engine"),
  };
}

/**
 * Runs these files of one tier. With `bail`, stops at the first failure.
 *
 * @throws Error when vitest does not finish
 */
export async function runTests(
  folder: string,
  tier: Tier,
  files: readonly string[],
  { bail, signal }: { bail: boolean; signal: AbortSignal },
): Promise<Report> {
  const report = join(folder, ".failures.json");
  rmSync(report, { force: true });
  const reporter = "--reporter=./tests/deliberate/failures-reporter.ts";
  const args = ["run", "--project", tier, reporter, ...(bail ? ["--bail=1"] : []), ...files];
  const run = await execa(process.execPath, [vitest, ...args], {
    cwd: folder,
    env: {
      MASTIFF_FAILURES: report,
      MASTIFF_SCRATCH: undefined,
      NODE_COMPILE_CACHE: join(scratch, "compile-cache"),
    },
    stdin: "ignore",
    all: true,
    reject: false,
    timeout: longestMs,
    cancelSignal: signal,
    forceKillAfterDelay: 10_000,
  });
  if (signal.aborted) throw new Error("interrupted");
  if (!existsSync(report)) throw new Error(`vitest did not come to its end:\n${run.all}`);
  return JSON.parse(readFileSync(report, "utf8")) as Report;
}
