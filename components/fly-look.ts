/**
 * A look at Fly before anything is declared: the command provider cannot read, so what has drifted is found here
 * and declared as an input of the thing concerned.
 */
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { ObserveAllOutput, ObserveItem } from "../flyctl/spec.ts";
import { flyEndpoint } from "./fly-endpoint.ts";
import { type Mended, mendedDrift } from "./mended-drift.ts";

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
  /** Empty where nothing is found: then nobody asks. */
  mended: Mended;
}

/** What a look finds where all is in sync, and what is known where nobody looks. */
export const noDrift: Drift = { found: {}, mended: {} };

/** Things to look at, by the logical name of their resource. */
export type Things = Record<string, ObserveItem>;

/**
 * Looks at all of them side by side.
 *
 * @param place the stack's mark, and the base of Fly's APIs (unset: the real one)
 * @throws RunError when the look fails: a preview that knows nothing of the live side would be a lie; and with all that
 * `up` would refuse, in the words that it would use
 */
export async function lookAtFly(
  things: Things,
  { stack, endpoint }: { stack: string; endpoint: string | undefined },
): Promise<Drift> {
  const seen = await observe(things, stack, endpoint);
  const refused = Object.values(seen).flatMap((one) => one.refused ?? []);
  if (refused.length > 0) throw new pulumi.RunError(refused.join("\n\n"));
  const drifted = Object.entries(seen).filter(([, { differences }]) => differences.length > 0);
  if (drifted.length === 0) return noDrift;
  const found = drifted.map(([name, { differences, identity = false }]) => [name, { differences, identity }]);
  return { found: Object.fromEntries(found), mended: await mendedDrift() };
}

async function observe(
  things: Things,
  stack: string,
  endpoint: string | undefined,
): Promise<ObserveAllOutput> {
  try {
    const { stdout } = await command.local.run({
      interpreter: ["node", "flyctl/start.mjs", "all"],
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
