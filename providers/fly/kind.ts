import type { Fly } from "./call/flyctl.ts";
import type { Observation } from "./spec.ts";

/** The arguments of a verb. */
export interface Task<Spec> {
  spec: Spec;
  /** Values from stdin. */
  secrets: Readonly<Record<string, string>>;
  /** What the last ensure printed, if Pulumi still has it. */
  previous: unknown;
  /** The rendered fly.toml, for a release. */
  flyToml: string | undefined;
  fly: Fly;
}

/**
 * A kind of thing that the driver makes.
 * - ensure brings the thing to its spec, whatever exists already and wherever an earlier run stopped;
 * - destroy leaves nothing, and succeeds when there is nothing;
 * - observe changes nothing;
 * - takeBack removes what a first ensure left that cannot succeed, unless it may hold data. Default: nothing.
 */
export interface Kind<Spec> {
  ensure(task: Task<Spec>): Promise<unknown>;
  destroy(task: Task<Spec>): Promise<void>;
  observe(task: Task<Spec>): Promise<Observation>;
  takeBack?(task: Task<Spec>): Promise<void>;
}

/** A property of the last output; undefined when there is no output, or none with this property. */
export function from(previous: unknown, key: string): unknown {
  return typeof previous === "object" && previous !== null ? Reflect.get(previous, key) : undefined;
}

/** The observation of a thing that does not exist: it was removed, or was never made. */
export function gone(what: string): Observation {
  return { exists: false, differences: [`there is no ${what}`], identity: true };
}
