/** One operation of driver or clients: the state before it, how it runs, and the results of an undisturbed run. */

import { holdingsOf } from "./call-estate.ts";
import { type Target, targetsAmong } from "./call-target.ts";
import type { CallWorld, Ended, Moment } from "./call-world.ts";
import type { Estate } from "./estate.ts";

/** The programs that make the calls. */
export const clients = ["driver", "sendgrid", "cloudflare"] as const;
export type Client = (typeof clients)[number];

/** An operation that can be run repeatedly from the same state. */
export interface Operation {
  client: Client;
  /** `postgres ensure`, `ApiKey create`. */
  name: string;
  /** The operator's words for the thing. An error has to contain one of them. */
  thing: readonly string[];
  /** Whether the operation only looks. Its output is then compared too. */
  looks: boolean;
  beginning: Moment;
  /** Values that must never be shown. */
  secrets: readonly string[];
  run(world: CallWorld): Promise<Ended>;
}

/** An operation and its undisturbed run. */
export interface Rehearsed extends Operation {
  targets: Target[];
  estate: Estate;
  answer: string;
}

/** Runs an operation undisturbed. @throws Error when it fails. */
export async function rehearse(operation: Operation, world: CallWorld): Promise<Rehearsed> {
  await world.restore(operation.beginning);
  const { code, stdout, stderr } = await operation.run(world);
  if (code !== 0) throw new Error(`${operation.name} fails undisturbed:\n${stderr}`);
  const targets = targetsAmong(await world.journal());
  return { ...operation, targets, estate: holdingsOf(await world.state()), answer: steady(stdout, world) };
}

/** The output without values of this world. */
export function steady(stdout: string, { url }: CallWorld): string {
  return stdout.replaceAll(url, "<url>");
}

/** The call that represents an operation: its last changing call, else its first call. */
export function representative({ targets }: Rehearsed): Target | undefined {
  return targets.filter((target) => target.changes).at(-1) ?? targets[0];
}
