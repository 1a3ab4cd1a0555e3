/**
 * What an operator does after a crash, and nothing beyond: the same command again, and whatever the screen names.
 *
 *   up ──► done
 *    │
 *    ├─ "locked", with the way out ──────────────────────► pulumi cancel
 *    ├─ "pending operations", or our message that names it ► npx mastiff recover
 *    └─ `DELETE …: 404` in a destroy ──────────────────────► npx mastiff recover
 */
import { join } from "node:path";
import { execa } from "execa";
import { environment } from "../../sandbox/toolchain/environment.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { pulumi, type Workplace } from "../../sandbox/toolchain/stack.ts";
import { type Ended, start, type Verb } from "./killable-run.ts";

/** The steps that an operator took, and how the last one ended. */
export interface Recovery {
  steps: string[];
  /** Whether the last run ended well. */
  ended: boolean;
  /** What the last run said. */
  output: string;
}

/** More than any message asks for in a row. */
const patience = 6;

/** Runs the command until it ends well and asks for nothing more, or until nothing that is asked for helps. */
export async function carryOn(place: Workplace, verb: Verb, first?: Ended): Promise<Recovery> {
  const steps: string[] = [];
  let run = first;
  for (;;) {
    if (run === undefined) {
      steps.push(verb);
      run = await (await start(place, verb)).ended;
    }
    const asked = askedFor(run.output);
    // What was done once and did not help is not done again.
    if (asked === undefined || steps.includes(asked) || steps.length >= patience)
      return { steps, ended: run.exitCode === 0, output: run.output };
    steps.push(asked);
    await doAsAsked(place, asked);
    run = undefined;
  }
}

type Asked = "cancel" | "recover";

/** Does what a screen asked for. @throws Error when it fails. */
export async function doAsAsked(place: Workplace, asked: Asked): Promise<void> {
  await (asked === "cancel" ? cancel(place) : recover(place));
}

/** What a run's output asks for; a warning of pending operations does so in a run that ends well, too. */
export function askedFor(output: string): Asked | undefined {
  if (/currently locked by/.test(output)) return "cancel";
  if (/npx mastiff recover|pending operations from previous deployment/.test(output)) return "recover";
  // docs/operations.md, "After a crash": a destroy's words are the provider's own, so that page names the way out.
  if (/DELETE "[^"]*": 404 /.test(output)) return "recover";
  return undefined;
}

/** `pulumi cancel`, which takes a dead run's lock away. @throws Error when it fails. */
export async function cancel(place: Workplace): Promise<void> {
  const run = await pulumi(place, ["cancel", "--yes", "--stack", place.stack]);
  if (run.exitCode !== 0) throw new Error(`pulumi cancel failed:\n${run.stdout}${run.stderr}`);
}

/** `npx mastiff recover -s <stack>` in the stack's folder. @returns what it said. @throws Error when it fails. */
export async function recover(place: Workplace): Promise<string> {
  const run = await execa(process.execPath, [join(root, "cli/mastiff.mjs"), "recover", "-s", place.stack], {
    cwd: place.project,
    env: environment(place.toolchain, place.target),
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
  });
  if (run.exitCode !== 0) throw new Error(`npx mastiff recover failed:\n${run.all}`);
  return run.all ?? "";
}
