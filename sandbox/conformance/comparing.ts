/** Runs the chosen comparisons one after another, shows progress, and records comparisons without a difference. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { findEngine } from "../toolchain/engine.ts";
import { scratch } from "../toolchain/paths.ts";
import { openTerminal, type Terminal } from "../toolchain/terminal.ts";
import { askAll } from "./asking.ts";
import type { Comparison } from "./comparisons.ts";
import { closeAll } from "./endings.ts";
import { missingPrograms, versionsOf } from "./officials.ts";
import type { OfficialParts } from "./question.ts";
import { beQuiet } from "./quiet.ts";
import { writeEntry } from "./record.ts";
import { type Difference, report } from "./report.ts";
import { digestsOf } from "./sources.ts";

/** Result of one comparison: a line for the summary, and the differences. */
interface Outcome {
  line: string;
  differences: Difference[];
  missing?: true;
  recorded?: true;
}

/**
 * Runs the comparisons and prints the summary.
 *
 * @param folder the folder that MASTIFF_OFFICIAL names.
 * @returns the exit code that main.ts documents.
 */
export async function compare(
  chosen: Record<string, Comparison>,
  folder: string | undefined,
): Promise<number> {
  beQuiet();
  // With a compile cache, Node programs of both sides start in half the time.
  process.env.NODE_COMPILE_CACHE ??= join(scratch, "compile-cache");
  const terminal = openTerminal();
  const official = officialParts(folder, terminal);
  const outcomes: Outcome[] = [];
  try {
    for (const [name, comparison] of Object.entries(chosen)) {
      const missing = missingPrograms(comparison.needs, folder);
      if (missing !== undefined) {
        outcomes.push({ line: `${name}: not compared, ${missing}`, differences: [], missing: true });
        continue;
      }
      outcomes.push(await compareOne(name, comparison, official, terminal));
    }
  } finally {
    await closeAll();
  }
  const lines = outcomes.map(({ line }) => line);
  const differences = outcomes.flatMap((outcome) => outcome.differences);
  const missing = outcomes.filter((outcome) => outcome.missing).length;
  process.stdout.write(report(lines, differences, missing));
  if (outcomes.some(({ recorded }) => recorded))
    process.stdout.write("sandbox/conformance/record.json is renewed: it belongs into the commit\n");
  if (differences.length > 0) return 1;
  return missing > 0 ? 2 : 0;
}

async function compareOne(
  name: string,
  comparison: Comparison,
  official: OfficialParts & { folder: string },
  terminal: Terminal,
): Promise<Outcome> {
  const step = terminal.step(`${name}: starting`);
  const started = Date.now();
  // The digests are taken first. A file that is edited during the comparison then makes the record stale.
  const sources = await digestsOf(comparison);
  const subject = await comparison.load();
  const questions = await subject.questions(official);
  const { differences, onlyOnce } = await askAll(questions, comparison.atOnce, (through, suspects) => {
    const again = suspects === 0 ? "" : `, ${suspects} to be asked once more`;
    step.update(`${name}: ${through} of ${questions.length} questions${again}`);
  });
  const seconds = Math.round((Date.now() - started) / 1000);
  const line = `${name}: ${questions.length} questions, ${differences.length} differences, ${seconds} s`;
  if (differences.length > 0) step.fail(line);
  else step.done(`${name}: ${questions.length} questions, no difference`);
  for (const question of onlyOnce) terminal.warn(`${name}: differed once, not when asked again: ${question}`);
  for (const remark of subject.remarks?.() ?? []) terminal.info(remark);
  if (comparison.kind === "recorded" && differences.length === 0) {
    const date = new Date().toISOString().slice(0, 10);
    const versions = await versionsOf(comparison.needs, official.folder);
    writeEntry(name, { date, questions: questions.length, official: versions, sources });
    return { line, differences, recorded: true };
  }
  return { line, differences };
}

function officialParts(folder: string | undefined, terminal: Terminal): OfficialParts & { folder: string } {
  let engine: Promise<string> | undefined;
  const find = async () => {
    const named = process.env.MASTIFF_PULUMI;
    if (named !== undefined && existsSync(named)) return named;
    return (await findEngine("auto", terminal)).file;
  };
  return {
    folder: folder ?? "",
    bin: join(folder ?? "", "bin"),
    home: join(folder ?? "", "home"),
    engine: () => {
      engine ??= find();
      return engine;
    },
  };
}
