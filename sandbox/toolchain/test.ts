/**
 * `npm test [-- <vitest's arguments>]` and `npm run test:all`: prepares the toolchain, says which parts are
 * official, runs the tests tier after tier, and prints a table. `npm test` runs everything that has to pass
 * at every commit. `test:all` adds the tier `long`, and compares whole lives on the engine between the
 * official parts and the stand-ins.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { composeOfficial } from "./compose.ts";
import { openEnding } from "./ending.ts";
import { root, scratch } from "./paths.ts";
import { openTerminal } from "./terminal.ts";
import type { RunReport } from "./test-report.ts";
import { countsOf, type ExtraRow, tableOf } from "./test-table.ts";
import { type Toolchain, toolchain } from "./toolchain.ts";

const began = performance.now();
const terminal = openTerminal();
const ending = openEnding();
const everything = process.argv[2] === "--all";
const args = process.argv.slice(everything ? 3 : 2);

/** Tests in these folders need neither engine nor plugins. */
const engineless = /^(\.\/)?tests\/(unit|component|clients)(\/|$)|^(\.\/)?sandbox\/tests(\/|$)/;
const paths = args.filter((arg) => !arg.startsWith("-"));
const needsEngine = paths.length === 0 || !paths.every((path) => engineless.test(path));

try {
  const tools = needsEngine ? await toolchain({ terminal }) : undefined;
  for (const line of tools?.describe ?? []) terminal.info(line);
  const { report, exitCode } = await runVitest();
  const extra = everything && tools !== undefined ? await compareLives(tools) : [];
  const counts = countsOf(report, extra);
  const seconds = (performance.now() - began) / 1000;
  process.stdout.write(`\n${tableOf(report, extra, seconds)}\n`);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
  await ending.run();
  process.exit(exitCode !== 0 ? exitCode : counts.failed > 0 ? 1 : 0);
} catch (error) {
  if (!ending.signal.aborted) {
    terminal.error(error instanceof Error ? error.message : String(error));
    await ending.run();
    process.exit(1);
  }
}

async function runVitest(): Promise<{ report: RunReport; exitCode: number }> {
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, "test-"));
  ending.add(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "report.json");
  const vitest = [join(root, "node_modules/vitest/vitest.mjs"), "run"];
  const reporters = ["--reporter=default", "--reporter=./sandbox/toolchain/test-report.ts"];
  // A file or a tier that the arguments name runs, even if it is in `long`.
  const isNamed = paths.length > 0 || args.some((arg) => arg.startsWith("--project"));
  const tiers = everything || isNamed ? [] : ["--project=!long"];
  const running = execa(process.execPath, [...vitest, ...reporters, ...tiers, ...args], {
    cwd: root,
    env: { MASTIFF_TEST_REPORT: file, NODE_COMPILE_CACHE: join(scratch, "compile-cache") },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    reject: false,
    cancelSignal: ending.signal,
    forceKillAfterDelay: 10_000,
  });
  ending.add(() => running.then(() => {}));
  const { exitCode = 1 } = await running;
  if (ending.signal.aborted) throw new Error("interrupted");
  // vitest writes no report when it does not finish. That counts as one failure.
  const report = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as RunReport)
    : { files: [], errors: 1 };
  return { report, exitCode };
}

/** Compares whole lives. The result has no row when there are no official parts to compare with. */
async function compareLives(tools: Toolchain): Promise<ExtraRow[]> {
  const since = performance.now();
  const { host, plugins, flyctl } = tools.parts;
  const official = [host, flyctl, ...Object.values(plugins)].filter((part) => part !== undefined);
  const { exitCode } = await execa(process.execPath, ["sandbox/conformance/main.ts", "--lives"], {
    cwd: root,
    env: {
      MASTIFF_PULUMI: join(tools.bin, "pulumi"),
      MASTIFF_OFFICIAL: official.length > 0 ? composeOfficial(tools.parts) : undefined,
    },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    reject: false,
    cancelSignal: ending.signal,
  });
  // sandbox/conformance/main.ts has printed what is missing.
  if (exitCode === 2) return [];
  const same = exitCode === 0;
  const seconds = (performance.now() - since) / 1000;
  return [{ tier: "conformance", passed: same ? 1 : 0, failed: same ? 0 : 1, seconds }];
}
