/** The operator's commands in the test's own process, on a scripted pulumi. */
import { tmpdir } from "node:os";
import { delimiter } from "node:path";
import { run } from "../../cli/run.ts";
import { inShell, type Shell } from "../../providers/shared/shell.ts";
import type { ScriptedPulumi } from "./scripted-pulumi.ts";

/** What a run is given beside its words. */
export interface Surroundings {
  /** Undefined: there is none on PATH. */
  pulumi: ScriptedPulumi | undefined;
  /** Plays flyctl. */
  flyctl: Shell["runProgram"];
  /** Plays a flyctl that has the terminal. Default: nobody may start one. */
  attached?: Shell["runAttached"];
  /** Whether standard input is a terminal. Default: whether there are answers. */
  isTerminal?: boolean;
  /** What the person at the terminal types, line by line; undefined: Ctrl-C. Default: nobody is there. */
  answers?: readonly (string | undefined)[];
  /** What is piped in. Default: nobody may read it. */
  input?: string;
  /** Default: nothing but PATH. */
  env?: Record<string, string>;
  /** Default: the system's. */
  temporaryFolder?: string;
  /** Takes the listener that a signal would reach. Default: no signal comes. */
  onStop?: Shell["onStop"];
}

/** `mastiff <args>` without the process; only pulumi is one. */
export async function runMastiff(
  args: readonly string[],
  {
    pulumi,
    flyctl,
    attached = alone,
    answers,
    input,
    isTerminal = answers !== undefined,
    env = {},
    temporaryFolder = tmpdir(),
    onStop = () => {},
  }: Surroundings,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: "", stderr: "" };
  const typed = [...(answers ?? [])];
  const surroundings: Shell = {
    env: {
      ...env,
      PATH: pulumi === undefined ? "/nowhere" : [pulumi.folder, process.env.PATH].join(delimiter),
    },
    temporaryFolder,
    input: async () => {
      if (input === undefined) throw new Error("nobody reads what is piped in");
      return input;
    },
    stdout(text) {
      said.stdout += text;
    },
    stderr(text) {
      said.stderr += text;
    },
    onStop,
    runProgram: flyctl,
    // A scripted flyctl has no cloud behind it.
    fetch: env.FLY_FLAPS_BASE_URL === undefined ? unanswered : fetch,
    isTerminal,
    columns: undefined,
    runAttached: attached,
    async ask(question) {
      said.stderr += question;
      if (typed.length === 0) throw new Error(`nobody answers: ${question}`);
      return typed.shift();
    },
  };
  const code = await inShell(surroundings, () => run(args));
  return { code, ...said };
}

const alone: Shell["runAttached"] = async () => {
  throw new Error("this command has no use for a terminal");
};

const unanswered: typeof fetch = async () => {
  throw new TypeError("fetch failed");
};
