/** Writes docs/faults.md from the results of the matrix. Every number in it was measured. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../sandbox/toolchain/paths.ts";
import { callSection } from "./call-report.ts";
import { mixedRuns } from "./mix-report.ts";
import { type CaseResult, converged, count, kept, type PartResult, statesOf } from "./results.ts";

export function writeReport(): void {
  writeFileSync(join(root, "docs/faults.md"), reportOf(kept()));
}

/** The page for these results. */
export function reportOf(results: readonly PartResult[]): string {
  return [
    introduction,
    `## Kills\n\n${kills}\n${killTable(results.filter((one) => one.part.startsWith("kill")))}`,
    callSection(results),
    ...mixedRuns(results),
    ...failures(results),
  ].join("\n");
}

const introduction = `# Crashes and faults

What was done to a community on the local clouds, with the real engine, and what came of it. The figures below are
those of the last run of each case, as of the commit of that date (UTC; a \`+\`: with changes), written by the command itself from
what it keeps in [docs/faults](faults):

\`\`\`sh
npm run faults                                   # all of it, some hours
npm run faults -- kill                           # before and after each call of up, destroy, upgrade: some hours
npm run faults -- kill up --every 5              # before and after every fifth call of an up
npm run faults -- kill destroy --chain           # every call, in one life
npm run faults -- calls                          # each fault at each call of driver and clients, without the engine
npm run faults -- calls sendgrid                 # of one client
npm run faults -- calls driver --failed          # what was not as it should be last time, or not run
npm run faults -- mix --runs 10                  # whole runs under a mix of faults, and faults that stay
npm run faults -- report                         # this page again, from what is kept
\`\`\`

Samples are part of \`npm test\` (faults.test.ts in tests/engine, tests/driver, tests/clients). "Twice" counts things that
are there more often than after an undisturbed run, "orphaned" those that an undisturbed run would not have left at all:
records, rules, rulesets, tokens, keys, domains, apps, addresses, machines, one-offs, volumes, certificates, secrets, each
by its natural key.
`;

const kills = `The engine, its plugins, the driver and flyctl are stopped and killed (SIGKILL) as one tree, at the moment at
which one call reaches a cloud: before the cloud acts (it then never does) or after it did and before anybody heard.
Then comes what an operator would do: the same command; \`pulumi cancel\` where the engine says that the stack is locked;
\`npx mastiff recover\` where engine or error message speak of pending operations or of a thing that is there already.

A case is as it should be when the last run ends well and asks for nothing, the clouds hold the same as after an
undisturbed run, the engine's state is the same but for what every run generates, nothing is pending, and every secret
that was in the state at the kill is the same at the end.

Only calls that change something are moments of their own: a kill before or after a look leaves the same world as one
after the change before it. In a chain, each run of one life is killed at the first call at which none was killed
before, until one comes to its end: what one crash leaves is met by the next one.
`;

function killTable(results: readonly PartResult[]): string {
  if (results.length === 0) return notRun;
  const rows = results.map((result) => {
    const { cases } = result;
    const isChain = result.part.endsWith("chain");
    const killed = sum(cases.map((one) => one.kills ?? 0));
    const lives = isChain ? cases.length : `${cases.length} of ${result.of}`;
    return row([result.title, result.setting, killed, lives, ...figures(cases), statesOf(cases)]);
  });
  return lines(
    [
      "scenario",
      "parts",
      "kills",
      "lives",
      "as it should be",
      "twice",
      "orphaned",
      "secrets made again",
      "seconds a life",
      "as of",
    ],
    rows,
  );
}

const notRun = "Not run yet.\n";

function figures(cases: readonly CaseResult[]): (string | number)[] {
  const remade = cases
    .flatMap((one) => one.problems)
    .filter((text) => text.includes("was made again")).length;
  const share = cases.length === 0 ? "" : `${converged(cases)} (${percent(converged(cases), cases.length)})`;
  return [share, count(cases, "twice"), count(cases, "orphaned"), remade, median(cases)];
}

function percent(part: number, whole: number): string {
  return `${Math.floor((100 * part) / whole)} %`;
}

function median(cases: readonly CaseResult[]): string {
  const sorted = cases.map((one) => one.milliseconds).sort((a, b) => a - b);
  return String(Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) / 1000));
}

/** Descriptions of the cases with problems. */
function failures(results: readonly PartResult[]): string[] {
  const failed = results.flatMap(({ title, cases }) =>
    cases
      .filter((one) => one.problems.length > 0)
      .map((one) => `- ${title}, ${one.name}: ${one.problems.join("; ").replaceAll("\n", " ")}`),
  );
  return failed.length === 0 ? [] : [`## Not as it should be\n\n${failed.join("\n")}\n`];
}

function lines(head: string[], rows: string[]): string {
  return [row(head), row(head.map(() => "---")), ...rows, ""].join("\n");
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(" | ")} |`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
