/**
 * A look at Fly before anything is declared: the command provider cannot read, so what has drifted is found here
 * and declared as an input of the thing concerned.
 */
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { ObserveAllOutput, ObserveItem } from "../../providers/fly/spec.ts";
import { type LastState, mendedIn, specIn } from "../stack/last-state.ts";
import { flyEndpoint } from "./endpoint.ts";

/** How one live thing differs from what is declared. */
export interface Drifted {
  /** In words, each a sentence's middle. */
  differences: readonly string[];
  /** What others read of the thing (addresses, a URL) will be another. */
  identity: boolean;
}

/** What has drifted, and what had before. */
export interface Drift {
  /** By the logical name of the resource that mends it. What is in sync is not in it. */
  found: Readonly<Record<string, Drifted>>;
  /** In the words of the run that mended it, by the logical name of the resource that did. */
  mended: Readonly<Record<string, string>>;
}

/** What a look brings. */
export interface FlyLook extends Drift {
  /** Logical names of what nothing is waited for any more: nobody has to ask about it again in this run. */
  ready: readonly string[];
}

/** What is known where nobody looks. */
export const noLook: FlyLook = { found: {}, mended: {}, ready: [] };

/** Things to look at, by the logical name of their resource. */
export type Things = Record<string, ObserveItem>;

/**
 * Looks at all of them side by side, as far as the state has them: a thing that was never finished has not drifted.
 *
 * @param place the stack's mark, and the base of Fly's APIs (unset: the real one)
 * @throws RunError when the look fails: a preview that knows nothing of the live side would be a lie; and with all that
 * `up` would refuse, in the words that it would use
 */
export async function lookAtFly(
  things: Things,
  { stack, endpoint }: { stack: string; endpoint: string | undefined },
  last: LastState,
): Promise<FlyLook> {
  const known = Object.entries(things).filter(([name, { spec }]) => isAtHome(last, name, spec));
  if (known.length === 0) return noLook;
  const seen = await observe(Object.fromEntries(known), stack, endpoint);
  const refused = Object.values(seen).flatMap((one) => one.refused ?? []);
  if (refused.length > 0) throw new pulumi.RunError(refused.join("\n\n"));
  const ready = Object.keys(seen).filter((name) => seen[name]?.ready);
  const drifted = Object.entries(seen).filter(([, { differences }]) => differences.length > 0);
  if (drifted.length === 0) return { ...noLook, ready };
  const found = drifted.map(([name, { differences, identity = false }]) => [name, { differences, identity }]);
  return { found: Object.fromEntries(found), mended: mendedIn(last), ready };
}

/** Whether the state has the thing, and in the place that it should be in. */
function isAtHome(last: LastState, name: string, spec: unknown): boolean {
  const was = specIn(last, name);
  return was !== undefined && !hasMoved(was, spec as Record<string, unknown>);
}

/** What makes two specs specs of two things: neither an app nor a volume goes anywhere else. */
const home = ["org", "app", "name", "region"] as const;

/** Whether a spec is of another thing than the one that was. A spec of an older Mastiff may say less. */
export function hasMoved(
  was: Readonly<Record<string, unknown>>,
  is: Readonly<Record<string, unknown>>,
): boolean {
  return home.some((key) => was[key] !== undefined && is[key] !== undefined && was[key] !== is[key]);
}

async function observe(
  things: Things,
  stack: string,
  endpoint: string | undefined,
): Promise<ObserveAllOutput> {
  try {
    const { stdout } = await command.local.run({
      interpreter: ["node", "providers/fly/start.mjs", "all"],
      command: "observe",
      environment: {
        ...flyEndpoint(endpoint),
        MASTIFF_STACK: stack,
        SPEC: JSON.stringify({ items: things }),
      },
      logging: command.local.Logging.None,
    });
    return JSON.parse(stdout) as ObserveAllOutput;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new pulumi.RunError(
      [
        "Fly could not be looked at, so this run cannot know what has changed there.",
        "  fix     see that flyctl is installed and FLY_API_TOKEN is valid:  flyctl auth whoami",
        "          or, to go on without a look:  pulumi config set mastiff:drift off",
        `  said    ${said}`,
      ].join("\n"),
    );
  }
}
