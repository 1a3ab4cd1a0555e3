/** One operation of driver or clients: where it begins, how it runs, and what an undisturbed run of it is like. */

import { holdingsOf } from "./call-estate.ts";
import { type Target, targetsAmong } from "./call-target.ts";
import type { CallWorld, Ended, Moment } from "./call-world.ts";
import type { Estate } from "./estate.ts";

/** Who makes the calls. */
export const clients = ["driver", "sendgrid", "cloudflare"] as const;
export type Client = (typeof clients)[number];

/** An operation that can be run again and again from the same beginning. */
export interface Operation {
  client: Client;
  /** `postgres ensure`, `ApiKey create`. */
  name: string;
  /** What an operator calls the thing: an error has to say one of these words. */
  thing: readonly string[];
  /** Whether it only looks: what it answers is then compared as well. */
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

/** Runs it undisturbed. @throws Error when it does not end well. */
export async function rehearse(operation: Operation, world: CallWorld): Promise<Rehearsed> {
  await world.restore(operation.beginning);
  const { code, stdout, stderr } = await operation.run(world);
  if (code !== 0) throw new Error(`${operation.name} fails undisturbed:\n${stderr}`);
  const targets = targetsAmong(await world.journal());
  return { ...operation, targets, estate: holdingsOf(await world.state()), answer: steady(stdout, world) };
}

/** An answer without what is this world's own. */
export function steady(stdout: string, { url }: CallWorld): string {
  return stdout.replaceAll(url, "<url>");
}

/** The call that stands for an operation: the last one that changes something, else the first. */
export function representative({ targets }: Rehearsed): Target | undefined {
  return targets.filter((target) => target.changes).at(-1) ?? targets[0];
}
