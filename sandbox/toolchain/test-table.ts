/** Formats the table at the end of `npm test` and `npm run test:all`. */
import type { FileReport, RunReport } from "./test-report.ts";

/** A row for something that is not a vitest file, such as a comparison that ran as a separate program. */
export interface ExtraRow {
  tier: string;
  passed: number;
  failed: number;
  seconds: number;
}

/** Number of tests by result. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Sums the results of a run. Errors that belong to no test are failures. */
export function countsOf({ files, errors }: RunReport, extra: readonly ExtraRow[] = []): Counts {
  return {
    passed: sum([...files, ...extra], (one) => one.passed),
    failed: errors + sum([...files, ...extra], (one) => one.failed),
    skipped: sum(files, (file) => file.skipped.length),
  };
}

/**
 * Formats one row per tier: files, tests, and the seconds from the start of its first file to the end of its
 * last one. Then lists the five slowest files, and each skipped test with its reason.
 */
export function tableOf(report: RunReport, extra: readonly ExtraRow[], wholeSeconds: number): string {
  const tiers = [...new Set(report.files.map(({ tier }) => tier))];
  const rows = tiers.map((tier) => {
    const files = report.files.filter((file) => file.tier === tier);
    const began = Math.min(...files.map((file) => file.began));
    const ended = Math.max(...files.map((file) => file.ended));
    const tests = sum(files, (file) => file.passed + file.failed + file.skipped.length);
    return [
      tier,
      `${files.length}`,
      `${tests}`,
      `${sum(files, (file) => file.failed)}`,
      seconds(ended - began),
    ];
  });
  const others = extra.map(({ tier, passed, failed, seconds: took }) => [
    tier,
    "",
    `${passed + failed}`,
    `${failed}`,
    `${Math.round(took)}`,
  ]);
  const whole = countsOf(report, extra);
  const total = [
    "all",
    `${report.files.length}`,
    `${whole.passed + whole.failed + whole.skipped}`,
    `${whole.failed}`,
    `${Math.round(wholeSeconds)}`,
  ];
  const slowest = [...report.files].sort((a, b) => duration(b) - duration(a)).slice(0, 5);
  return [
    ...aligned([["tier", "files", "tests", "failed", "seconds"], ...rows, ...others, total]),
    "",
    "slowest files",
    ...aligned(slowest.map((file) => [`  ${file.file}`, `${seconds(duration(file))} s`])),
    ...skippedLines(report.files),
  ].join("\n");
}

function skippedLines(files: readonly FileReport[]): string[] {
  const skipped = files.flatMap((file) => file.skipped.map((line) => `  ${file.file}: ${line}`));
  return skipped.length === 0 ? [] : ["", "skipped", ...skipped];
}

/** Aligns the first column to the left and the others to the right. */
function aligned(rows: readonly string[][]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => (row[column] ?? "").length));
  return rows.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(width(at)) : cell.padStart(width(at)))).join("  "),
  );
}

const duration = (file: FileReport) => file.ended - file.began;
const seconds = (milliseconds: number) => `${Math.round(milliseconds / 1000)}`;

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
