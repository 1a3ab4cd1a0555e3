import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Declared, ReleaseSpec, SecretsSpec } from "../../providers/fly/spec.ts";
import { versionOf, versionProblem } from "../mastodon/version-rule.ts";
import type { MovedFrom } from "../stack/fact-rules.ts";
import { specIn } from "../stack/last-state.ts";
import { resourceNames } from "../stack/logical-names.ts";
import type { FlyPlace, UnseenPlace } from "./app.ts";
import { FlyCommand } from "./driver.ts";
import { type ReleaseInputs, releaseWords } from "./release-words.ts";
import type { FlyThing, ObservedThing } from "./thing.ts";

/** Arguments of {@link AppRelease}. */
export interface AppReleaseArgs extends AppReleasePlan {
  /** Organisation, region and mark of everything on Fly, and the drift that a look found. */
  place: FlyPlace;
  /** Name of the app once it exists, from `FlyApp.appName`: the release waits for it. */
  appName: pulumi.Input<string>;
  /** Rendered fly.toml. */
  flyToml: pulumi.Input<string>;
  /** Secret variables by name, exactly those of `secretNames`. */
  secrets: Record<string, pulumi.Input<string>>;
  /** Resources that must exist before the machines start. */
  after: pulumi.Resource[];
  /**
   * What the stack has given up. Its `mastodonVersion` is the release whose data is no longer in the database:
   * any release may follow that one. Default: nothing.
   */
  movedFrom?: MovedFrom | undefined;
}

/** Settings of a release that are known before it is declared. */
export interface AppReleasePlan {
  /** App to release. */
  app: string;
  /** Image with its tag, e.g. `ghcr.io/mastodon/mastodon:v4.7.4`. */
  image: string;
  /** Names of the secret variables. The names are not secret: they decide which secrets exist. */
  secretNames: readonly string[];
  /** Names of the secrets whose values never change; other values are refused. Default: none. */
  permanentNames?: readonly string[];
  /** Machines by process group. */
  groups: Record<string, { count: number }>;
  /**
   * Memory in MB of the machine that sets up and migrates the database, and the size that the memory is
   * derived from. Null: this app does not migrate the database.
   */
  database: ReleaseSpec["database"];
  /** Whether to check that Redis is new enough before anything depends on it. */
  redisGate: boolean;
  /** App of the own Redis that Sidekiq works from. Default: none, and Sidekiq's heartbeat is not checked. */
  redis?: string;
  /** App of the backups. It takes one before a change to another minor version of Mastodon. Default: none. */
  backup?: string;
}

function secretsSpec({ app, secretNames, permanentNames }: AppReleasePlan): SecretsSpec {
  return { app, names: [...secretNames].sort(), ...(permanentNames && { forGood: [...permanentNames] }) };
}

function releaseSpec(place: UnseenPlace, plan: AppReleasePlan): Declared<ReleaseSpec> {
  const { org, region } = place;
  const { app, image, groups, database, redisGate, redis, backup } = plan;
  // The smoke job runs in Rails, which only the app that migrates the database has.
  const smoke = database !== null;
  const otherApps = { ...(redis && { redis }), ...(backup && { backup }) };
  return { org, app, region, image, groups, database, redisGate, smoke, ...otherApps };
}

/** The things that an {@link AppRelease} makes. An app without a database of its own has no preparation. */
export function appReleaseThings(
  name: string,
  place: UnseenPlace,
  plan: AppReleasePlan,
): { secrets: ObservedThing; preparation: FlyThing; release: ObservedThing } {
  return {
    preparation: { name: `${name}-preparation`, kind: "preparation", spec: releaseSpec(place, plan) },
    secrets: { name: `${name}-secrets`, kind: "secrets", spec: secretsSpec(plan) },
    release: { name: resourceNames.release(name), kind: "release", spec: releaseSpec(place, plan) },
  };
}

/**
 * The machines of one app: its secrets, staged so that one release applies all of them, then the release. Before the
 * first one, a preparation sets up the database.
 *
 * A destroy removes the machines first: nobody writes into the bucket while it is emptied, and nobody holds a
 * connection to the database while it is dropped.
 *
 * @throws Error if `secrets` and `secretNames` differ. A hook refuses, in previews too, an image that goes back,
 *   skips a minor version or is of another major version
 * @example
 * const plan = planFly(settings, mailServerOf(settings)).streaming;
 * const streamingRelease = new AppRelease("dogs-streaming-machines", {
 *   place,
 *   ...plan.release,
 *   appName: streaming.appName,
 *   flyToml: streaming.addresses.apply((addresses) => plan.flyToml(addresses)),
 *   secrets: { DATABASE_URL: postgres.url, REDIS_URL: redis.url },
 *   after: [postgres.ready, redis.ready],
 * });
 */
