/**
 * `npm test [-- <vitest's arguments>]`: gets the toolchain ready, runs the tests, says which parts were official,
 * and compares our stand-ins with the official parts where there are any, and the local clouds with what is known
 * of the real ones. The last line counts.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { composeOfficial } from "./compose.ts";
import { openEnding } from "./ending.ts";
import { root, scratch } from "./paths.ts";
import { openTerminal } from "./terminal.ts";
import type { Counts } from "./test-counts.ts";
import { type Toolchain, toolchain } from "./toolchain.ts";

const terminal = openTerminal();
const ending = openEnding();
const args = process.argv.slice(2);

/** Only tests of these folders need neither engine nor plugins. */
const engineless = /^(\.\/)?tests\/(unit|local|clients)(\/|$)/;
const paths = args.filter((arg) => !arg.startsWith("-"));
const needsEngine = paths.length === 0 || !paths.every((path) => engineless.test(path));

try {
  const tools = needsEngine ? await toolchain({ terminal }) : undefined;
  for (const line of tools?.describe ?? []) terminal.info(line);
  const { counts, exitCode } = await runVitest();
  // A selection was asked for: the comparison is no part of it.
  const compared = args.length > 0 || tools === undefined ? undefined : await compare(tools);
  if (compared === false) counts.failed += 1;
  if (compared === true) counts.passed += 1;
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

async function runVitest(): Promise<{ counts: Counts; exitCode: number }> {
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, "test-"));
  ending.add(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "counts.json");
  const vitest = [join(root, "node_modules/vitest/vitest.mjs"), "run"];
  const reporters = ["--reporter=default", "--reporter=./toolchain/test-counts.ts"];
  const running = execa(process.execPath, [...vitest, ...reporters, ...args], {
    cwd: root,
    env: { MASTIFF_TEST_COUNTS: file, NODE_COMPILE_CACHE: join(scratch, "compile-cache") },
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
  // Without its counts vitest did not come to an end: that is one failure at least.
  const counts = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as Counts)
    : { passed: 0, failed: 1, skipped: 0 };
  return { counts, exitCode };
}

/** Whether nothing differs: the local clouds need no official part, each stand-in needs its own. */
async function compare(tools: Toolchain): Promise<boolean> {
  const { host, plugins, flyctl } = tools.parts;
  const official = [host, flyctl, ...Object.values(plugins)].filter((part) => part !== undefined);
  const { exitCode } = await execa(process.execPath, ["conformance/main.ts"], {
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
  return exitCode === 0;
}
