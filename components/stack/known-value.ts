import type * as pulumi from "@pulumi/pulumi";

/** The plain value of an output, without its secret mark; undefined where this preview cannot know it. */
export async function knownValue<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  // `isKnown` is not in the SDK's types, but on every output (@pulumi/pulumi: output.ts). It is needed
  // because `apply` never calls its function for an unknown value, so waiting for that call would never end.
  const { isKnown } = output as unknown as { isKnown: Promise<boolean> };
  if (!(await isKnown)) return undefined;
  return new Promise((resolve) => output.apply(resolve));
}
