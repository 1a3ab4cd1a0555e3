/**
 * What the official Cloudflare provider takes for a success although it is none, noticed right after the create.
 *
 *   200 with half a body ─► "created", without an id ─► the run ends red and names the way out
 *   POST, answer lost ─► POST again ─► two tokens    ─► the first one is ended
 */
import * as pulumi from "@pulumi/pulumi";
import { cloudflareClient } from "../cloudflare/client.ts";
import { isKnown } from "../cloudflare/known-id.ts";
import { endCopies } from "../cloudflare/token-copies.ts";

/**
 * The language host takes this exit code for "the program failed and has said why"
 * (nodeJSProcessExitedAfterLoggingUserActionableMessage in @pulumi/pulumi/cmd/run, which does more when imported).
 */
const saidWhy = 32;

const accountToken = "cloudflare:index/accountToken:AccountToken";

/** Hooks for every resource of Cloudflare's, by its type. */
export function afterCreate(type: string, hooks: AnswerHooks): pulumi.ResourceHook[] {
  return type === accountToken ? [hooks.whole, hooks.copies] : [hooks.whole];
}

/** The hooks, of which a program registers each once. */
export interface AnswerHooks {
  whole: pulumi.ResourceHook;
  copies: pulumi.ResourceHook;
}

/** Registers the hooks. */
export function answerHooks(): AnswerHooks {
  const whole = new pulumi.ResourceHook("cloudflare-whole-answer", ({ id, name, type }) => {
    if (isKnown(id)) return;
    pulumi.log.error(halfAnswered(name, type, pulumi.getStack()));
    // A hook that throws is a mere warning, and an error in the log alone lets the run end well.
    process.exitCode = saidWhy;
  });
  const copies = new pulumi.ResourceHook("cloudflare-token-copies", async ({ id, newInputs }) => {
    if (!isKnown(id)) return;
    const config = new pulumi.Config("cloudflare");
    const credentials = [config.get("apiToken"), process.env.CLOUDFLARE_API_TOKEN];
    const cloud = cloudflareClient(
      credentials.filter((token) => token !== undefined),
      config.get("baseUrl"),
    );
    await endCopies(cloud, String(newInputs?.accountId), id);
  });
  return { whole, copies };
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
