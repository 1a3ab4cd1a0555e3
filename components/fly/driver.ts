import { isDeepStrictEqual } from "node:util";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type LastState, specIn } from "../stack/last-state.ts";
import { driverOf, flyEndpoint } from "./driver-call.ts";
import { type Drift, type Drifted, hasMoved } from "./look.ts";
import type { FlyThing } from "./thing.ts";

/** Where the driver finds Fly, and what a look found there. */
export interface DriverPlace {
  /** The stack's mark (providers/shared/mark.ts); unknown in the preview before the first `up`. */
  stack: pulumi.Input<string>;
  /** Base URL of Fly's APIs. Default: the real one. */
  endpoint?: string | undefined;
  /** How live things differ from what is declared. */
  drift: Drift;
  /** The state that the last run left. */
  last: LastState;
}

/** Arguments of {@link FlyCommand}. */
export interface FlyCommandArgs {
  /** Where Fly is, and what a look found there. */
  place: DriverPlace;
  /** Output that the thing waits for, such as the name of an app that has to exist. Default: none. */
  after?: pulumi.Input<unknown>;
  /**
   * Spec with outputs of other resources, where `thing.spec` has only what config decides. Default:
   * `thing.spec`.
   */
  spec?: pulumi.Input<object>;
  /**
   * Whether another app, organisation or region replaces the thing. False for a thing inside an app, which is
   * deleted with the app.
   */
  moves: boolean;
  /** Secret values by name. The driver gets them on its standard input. Default: none. */
  secrets?: pulumi.Input<Record<string, pulumi.Input<string>>> | undefined;
  /** Further variables of the driver's environment, in plain text. Default: none. */
  environment?: Record<string, pulumi.Input<string>> | undefined;
  /** Whether the driver's output is secret. Default: true if the driver gets secrets. */
  secretOutput?: boolean;
  /** Whether a {@link FlyUpkeep} repairs drift that leaves this command's output as it is. Default: false. */
  hasUpkeep?: boolean;
}

/**
 * One thing on Fly, created and maintained by the driver in `providers/fly/`. The resource has the thing's
 * name.
 *
 * If the thing has drifted, an input (DRIFT) holds the differences in words: a preview shows them, and `up`
 * repairs the thing. If it has not drifted, the DRIFT that an earlier repair left in the state is ignored.
 *
 * @example
 * const spec: CertificateSpec = { app: "mastiff-party", hostname: "assets.mastiff.party" };
 * const thing: FlyThing = { name: "dogs-assets-host-certificate", kind: "certificate", spec };
 * const certificate = new FlyCommand(thing, { place, moves: false, after: web.appName }, { parent: web });
 * export const target = certificate.output<CertificateOutput>().challenge.target;
 */
export class FlyCommand extends command.local.Command {
  /** The thing that the command makes. */
  readonly thing: FlyThing;
  /** The spec, available once the thing may be made. */
  readonly spec: pulumi.Output<object>;

  constructor(thing: FlyThing, args: FlyCommandArgs, opts: pulumi.CustomResourceOptions) {
    const { name, kind } = thing;
    const spec = pulumi
      .all([args.after, args.spec ?? thing.spec])
      .apply(([, declared]) => declared as object);
    const secret = args.secretOutput ?? args.secrets !== undefined;
    const found = args.place.drift.found[name];
    const isOurs = args.hasUpkeep !== true || found?.identity === true;
    const words = isOurs ? driftWords(found, args.place.drift.mended[name]) : undefined;
    super(
      name,
      {
        interpreter: driverOf(kind),
        create: "ensure",
        delete: "destroy",
        environment: {
          ...flyEndpoint(args.place.endpoint),
          ...args.environment,
          SPEC: pulumi.jsonStringify(spec),
          // Not in SPEC: the mark is unknown before the first `up`, so a preview could not show SPEC.
          MASTIFF_STACK: args.place.stack,
          ...driftVariable(words),
        },
        ...(args.secrets !== undefined && { stdin: pulumi.secret(pulumi.jsonStringify(args.secrets)) }),
        // Shows the driver's progress. The driver redacts every secret that it gets.
        logging: command.local.Logging.Stderr,
      },
      pulumi.mergeOptions(
        {
          // A secret stdin does not make the output secret: the state and the screen would show it plain.
          additionalSecretOutputs: secret ? ["stdout", "stderr"] : [],
          ignoreChanges: ignoredDrift(words),
          ...(args.moves && movingOptions(args.place.last, thing)),
        },
        opts,
      ),
    );
    this.thing = thing;
    this.spec = spec;
  }

  /** The driver's output, parsed. Unknown in the preview of a change. */
  output<T>(): pulumi.Output<T> {
    return this.stdout.apply((text) => JSON.parse(text) as T);
  }
}

/** Arguments of {@link FlyUpkeep}. */
export interface FlyUpkeepArgs {
  /** Where Fly is, and what a look found there. */
  place: DriverPlace;
  /** The command whose output is the thing's identity, with `hasUpkeep`. */
  of: FlyCommand;
}

/**
 * Repairs a thing whose outputs other resources read. Its create step does nothing. If the {@link FlyCommand}
 * itself changed, a preview would show those resources with unknown inputs, although nothing of them changes.
 *
 * @example
 * const spec: CertificateSpec = { app: "mastiff-party", hostname: "assets.mastiff.party" };
 * const thing: FlyThing = { name: "dogs-assets-host-certificate", kind: "certificate", spec };
 * const certificate = new FlyCommand(thing, { place, moves: false, hasUpkeep: true }, { parent: web });
 * new FlyUpkeep({ place, of: certificate }, { parent: web });
 */
export class FlyUpkeep extends command.local.Command {
  constructor({ of, place }: FlyUpkeepArgs, opts: pulumi.CustomResourceOptions) {
    const name = `${of.thing.name}-upkeep`;
    const found = place.drift.found[of.thing.name];
    const isOurs = found?.identity !== true;
    const words = isOurs ? driftWords(found, place.drift.mended[name]) : undefined;
    super(
      name,
      {
        interpreter: driverOf(of.thing.kind),
        create: "accept",
        update: "ensure",
        environment: {
          ...flyEndpoint(place.endpoint),
          SPEC: pulumi.jsonStringify(of.spec),
          MASTIFF_STACK: place.stack,
          IDENTITY: of.stdout,
          ...driftVariable(words),
        },
        logging: command.local.Logging.Stderr,
      },
      pulumi.mergeOptions({ ignoreChanges: ignoredDrift(words) }, opts),
    );
  }
}

/**
 * The differences as a preview shows them, line by line. The state keeps the differences of the last repair,
 * so a repetition gets a counter: an identical text would not be a diff, and the thing would not be repaired.
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
 * Replaces a thing whose app, organisation or region changes. Config may change them only while there is
 * nothing to lose (fact-rules.ts). The old thing is deleted first, because the new one may have its name.
 *
 * Not with `triggers`: they replace as well, but also everything in a stack whose state has no triggers yet.
 */
function movingOptions(last: LastState, { name, spec }: FlyThing): pulumi.CustomResourceOptions {
  const was = specIn(last, name);
  if (was === undefined || !hasMoved(was, { ...spec })) return {};
  return { replaceOnChanges: ["environment"], deleteBeforeReplace: true };
}

function ignoredDrift(words: string | undefined): string[] {
  return words === undefined ? ["environment.DRIFT"] : [];
}
