import { isDeepStrictEqual } from "node:util";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type LastState, specIn } from "../stack/last-state.ts";
import { flyEndpoint } from "./endpoint.ts";
import { type Drift, type Drifted, hasMoved } from "./look.ts";

/** Where the driver finds Fly, and what a look found there. */
export interface DriverPlace {
  /** The stack's mark (providers/shared/mark.ts); unknown in the preview before the first `up`. */
  stack: pulumi.Input<string>;
  /** Base of Fly's APIs; unset: the real one. */
  endpoint?: string | undefined;
  /** How live things differ. */
  drift: Drift;
  /** What the last run left in the state. */
  last: LastState;
}

/** What {@link FlyCommand} is made of. */
export interface FlyCommandArgs {
  place: DriverPlace;
  /** Kind of thing, as the driver names it: `app`, `secrets`, `release`, … */
  kind: string;
  /** What the thing should be. Shown in previews, stored in state: no secret in it. */
  spec: pulumi.Input<object>;
  /** Where the thing is, of a spec that is known only later. Default: what the spec says. */
  home?: object;
  /** Secret values by name; they reach the driver by its standard input. */
  secrets?: pulumi.Input<Record<string, pulumi.Input<string>>> | undefined;
  /** Further variables of the driver's environment. */
  environment?: Record<string, pulumi.Input<string>> | undefined;
  /** Whether what the driver prints is secret. Default: when it was given secrets. */
  secretOutput?: boolean;
  /** Whether a {@link FlyUpkeep} mends what drifts and leaves what this one printed as it is. Default false. */
  hasUpkeep?: boolean;
}

/**
 * One thing on Fly, made and kept by the driver in `providers/fly/`. No shell is between: the interpreter is an array.
 * The path is relative to the project's folder, so that another checkout is no change.
 *
 * A thing that has drifted is given the words for it as an input (DRIFT), so that a preview shows them and `up`
 * mends it. One that has not ignores what an earlier repair left there.
 */
export class FlyCommand extends command.local.Command {
  constructor(name: string, args: FlyCommandArgs, opts: pulumi.CustomResourceOptions) {
    const secret = args.secretOutput ?? args.secrets !== undefined;
    const found = args.place.drift.found[name];
    const isOurs = args.hasUpkeep !== true || found?.identity === true;
    const words = isOurs ? driftWords(found, args.place.drift.mended[name]) : undefined;
    super(
      name,
      {
        ...driverCommand(args.kind, "ensure"),
        delete: "destroy",
        environment: {
          ...flyEndpoint(args.place.endpoint),
          ...args.environment,
          SPEC: pulumi.jsonStringify(args.spec),
          // Not in SPEC, which then could not be read in the preview before the first `up`.
          MASTIFF_STACK: args.place.stack,
          ...driftVariable(words),
        },
        ...(args.secrets !== undefined && { stdin: pulumi.secret(pulumi.jsonStringify(args.secrets)) }),
        // The driver's progress; it redacts every value that it was given.
        logging: command.local.Logging.Stderr,
      },
      pulumi.mergeOptions(
        {
          // A secret stdin alone would leave what is printed plain, in state and on the screen.
          additionalSecretOutputs: secret ? ["stdout", "stderr"] : [],
          ignoreChanges: ignoredDrift(words),
          ...movingOptions(args.place.last, name, args.home ?? args.spec),
        },
        opts,
      ),
    );
  }

  /** What the driver printed, parsed. */
  output<T>(): pulumi.Output<T> {
    return this.stdout.apply((text) => JSON.parse(text) as T);
  }
}

/** What {@link FlyUpkeep} keeps. */
export interface FlyUpkeepArgs {
  place: DriverPlace;
  kind: string;
  spec: pulumi.Input<object>;
  /** What printed the thing's identity. */
  of: FlyCommand;
  /** Logical name of that. */
  item: string;
}

/**
 * Mends a thing whose printed identity others hang on: were the {@link FlyCommand} itself to change, all that reads
 * it would show up as unknown in a preview, though nothing of it changes. Made, it does nothing.
 */
export class FlyUpkeep extends command.local.Command {
  constructor(name: string, args: FlyUpkeepArgs, opts: pulumi.CustomResourceOptions) {
    const found = args.place.drift.found[args.item];
    const isOurs = found?.identity !== true;
    const words = isOurs ? driftWords(found, args.place.drift.mended[name]) : undefined;
    super(
      name,
      {
        ...driverCommand(args.kind, "accept"),
        update: "ensure",
        environment: {
          ...flyEndpoint(args.place.endpoint),
          SPEC: pulumi.jsonStringify(args.spec),
          MASTIFF_STACK: args.place.stack,
          IDENTITY: args.of.stdout,
          ...driftVariable(words),
        },
        logging: command.local.Logging.Stderr,
      },
      pulumi.mergeOptions({ ignoreChanges: ignoredDrift(words) }, opts),
    );
  }
}

/**
 * The differences as a preview shows them, line by line. What was mended before stays in the state, so the same
 * differences once more are counted: to the letter the same, they would be no change, and never mended.
 */
export function driftWords(found: Drifted | undefined, mended: string | undefined): string | undefined {
  if (found === undefined) return undefined;
  const { differences } = found;
  const before = JSON.parse(mended ?? "{}") as { differences?: string[]; occurrence?: number };
  if (!isDeepStrictEqual(before.differences, differences)) return JSON.stringify({ differences });
  return JSON.stringify({ differences, occurrence: (before.occurrence ?? 1) + 1 });
}

function driftVariable(words: string | undefined): Record<string, string> {
  return words === undefined ? {} : { DRIFT: words };
}

/**
 * A thing in another app, organisation or region is another thing. Config may say so only while there is nothing to
 * lose (fact-rules.ts); then the old one goes first, because the new one may have its name.
 *
 * Not by `triggers`, which replace as well: a stack that has none in its state would be made anew.
 */
function movingOptions(
  last: LastState,
  name: string,
  spec: pulumi.Input<object>,
): pulumi.CustomResourceOptions {
  const was = specIn(last, name);
  const isPlain = !pulumi.Output.isInstance(spec) && !(spec instanceof Promise);
  if (was === undefined || !isPlain || !hasMoved(was, spec as Record<string, unknown>)) return {};
  return { replaceOnChanges: ["environment"], deleteBeforeReplace: true };
}

function ignoredDrift(words: string | undefined): string[] {
  return words === undefined ? ["environment.DRIFT"] : [];
}

/** The driver as a command: `node providers/fly/start.mjs <kind> <verb>`. */
function driverCommand(kind: string, verb: string): { interpreter: string[]; create: string } {
  return { interpreter: ["node", "providers/fly/start.mjs", kind], create: verb };
}
