/**
 * What an operator does after a crash, and nothing more: the same command again, and what the screen names.
 *
 *   up ──► done
 *    │
 *    ├─ "locked", with the fix ──────────────────────────► pulumi cancel
 *    ├─ "pending operations", or a message that names it ► npx mastiff recover
 *    └─ `DELETE …: 404` in a destroy ────────────────────► npx mastiff recover
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
  /** Whether the last run succeeded. */
  ended: boolean;
  /** Output of the last run. */
  output: string;
}

/** More steps than any message asks for in a row. */
const patience = 6;

/** Runs the command until it succeeds and asks for nothing more, or until the steps that it asks for do not help. */
export async function carryOn(place: Workplace, verb: Verb, first?: Ended): Promise<Recovery> {
  const steps: string[] = [];
  let run = first;
  for (;;) {
    if (run === undefined) {
      steps.push(verb);
      run = await (await start(place, verb)).ended;
    }
    const asked = askedFor(run.output);
    // A step that did not help is not repeated.
    if (asked === undefined || steps.includes(asked) || steps.length >= patience)
      return { steps, ended: run.exitCode === 0, output: run.output };
    steps.push(asked);
    await doAsAsked(place, asked);
    run = undefined;
  }
}

type Asked = "cancel" | "recover";

/** Does what the screen asks for. @throws Error when it fails. */
export async function doAsAsked(place: Workplace, asked: Asked): Promise<void> {
  await (asked === "cancel" ? cancel(place) : recover(place));
}

/**
 * The step that a run's output asks for. A run that succeeds may ask for one too, by a warning of pending operations.
 */
export function askedFor(output: string): Asked | undefined {
  if (/currently locked by/.test(output)) return "cancel";
  if (/npx mastiff recover|pending operations from previous deployment/.test(output)) return "recover";
  // docs/operations.md, "After a crash": the words of a destroy are the provider's own, so that page names the fix.
  if (/DELETE "[^"]*": 404 /.test(output)) return "recover";
  return undefined;
}

/** Runs `pulumi cancel`, which removes a dead run's lock. @throws Error when it fails. */
export async function cancel(place: Workplace): Promise<void> {
  const run = await pulumi(place, ["cancel", "--yes", "--stack", place.stack]);
  if (run.exitCode !== 0) throw new Error(`pulumi cancel failed:\n${run.stdout}${run.stderr}`);
}

/**
 * Runs `npx mastiff recover -s <stack>` in the stack's folder. @returns its output. @throws Error when it fails.
 */
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
