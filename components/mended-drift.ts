/** What earlier runs have mended on Fly, as the state remembers it. */
import * as pulumi from "@pulumi/pulumi";

/** Drift that an earlier run has mended, in the words of then, by the logical name of the resource that did. */
export type Mended = Readonly<Record<string, string>>;

/**
 * Reads it from the state of this very stack. A thing that is gone has no trace of how often it went, so only the state
 * can tell the second time from the first, which is mended.
 *
 * The engine's own function, of which StackReference is one face (pulumi/pulumi: pkg/resource/deploy/builtins.go,
 * readStackResourceOutputs).
 */
export async function mendedDrift(): Promise<Mended> {
  const stackName = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName,
  })) as { outputs: Record<string, { outputs: { environment?: Record<string, unknown> } }> };
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([urn, { outputs }]) => {
      const drift = outputs.environment?.DRIFT;
      return typeof drift === "string" ? [[urn.slice(urn.lastIndexOf("::") + 2), drift]] : [];
    }),
  );
}
