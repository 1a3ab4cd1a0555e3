/**
 * Failures that the official Cloudflare provider takes for a success, and how Mastiff handles them.
 *
 *   200 with half a body ─► "created", without an id ─► the run fails and prints the fix
 *   POST, answer lost ─► POST again ─► two tokens    ─► the first one is deleted
 */
import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "../../providers/cloudflare/known-id.ts";
import { endCopies } from "../../providers/cloudflare/token-copies.ts";
import type { OperatorsCloudflare } from "./operators-cloudflare.ts";

const accountToken = "cloudflare:index/accountToken:AccountToken";

/**
 * Makes every run fail, previews included, while a Cloudflare resource has no id. Not a hook after the
 * create: the next `up` would find the resource in the state, change nothing and succeed.
 */
export const refuseHalfAnswers: pulumi.ResourceTransformation = ({ resource, type, name }) => {
  if (!type.startsWith("cloudflare:")) return undefined;
  // The resource's constructor calls this function. Kind and id are set only when the constructor ends.
  queueMicrotask(() => {
    if (!pulumi.CustomResource.isInstance(resource)) return;
    resource.id.apply((id) => {
      // The run goes on with what does not depend on the resource, and fails at its end.
      if (!isKnown(id)) throw new pulumi.RunError(halfAnswered(name, type, pulumi.getStack()));
    });
  });
  return undefined;
};

/**
 * Deletes duplicates of tokens that were just created. @returns the after-create hooks by resource type
 *
 * @param connect see {@link OperatorsCloudflare}. The hooks run in no preview, so there it may be undefined
 */
export function tokenCopies(
  community: string,
  connect: OperatorsCloudflare["connect"],
): (type: string) => pulumi.ResourceHook[] {
  const hook = new pulumi.ResourceHook(`${community}-cloudflare-token-copies`, async ({ id, newInputs }) => {
    if (!isKnown(id) || connect === undefined) return;
    await endCopies(connect(), String(newInputs?.accountId), id);
  });
  return (type) => (type === accountToken ? [hook] : []);
}

/** The error for a resource without an id. */
export function halfAnswered(name: string, type: string, stack: string): string {
  return [
    `Cloudflare's answer to the POST for ${name} (${type.split(":").at(-1)}) is incomplete (HTTP 200, no JSON):`,
    "the resource may or may not exist, and its id is unknown.",
    `  fix     npx mastiff recover -s ${stack}`,
    "          then run the command again",
  ].join("\n");
}
