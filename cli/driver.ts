/** The driver in the command's own process, so that its words arrive as they are said, and Ctrl-C stops it. */
import { flyEndpoint } from "../components/fly/driver-call.ts";
import { run } from "../providers/fly/run.ts";
import { inShell, type Shell, shell } from "../providers/shared/shell.ts";

/** One run of the driver. */
export interface DriverRun {
  /** Kind and verb. */
  call: readonly [kind: string, verb: string];
  spec: object;
  /** Values for the driver's standard input, by name. Default: none. */
  secrets?: Readonly<Record<string, string>>;
  /** Base URL of Fly's APIs. Default: the real one. */
  endpoint: string | undefined;
  /** Hears what the driver prints on stdout. Default: it goes to the command's own. */
  stdout?: Shell["stdout"];
  /** Hears progress and errors. Default: they go to the command's own stderr. */
  stderr?: Shell["stderr"];
}

/** @returns the driver's exit code */
export function runDriver({ call, spec, secrets, endpoint, stdout, stderr }: DriverRun): Promise<number> {
  const own = shell();
  const surroundings: Shell = {
    ...own,
    env: { ...own.env, ...flyEndpoint(endpoint), SPEC: JSON.stringify(spec) },
    // The driver takes secrets from there, and nothing else: what is piped into the command is not the driver's.
    input: async () => (secrets === undefined ? "" : JSON.stringify(secrets)),
    ...(stdout && { stdout }),
    ...(stderr && { stderr }),
  };
  return inShell(surroundings, () => run(call));
}
