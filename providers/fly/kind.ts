import type { Fly } from "./call/flyctl.ts";
import type { Observation } from "./spec.ts";

/** What a verb gets to work with. */
export interface Task<Spec> {
  spec: Spec;
  /** Values that came by stdin. */
  secrets: Readonly<Record<string, string>>;
  /** What the last ensure printed, if Pulumi still has it. */
  previous: unknown;
  /** The rendered fly.toml, for a release. */
  flyToml: string | undefined;
  fly: Fly;
}

/**
 * A kind of thing that the driver makes.
 * - ensure makes it so, whatever is there already, from whatever point an earlier run stopped at;
 * - destroy leaves nothing, and succeeds when there is nothing;
 * - observe changes nothing;
 * - takeBack removes what a first ensure left that cannot succeed, as far as it can hold no data. Default: nothing.
 */
export interface Kind<Spec> {
  ensure(task: Task<Spec>): Promise<unknown>;
  destroy(task: Task<Spec>): Promise<void>;
  observe(task: Task<Spec>): Promise<Observation>;
  takeBack?(task: Task<Spec>): Promise<void>;
}

/** A property of the last output, when there was one and it is of that type. */
export function from(previous: unknown, key: string): unknown {
  return typeof previous === "object" && previous !== null ? Reflect.get(previous, key) : undefined;
}

/** The observation of a thing that is not there at all: it was removed, or was never made. */
export function gone(what: string): Observation {
  return { exists: false, differences: [`there is no ${what}`], identity: true };
}
