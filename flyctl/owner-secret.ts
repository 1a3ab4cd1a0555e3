import { randomBytes } from "node:crypto";
import * as argv from "./argv.ts";
import type { Fly } from "./flyctl.ts";
import type { Secret } from "./ownership.ts";
import { stage } from "./secrets.ts";

/** The Owner's password while a job needs it. It is a secret of the app, since only so it reaches a machine unseen. */
const password = "OWNER_PASSWORD";

/**
 * Beside it, a value of that run alone. The password is the same each time, and so is its digest: a look that finds
 * what a second killed run left would see just what was mended after the first, and nothing would be done.
 */
const run = "MASTIFF_OWNER_RUN";

/** Stages the password for a job. */
export async function stageOwner(fly: Fly, app: string, value: string): Promise<void> {
  await stage(fly, app, { [password]: value, [run]: randomBytes(8).toString("hex") });
}

/** Takes it from the app again, so that no machine is given it. */
export async function unstageOwner(fly: Fly, app: string): Promise<void> {
  await fly.repeatable(argv.secretsUnset(app, [password, run]), { app });
}

/** Whether a secret is there for the Owner's job alone. */
export function isOwnerSecret({ name }: Secret): boolean {
  return name === password || name === run;
}

/** What a run that was killed left, as a mark that no other run has; undefined: nothing. */
export function ownerLeftover(secrets: readonly Secret[]): string | undefined {
  const left = secrets.filter(isOwnerSecret);
  return left.length === 0 ? undefined : left.map(({ digest }) => digest).join(" ");
}
