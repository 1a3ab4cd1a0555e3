import { say } from "../call/progress.ts";
import type { Task } from "../kind.ts";
import type { LoginOutput, Observation, RetiredLoginSpec } from "../spec.ts";
import { shutOut } from "./login.ts";
import { awaitServer } from "./psql.ts";
import { serverOf } from "./server.ts";

/**
 * Disables the owner role's own login, once all machines use another login (login.ts). The role stays: it
 * owns everything. When no other login is declared, the `postgres` kind, which runs before a release, enables
 * it again.
 */
export async function ensure({ spec, fly }: Task<RetiredLoginSpec>): Promise<LoginOutput> {
  const { app, user } = spec;
  const machine = (await serverOf(fly, app))?.id;
  if (machine === undefined) throw new Error(`the database ${app} has no machine`);
  await awaitServer(fly, app, machine);
  say("database", `${user} can no longer log in`);
  await shutOut(fly, app, machine, user);
  return { user };
}

export async function destroy(): Promise<void> {}

export async function observe(): Promise<Observation> {
  return { exists: true, differences: [] };
}
