import * as argv from "../call/argv.ts";
import type { Fly } from "../call/flyctl.ts";
import type { Secret } from "./listed-secrets.ts";
import { stage } from "./secrets.ts";

/** App secret with the Owner's password while a job needs it: only an app secret reaches a machine unseen. */
const password = "OWNER_PASSWORD";

/** Stages the password for a job. */
export async function stageOwner(fly: Fly, app: string, value: string): Promise<void> {
  await stage(fly, app, { [password]: value });
}

/** Removes the password from the app, so that no other machine gets it. */
export async function unstageOwner(fly: Fly, app: string): Promise<void> {
  await fly.repeatable(argv.secretsUnset(app, [password]), { app });
}

/** True for the secret of the Owner's job. When no job runs, a killed run left it. */
export function isOwnerSecret({ name }: Secret): boolean {
  return name === password;
}
