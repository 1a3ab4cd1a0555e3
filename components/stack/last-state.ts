/** Reads the state that this stack's last run left. */
import * as pulumi from "@pulumi/pulumi";

/** Outputs of every resource in the state, by logical name. Secrets are plain text: keep them in memory. */
export type LastState = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Reads the state, before anything else is declared.
 *
 * Call it only if the state has something in it: without a snapshot the engine crashes with a nil pointer.
 * The function belongs to the engine's built-in provider, like StackReference (pulumi/pulumi:
 * pkg/resource/deploy/builtins.go, readStackResourceOutputs; pkg/backend/backend.go,
 * GetStackResourceOutputs).
 */
export async function readLastState(): Promise<LastState> {
  const stackName = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName,
  })) as { outputs: Record<string, { outputs: Record<string, unknown> }> };
  return Object.fromEntries(
    Object.entries(outputs).map(([urn, one]) => [urn.slice(urn.lastIndexOf("::") + 2), one.outputs]),
  );
}

/** An environment variable that a Command got in the last run. */
export function variableIn(last: LastState, name: string, variable: string): string | undefined {
  const value = (last[name]?.environment as Record<string, unknown> | undefined)?.[variable];
  return typeof value === "string" ? value : undefined;
}

/** The spec that the driver got for a thing. */
export function specIn(last: LastState, name: string): Record<string, unknown> | undefined {
  return parsed(variableIn(last, name, "SPEC"));
}

/** The driver's output for a thing. Not for a thing whose output is secret. */
export function answerIn(last: LastState, name: string): Record<string, unknown> | undefined {
  const { stdout } = last[name] ?? {};
  return parsed(typeof stdout === "string" ? stdout : undefined);
}

/** Drift that an earlier run repaired, in its words, by the logical name of the resource that repaired it. */
export function mendedIn(last: LastState): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(last).flatMap((name) => {
      const drift = variableIn(last, name, "DRIFT");
      return drift === undefined ? [] : [[name, drift]];
    }),
  );
}

function parsed(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined || !text.startsWith("{")) return undefined;
  return JSON.parse(text) as Record<string, unknown>;
}
