import * as pulumi from "@pulumi/pulumi";
import type {
  AddressesOutput,
  AddressesSpec,
  AppOutput,
  AppSpec,
  Declared,
} from "../../providers/fly/spec.ts";
import type { Addresses } from "../mastodon/environment.ts";
import { answerIn, type LastState } from "../stack/last-state.ts";
import { FlyCommand, FlyUpkeep } from "./driver.ts";
import type { Drift } from "./look.ts";
import type { ObservedThing } from "./thing.ts";

/** Public addresses of an app. */
export interface AppAddresses {
  /** IPv4 address, shared or dedicated. */
  v4: string;
  /** IPv6 address. */
  v6: string;
}

/** Where everything on Fly is, and which stack owns it; the same for every component of a stack. */
export interface FlyPlace {
  /** The stack's mark (providers/shared/mark.ts). It tells this stack's resources from others'. */
  stack: pulumi.Input<string>;
  /** Slug of the organisation. */
  org: string;
  /** Region code, e.g. `ams`. */
  region: string;
  /** Base URL of Fly's APIs. Default: the real one. */
  endpoint?: string | undefined;
  /** Drift that a look found, by the logical name of the resource that repairs it. */
  drift: Drift;
  /** The state that the last run left. */
  last: LastState;
}

/** A place before any look at it. The driver gets the stack's mark separately. */
export type UnseenPlace = Pick<FlyPlace, "org" | "region">;

/** Arguments of {@link FlyApp}. */
export interface FlyAppArgs extends FlyAppPlan {
  /** Organisation, region and mark of everything on Fly, and the drift that a look found. */
  place: FlyPlace;
}

/** Settings of an app that are known before it is declared. */
export interface FlyAppPlan {
  /** Name of the app, unique on all of Fly. Another name or organisation replaces the app. */
  app: string;
  /** Whether the app has a dedicated IPv4 (2 USD a month) instead of a shared one. */
  dedicatedV4: boolean;
}

/** The things that a {@link FlyApp} makes. */
export function flyAppThings(name: string, { org }: UnseenPlace, plan: FlyAppPlan, last: LastState) {
  const { app, dedicatedV4 } = plan;
  const appSpec: Declared<AppSpec> = { org, app, publicAddresses: true, dedicatedV4 };
  const addressesSpec: Declared<AddressesSpec> = { org, app, dedicatedV4 };
  return {
    app: seen({ name: `${name}-app`, kind: "app", spec: appSpec }, last),
    addresses: seen({ name: `${name}-addresses`, kind: "addresses", spec: addressesSpec }, last),
  };
}

/** The thing with what the driver said of it in the last run. */
function seen(thing: ObservedThing, last: LastState): ObservedThing {
  const previous = answerIn(last, thing.name);
  return { ...thing, ...(previous && { previous }) };
}

/** An app's addresses in the state; without any, the placeholders that the look fills in. */
export function lastAddresses({ previous }: ObservedThing): Addresses {
  return (previous as AppOutput | undefined) ?? { v4: "{v4}", v6: "{v6}" };
}

/**
 * An app on Fly with its public addresses, still without machines.
 *
 * The addresses come before the first release, because a release may not allocate any. They come before
 * certificates, because the proof of a certificate names them.
 *
 * @throws in `up`, if another organisation has the name, if the app of that name is not this stack's, or if
 *   Fly gave it no public address
 * @example
 * const place: FlyPlace = { stack: identity.mark, org: "mastiff", region: "ams", drift: noLook, last: {} };
 * const web = new FlyApp("dogs-web", { place, app: "mastiff-party", dedicatedV4: false });
 * export const addresses = web.addresses;
 */
export class FlyApp extends pulumi.ComponentResource {
  /** Name of the app, available once the app exists; known in every preview. */
  readonly appName: pulumi.Output<string>;
  /** Public IPv4 of the app. Unknown in a preview that creates or changes the app. */
  readonly v4: pulumi.Output<string>;
  /** Public IPv6 of the app, known when {@link v4} is. */
  readonly v6: pulumi.Output<string>;
  /** All public addresses of the app, including old ones that DNS may still lead to. */
  readonly addresses: pulumi.Output<Addresses>;

