import { readFileSync } from "node:fs";
import { DriverError } from "../call/errors.ts";
import { groupOf, imageOf, isGone, type Machine, sizeOf } from "../things/machines.ts";
import type { OneOff } from "./one-off.ts";

/** One-offs in Mastodon's image: their command, and the machine that they copy. */

/** The scripts of scripts/ that Mastodon's image runs, and whether they are given what reach.rb has. */
const scripts = {
  doctor: true,
  housekeeping: false,
  owner: false,
  "redis-version": false,
  retention: false,
  smoke: true,
} as const;

/** The command that runs a script as one argument of `rails runner`. The script's first line names it. */
export function railsRunner(name: keyof typeof scripts): string[] {
  const own = sourceOf(name);
  const script = scripts[name] ? own.replace("\n", () => `\n${sourceOf("reach")}`) : own;
  return ["bundle", "exec", "rails", "runner", script];
}

function sourceOf(name: string): string {
  return readFileSync(new URL(`../scripts/${name}.rb`, import.meta.url), "utf8");
}

/** The machine whose image and environment a one-off copies: a web machine, else any that a deploy made. */
export function model(app: string, machines: readonly Machine[]): Machine {
  const released = machines.filter((one) => !isGone(one) && groupOf(one) !== undefined);
  const found = released.find((one) => groupOf(one) === "web") ?? released[0];
  if (found !== undefined) return found;
  throw new DriverError({
    what: `App ${app} has no machine whose image and settings could be used: it was never released, or all of its machines are gone.`,
    fix: "release it first:  pulumi up",
    retry: "helps once a release has created machines",
  });
}

/** A one-off with the image, region, size and environment of an existing machine. */
export function clone(app: string, like: Machine, job: string, subject: string, doing: string): OneOff {
  const { FLY_PROCESS_GROUP: _group, PRIMARY_REGION: _region, ...env } = like.config?.env ?? {};
  const group = groupOf(like);
  const sizedBy = group === "web" || group === "sidekiq" ? { key: `mastiff:${group}` } : undefined;
  const { region } = like;
  const image = imageOf(like);
  return { app, job, region, image, size: sizeOf(like), sizedBy, env, command: [], subject, doing };
}