export class AppRelease extends pulumi.ComponentResource {
  /** The release, for resources that must wait for it. */
  readonly released: pulumi.Resource;
  /**
   * For resources that need a database with Mastodon's tables, no machine, and leave nothing in it: a first release's
   * preparation. From then on the release, which migrates.
   */
  readonly databaseReady: pulumi.Resource;

  constructor(name: string, args: AppReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:fly:Release", name, {}, opts);
    const given = Object.keys(args.secrets).sort().join(" ");
    if (given !== [...args.secretNames].sort().join(" "))
      throw new Error(`${name}: secretNames and secrets differ: ${given}`);
    const things = appReleaseThings(name, args.place, args);
    const place = withSecretsDrift(things, args.place);
    const values = pulumi.secret(pulumi.all(args.secrets));

    const secrets = new FlyCommand(
      things.secrets,
      { place, moves: false, after: args.appName, secrets: values },
      { parent: this },
    );
    const declared = {
      place,
      moves: false,
      after: args.appName,
      environment: {
        FLY_TOML: args.flyToml,
        // A changed secret needs a release. Fly's answer is unknown in a preview; this digest is known.
        // Not marked secret: a secret would hide the whole environment, including the image, from the guard
        // below. The digest reveals nothing, because one of the values is always too long to guess.
        SECRETS_DIGEST: pulumi.unsecret(values.apply(digest)),
      },
    };
    const isIn = ({ name }: FlyThing) => specIn(place.last, name) !== undefined;
    const isFirst = !isIn(things.release);
    // A community of an older version has been prepared by its release, and gets no preparation any more.
    const preparation =
      args.database !== null && (isFirst || isIn(things.preparation))
        ? new FlyCommand(things.preparation, declared, {
            parent: this,
            dependsOn: [secrets, ...args.after],
            ignoreChanges: isFirst ? [] : ["environment"],
          })
        : undefined;
    const before = preparation === undefined ? [] : [preparation];
    this.released = new FlyCommand(things.release, declared, {
      parent: this,
      dependsOn: [secrets, ...before, ...args.after],
      hooks: { beforeUpdate: [upgradeGuard(name, args.movedFrom), announcement(name, this)] },
    });
    this.databaseReady = isFirst && preparation !== undefined ? preparation : this.released;
    this.registerOutputs();
  }
}

/** The place, with drift of the secrets shown at the release too: the release applies the repaired secrets. */
export function withSecretsDrift(
  { secrets, release }: { secrets: ObservedThing; release: ObservedThing },
  place: FlyPlace,
): FlyPlace {
  const { found } = place.drift;
  const differs = found[secrets.name];
  if (differs === undefined || found[release.name] !== undefined) return place;
  return { ...place, drift: { ...place.drift, found: { ...found, [release.name]: differs } } };
}

/** Refuses, in previews too, an image that may not follow the released one. */
function upgradeGuard(name: string, movedFrom: MovedFrom = {}): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    `${name}-upgrade-guard`,
    ({ oldInputs, newInputs }) => {
      const [from, to] = [versionIn(oldInputs), versionIn(newInputs)];
      const problem = from === movedFrom.mastodonVersion ? undefined : versionProblem(from, to, movedFrom);
      if (problem !== undefined) throw new Error(`mastiff:mastodonVersion: ${problem}`);
    },
    { onDryRun: true },
  );
}

/**
 * Logs what a change restarts and for how long, in previews too. The message belongs to the component: the
 * release has no URN before it is done, so a message of its own would wait until then.
 */
function announcement(name: string, component: pulumi.Resource): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    `${name}-announcement`,
    async ({ oldInputs, newInputs }) => {
      const [old, next] = [releaseIn(oldInputs), releaseIn(newInputs)];
      const words = old && next ? releaseWords(old, next) : [];
      if (words.length > 0) await pulumi.log.info(words.join("\n  - "), component);
    },
    { onDryRun: true },
  );
}

/** Version in a release's inputs; empty where it is not known yet. */
function versionIn(inputs: Record<string, unknown> | undefined): string {
  const image = releaseIn(inputs)?.spec.image;
  return image === undefined ? "" : versionOf(image);
}

/** A release's inputs as a hook gets them; undefined where its spec is not known yet. */
function releaseIn(inputs: Record<string, unknown> | undefined): ReleaseInputs | undefined {
  const { SPEC, FLY_TOML, SECRETS_DIGEST } = (inputs?.environment ?? {}) as Record<string, unknown>;
  if (typeof SPEC !== "string" || !SPEC.startsWith("{")) return undefined;
  return {
    spec: JSON.parse(SPEC) as ReleaseSpec,
    flyToml: knownText(FLY_TOML),
    secretsDigest: knownText(SECRETS_DIGEST),
  };
}

/** Text of an input. An input that is unknown in a preview becomes "", which differs from every old text. */
function knownText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Hash of the values: it changes when one of them does. */
export function digest(values: Record<string, string>): string {
  const sorted = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
}