  readonly #place: FlyPlace;
  readonly #addressesThing: ObservedThing;

  constructor(name: string, args: FlyAppArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:fly:App", name, { app: args.app }, opts);
    const { place } = args;
    const things = flyAppThings(name, place, args, place.last);
    const app = new FlyCommand(
      things.app,
      { place, moves: true, hasUpkeep: true },
      { parent: this, hooks: { beforeUpdate: [announcement(name, this)] } },
    );
    new FlyUpkeep({ place, of: app }, { parent: this });
    const output = app.output<AppOutput>();
    // Not from the driver's output, which is unknown in the preview of an update: resources that only name
    // the app would show as changed, although they are not.
    this.appName = app.urn.apply(() => args.app);
    this.v4 = output.v4.apply((address) => present(address, args.app, "IPv4"));
    this.v6 = output.v6.apply((address) => present(address, args.app, "IPv6"));
    this.addresses = pulumi
      .all([this.v4, this.v6, output.apply(({ leaving }) => leaving)])
      .apply(([v4, v6, leaving]) => ({ v4, v6, leaving }));
    this.#place = place;
    this.#addressesThing = things.addresses;
    this.registerOutputs({ appName: this.appName, v4: this.v4, v6: this.v6 });
  }

  /**
   * Releases the addresses that DNS no longer has, once no resolver can have them cached.
   *
   * @param records the DNS records that lead to the app's addresses
   * @returns the addresses in DNS, and the old ones that are still kept
   */
  releaseOld(records: pulumi.Resource[]): pulumi.Output<AddressesOutput> {
    const thing = this.#addressesThing;
    const spec = pulumi.all([this.v4, this.v6]).apply(([v4, v6]) => ({ ...thing.spec, v4, v6 }));
    return new FlyCommand(
      thing,
      { place: this.#place, moves: false, spec },
      { parent: this, dependsOn: records },
    ).output<AddressesOutput>();
  }
}

/** Logs what a switch between shared and dedicated IPv4 does, in previews too. */
function announcement(name: string, parent: pulumi.Resource): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    `${name}-address-announcement`,
    async ({ oldInputs, newInputs }) => {
      const [old, next] = [appIn(oldInputs), appIn(newInputs)];
      if (old === undefined || next === undefined || old.dedicatedV4 === next.dedicatedV4) return;
      const kind = next.dedicatedV4 ? "a dedicated IPv4" : "a shared IPv4";
      await pulumi.log.info(
        `${next.app} gets ${kind}, then the DNS records point to it. The current address stays until no resolver has it cached: the first pulumi up six minutes later releases it`,
        parent,
      );
    },
    { onDryRun: true },
  );
}

function appIn(inputs: Record<string, unknown> | undefined): AppSpec | undefined {
  const spec = (inputs?.environment as Record<string, unknown> | undefined)?.SPEC;
  return typeof spec === "string" && spec.startsWith("{") ? (JSON.parse(spec) as AppSpec) : undefined;
}

/** Addresses that are due for release, in a preview's words, by the resource that releases them. */
export function dueAddresses(addresses: readonly ObservedThing[], now: number): Drift["found"] {
  const due = addresses.flatMap(({ name, previous }) => {
    const { leaving = [] } = (previous ?? {}) as Partial<AddressesOutput>;
    const old = leaving.filter((one) => Date.parse(one.from) <= now);
    const differences = old.map((one) => `address ${one.address} is no longer in DNS and is released`);
    return old.length === 0 ? [] : [[name, { differences, identity: false }] as const];
  });
  return Object.fromEntries(due);
}

function present(address: string | null, app: string, kind: string): string {
  if (address === null) throw new Error(`Fly gave the app ${app} no public ${kind}`);
  return address;
}
