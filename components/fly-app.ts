import * as pulumi from "@pulumi/pulumi";
import type { AppOutput, AppSpec, Declared } from "../flyctl/spec.ts";
import { FlyCommand, FlyUpkeep } from "./driver.ts";
import type { Drift, Things } from "./fly-look.ts";

/** Where and whose everything on Fly is; the same for every component of a stack. */
export interface FlyPlace {
  /** The stack's mark (dynamic/mark.ts), which tells ours from others'. */
  stack: pulumi.Input<string>;
  /** Slug of the organisation. */
  org: string;
  /** Region code, e.g. `ams`. */
  region: string;
  /** Base of Fly's APIs; unset: the real one. */
  endpoint?: string | undefined;
  /** What a look has found, by the logical name of the resource that mends it. */
  drift: Drift;
}

/** A place before anybody has looked there; the driver is told whose it is on its own. */
export type UnseenPlace = Pick<FlyPlace, "org" | "region">;

/** Arguments of {@link FlyApp}. */
export interface FlyAppArgs extends FlyAppPlan {
  place: FlyPlace;
}

/** What is known of an app before it is declared. */
export interface FlyAppPlan {
  /** Name of the app, unique on all of Fly. Another one is another app. */
  app: string;
  /** Whether to have an IPv4 of one's own (2 USD a month) instead of a shared one. */
  dedicatedV4: boolean;
}

function specOf({ org }: UnseenPlace, { app, dedicatedV4 }: FlyAppPlan): Declared<AppSpec> {
  return { org, app, publicAddresses: true, dedicatedV4 };
}

/** What to look at before a {@link FlyApp} is declared. */
export function flyAppThings(name: string, place: UnseenPlace, plan: FlyAppPlan): Things {
  return { [`${name}-app`]: { kind: "app", spec: specOf(place, plan) } };
}

/**
 * An app on Fly with its public addresses, and nothing in it yet.
 *
 * The addresses come before the first release, because a release that finds none may allocate none, and before
 * certificates, because what proves a certificate names them.
 */
export class FlyApp extends pulumi.ComponentResource {
  /** Name of the app, once it is there; known in every preview. */
  readonly appName: pulumi.Output<string>;
  /** IPv4 and IPv6 of the app. */
  readonly v4: pulumi.Output<string>;
  readonly v6: pulumi.Output<string>;

  constructor(name: string, args: FlyAppArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:fly:App", name, { app: args.app }, opts);
    const { place } = args;
    const of = { kind: "app", spec: specOf(place, args), place };
    const item = `${name}-app`;
    const app = new FlyCommand(item, { ...of, hasUpkeep: true }, { parent: this });
    new FlyUpkeep(`${name}-app-upkeep`, { ...of, of: app, item }, { parent: this });
    const output = app.output<AppOutput>();
    // Not what the driver prints, which is unknown while it is asked anew: not all that names the app changes then.
    this.appName = app.urn.apply(() => args.app);
    this.v4 = output.v4.apply((address) => present(address, args.app, "IPv4"));
    this.v6 = output.v6.apply((address) => present(address, args.app, "IPv6"));
    this.registerOutputs({ appName: this.appName, v4: this.v4, v6: this.v6 });
  }
}

function present(address: string | null, app: string, kind: string): string {
  if (address === null) throw new Error(`Fly gave the app ${app} no public ${kind}`);
  return address;
}
