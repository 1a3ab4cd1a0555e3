/**
 * What the official Cloudflare provider takes for a success although it is none, and what is done about it.
 *
 *   200 with half a body ─► "created", without an id ─► the run ends red and names the way out
 *   POST, answer lost ─► POST again ─► two tokens    ─► the first one is ended
 */
import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "../../providers/cloudflare/known-id.ts";
import { endCopies } from "../../providers/cloudflare/token-copies.ts";
import { operatorsCloudflare } from "./operators-cloudflare.ts";

/**
 * The language host takes this exit code for "the program failed and has said why"
 * (nodeJSProcessExitedAfterLoggingUserActionableMessage in @pulumi/pulumi/cmd/run, which does more when imported).
 */
const saidWhy = 32;

const accountToken = "cloudflare:index/accountToken:AccountToken";

/**
 * Ends the run red, previews too, as long as a resource of Cloudflare's has no id. Not as a hook after the create:
 * the next `up` would find the resource in the state, have nothing to do with it, and end well.
 */
export function refuseHalfAnswers(): void {
  pulumi.runtime.registerStackTransformation(({ resource, type, name }) => {
    if (!type.startsWith("cloudflare:")) return undefined;
    // What kind it is and its id are there once the constructor, in which this is called, has come to its end.
    queueMicrotask(() => {
      if (!pulumi.CustomResource.isInstance(resource)) return;
      resource.id.apply((id) => {
        if (isKnown(id)) return;
        pulumi.log.error(halfAnswered(name, type, pulumi.getStack()), resource);
        // An error in the log alone lets the run end well.
        process.exitCode = saidWhy;
      });
    });
    return undefined;
  });
}

/** Ends the copies of tokens that were just made. @returns the hook, for after a create of this type. */
export function tokenCopies(): (type: string) => pulumi.ResourceHook[] {
  const hook = new pulumi.ResourceHook("cloudflare-token-copies", async ({ id, newInputs }) => {
    if (!isKnown(id)) return;
    await endCopies(operatorsCloudflare(), String(newInputs?.accountId), id);
  });
  return (type) => (type === accountToken ? [hook] : []);
}

/** The error for a resource without an id. */
export function halfAnswered(name: string, type: string, stack: string): string {
  return [
    `Cloudflare answered the POST for ${name} (${type.split(":").at(-1)}) with half an answer (HTTP 200, no JSON):`,
    "it was made or not, and its id is unknown.",
    `  fix     npm run recover -- --stack ${stack}`,
    "          then run the command again",
  ].join("\n");
}
