import { say } from "../call/progress.ts";
import type { Task } from "../kind.ts";
import type { LoginOutput, Observation, RetiredLoginSpec } from "../spec.ts";
import { serverOf, shutOut } from "./login.ts";
import { awaitServer } from "./psql.ts";

/**
 * The owner's own way in, shut once all machines have another one (login.ts). The role stays: everything is its own.
 * It is opened again by the `postgres` kind, which comes before a release, when no other login is declared.
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
