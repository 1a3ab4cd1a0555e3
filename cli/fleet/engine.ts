/** The engine, through the Automation API. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { EngineEvent } from "@pulumi/pulumi/automation/events.js";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { shell } from "../../providers/shared/shell.ts";
import { redacted, withoutSecrets } from "../review/preview.ts";
import type { End } from "./followed.ts";

/** What the engine does with a stack. */
export interface EngineOperation {
  verb: "preview" | "up" | "destroy";
  /** Whether it reads everything at Cloudflare and SendGrid again. */
  refresh: boolean;
  /** Folders of policy packs. A destroy takes none. */
  policyPacks: readonly string[];
}

/** Runs operations, each on a stack of the project in the working directory. */
export interface Engine {
  /**
   * @param heard each event, without secrets
   * @param stop interrupts the operation, as Ctrl-C does
   */
  run(
    stack: string,
    operation: EngineOperation,
    heard: (event: EngineEvent) => void,
    stop: AbortSignal,
  ): Promise<End>;
}

const played = new AsyncLocalStorage<Engine>();

/** The engine of the current run. Default: the real one, see {@link automationEngine}. */
export async function currentEngine(): Promise<Engine> {
  return played.getStore() ?? automationEngine();
}

/** Does the work with another engine than the real one. */
export function withEngine<T>(engine: Engine, work: () => Promise<T>): Promise<T> {
  return played.run(engine, work);
}

/** How much of what pulumi prints on stderr is shown: the reason why it did not begin. */
const tailLength = 4_000;

/**
 * Loads the Automation API, which takes a second, and asks pulumi once for its version.
 *
 * Beside the operation itself, the API would start pulumi five times for each stack: to select the stack, which changes
 * what the operator has selected, for the outputs with and without secrets, and for the history. Nobody reads these
 * answers here, and each costs half a second of a processor.
 *
 * @throws OperatorError when the pulumi on PATH is too old for the API, or there is none
 */
async function automationEngine(): Promise<Engine> {
  const { LocalWorkspace, Stack } = await import("@pulumi/pulumi/automation/index.js");
  const { env } = shell();
  const variables = Object.entries(env).filter((one): one is [string, string] => one[1] !== undefined);
  const workspace = await LocalWorkspace.create({
    workDir: process.cwd(),
    envVars: Object.fromEntries(variables),
  }).catch((error: unknown) => {
    throw new OperatorError(error instanceof Error ? error.message : String(error));
  });
  workspace.selectStack = async () => {};
  workspace.stackOutputs = async () => ({});
  const redact = withoutSecrets();
  return {
    async run(name, { verb, refresh, policyPacks }, heard, stop) {
      const stack = await Stack.select(name, workspace);
      stack.info = async () => undefined;
      let output = "";
      // The API listens to its signal for ever: to that of the whole run, each stack would leave a listener.
      const interrupt = new AbortController();
      const pass = () => interrupt.abort();
      stop.addEventListener("abort", pass);
      const options = {
        color: "never" as const,
        suppressProgress: true,
        suppressOutputs: true,
        signal: interrupt.signal,
        onEvent: (event: EngineEvent) => heard(redacted(event, redact)),
        onError: (text: string) => {
          // Longer than what is shown: half a secret, where it is cut, would not be recognised.
          output = `${output}${text}`.slice(-2 * tailLength);
        },
      };
      const packs = { policyPacks: [...policyPacks] };
      try {
        if (verb === "preview") await stack.preview({ ...options, ...packs, refresh });
        else if (verb === "up") await stack.up({ ...options, ...packs, refresh });
        else await stack.destroy({ ...options, refresh });
        return { isAccepted: true, output: "" };
      } catch (error) {
        return { isAccepted: false, output: redact(output || String(error)).slice(-tailLength) };
      } finally {
        stop.removeEventListener("abort", pass);
      }
    },
  };
}
