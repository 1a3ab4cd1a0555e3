/** What the last run left in the state of this very stack. */
import * as pulumi from "@pulumi/pulumi";

/** Outputs of every resource in the state, by its logical name. Secret values are in clear: keep it in memory. */
export type LastState = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Reads it, before anything is declared.
 *
 * Only of a stack that has something in its state: the engine ends with a nil pointer where there is no snapshot yet.
 * The engine's own function, of which StackReference is one face (pulumi/pulumi: pkg/resource/deploy/builtins.go,
 * readStackResourceOutputs; pkg/backend/backend.go, GetStackResourceOutputs).
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

/** A variable that a Command of the last run was given. */
export function variableIn(last: LastState, name: string, variable: string): string | undefined {
  const value = (last[name]?.environment as Record<string, unknown> | undefined)?.[variable];
  return typeof value === "string" ? value : undefined;
}

/** What the driver was told that a thing should be. */
export function specIn(last: LastState, name: string): Record<string, unknown> | undefined {
  return parsed(variableIn(last, name, "SPEC"));
}

/** What the driver printed of a thing; not of one whose output is secret. */
export function answerIn(last: LastState, name: string): Record<string, unknown> | undefined {
  const { stdout } = last[name] ?? {};
  return parsed(typeof stdout === "string" ? stdout : undefined);
}

/** Drift that an earlier run has mended, in the words of then, by the logical name of the resource that did. */
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
