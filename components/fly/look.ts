/**
 * A look at Fly before anything is declared. The command provider cannot read live state, so drift is found
 * here and declared as an input of the resource that repairs it.
 */
import * as pulumi from "@pulumi/pulumi";
import type { ObserveAllOutput } from "../../providers/fly/spec.ts";
import { type LastState, mendedIn, specIn } from "../stack/last-state.ts";
import { askDriver } from "./driver-call.ts";
import type { ObservedThing } from "./thing.ts";

/** How one live thing differs from what is declared. */
export interface Drifted {
  /** In words, each to be put into a sentence: "machine 148e… of web is stopped". */
  differences: readonly string[];
  /** Whether the repair changes outputs that other resources read (addresses, a URL). */
  identity: boolean;
}

/** Drift that is there now, and drift that earlier runs repaired. */
export interface Drift {
  /** By the logical name of the resource that repairs it. Things in sync are left out. */
  found: Readonly<Record<string, Drifted>>;
  /** In the words of the run that repaired it, by the logical name of the resource that did. */
  mended: Readonly<Record<string, string>>;
}

/** Result of a look. */
export interface FlyLook extends Drift {
  /** Logical names of things that are ready: this run does not have to ask about them again. */
  ready: readonly string[];
}

/** The result when nothing was looked at. */
export const noLook: FlyLook = { found: {}, mended: {}, ready: [] };

/** Arguments of {@link lookAtFly}. */
export interface FlyLookArgs {
  /** Every planned thing. Those that the state does not have are left out. */
  things: readonly ObservedThing[];
  /** The stack's mark. */
  stack: string;
  /** Base URL of Fly's APIs. Default: the real one. */
  endpoint: string | undefined;
  /** The state that the last run left. */
  last: LastState;
  /** Resource whose providers make the call. */
  parent: pulumi.Resource;
}

/**
 * Looks in parallel at all things that the state has. A thing that was never finished has not drifted.
 *
 * @throws RunError when the look fails, because a preview without the live state would be wrong; and when
 * `up` would refuse something, with every refusal in the words of `up`
 */
export async function lookAtFly(args: FlyLookArgs): Promise<FlyLook> {
  const { last } = args;
  const known = args.things.filter((thing) => isAtHome(last, thing));
  if (known.length === 0) return noLook;
  const seen = await observe({ ...args, things: known });
  const refused = Object.values(seen).flatMap((one) => one.refused ?? []);
  if (refused.length > 0) throw new pulumi.RunError(refused.join("\n\n"));
  const ready = Object.keys(seen).filter((name) => seen[name]?.ready);
  const drifted = Object.entries(seen).filter(([, { differences }]) => differences.length > 0);
  if (drifted.length === 0) return { ...noLook, ready };
  const found = drifted.map(([name, { differences, identity = false }]) => [name, { differences, identity }]);
  return { found: Object.fromEntries(found), mended: mendedIn(last), ready };
}

/** Whether the state has the thing, and in the place that config wants. */
function isAtHome(last: LastState, { name, spec }: ObservedThing): boolean {
  const was = specIn(last, name);
  return was !== undefined && !hasMoved(was, { ...spec });
}

/** Keys that tell two things apart: a change means another thing, because apps and volumes cannot move. */
const home = ["org", "app", "name", "region"] as const;

/** Whether two specs are of different things. A spec of an older Mastiff may lack some of the keys. */
export function hasMoved(
  was: Readonly<Record<string, unknown>>,
  is: Readonly<Record<string, unknown>>,
): boolean {
  return home.some((key) => was[key] !== undefined && is[key] !== undefined && was[key] !== is[key]);
}

async function observe({ things, stack, endpoint, parent }: FlyLookArgs): Promise<ObserveAllOutput> {
  const items = Object.fromEntries(things.map(({ name, ...item }) => [name, item]));
  try {
    return await askDriver({ kind: "all", verb: "observe", spec: { items }, stack, endpoint, parent });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new pulumi.RunError(
      [
        "The look at Fly failed, so this run cannot know what has changed there.",
        "  fix     check that flyctl is installed and FLY_API_TOKEN is valid:  flyctl auth whoami",
        "          or, to continue without a look:  pulumi config set mastiff:drift off",
        `  said    ${said}`,
      ].join("\n"),
    );
  }
}
