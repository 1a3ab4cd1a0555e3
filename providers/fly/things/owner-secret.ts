import * as argv from "../call/argv.ts";
import type { Fly } from "../call/flyctl.ts";
import type { Secret } from "./listed-secrets.ts";
import { stage } from "./secrets.ts";

/** The Owner's password while a job needs it. It is a secret of the app, since only so it reaches a machine unseen. */
const password = "OWNER_PASSWORD";

/** Stages the password for a job. */
export async function stageOwner(fly: Fly, app: string, value: string): Promise<void> {
  await stage(fly, app, { [password]: value });
}

/** Takes it from the app again, so that no machine is given it. */
export async function unstageOwner(fly: Fly, app: string): Promise<void> {
  await fly.repeatable(argv.secretsUnset(app, [password]), { app });
}

/** Whether a secret is there for the Owner's job alone: after a job has ended, what a killed run left. */
export function isOwnerSecret({ name }: Secret): boolean {
  return name === password;
}
