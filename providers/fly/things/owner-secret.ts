import * as argv from "../call/argv.ts";
import type { Fly } from "../call/flyctl.ts";
import type { Secret } from "./listed-secrets.ts";

/** App secret in which Mastiff up to 0.2.0 handed a job the Owner's password. A run that was killed may have left it. */
const password = "OWNER_PASSWORD";

/** Removes the password from the app, so that no other machine gets it. */
export async function unstageOwner(fly: Fly, app: string): Promise<void> {
  await fly.repeatable(argv.secretsUnset(app, [password]), { app });
}

/** True for that secret. */
export function isOwnerSecret({ name }: Secret): boolean {
  return name === password;
}
