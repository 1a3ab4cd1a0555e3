import * as pulumi from "@pulumi/pulumi";
import type { Declared, RedisSpec, UpstashOutput, UpstashSpec } from "../../providers/fly/spec.ts";
import type { RedisSize } from "../config/sizes.ts";
import type { LaterPassword } from "../mastodon/mastodon-secrets.ts";
import { resourceNames } from "../stack/logical-names.ts";
import type { FlyPlace, UnseenPlace } from "./app.ts";
import { FlyCommand, FlyUpkeep } from "./driver.ts";
import type { ObservedThing } from "./thing.ts";

/** Arguments of {@link Redis}. */
export interface RedisArgs extends RedisPlan {
  /** Organisation, region and mark of everything on Fly, and the drift that a look found. */
  place: FlyPlace;
  /** The community's web app, available once it exists. */
  appName: pulumi.Input<string>;
  /** First password of an own machine. Secret. Ignored with Upstash, which generates the password. */
  password: pulumi.Output<string>;
  /** The password that replaced the first one; set when `rotated` is true. Default: none did. */
  later?: LaterPassword | undefined;
  /** Whether Redis is protected from deletion, since jobs wait in it; undefined: as the component is. */
  protect: boolean | undefined;
}

/** Settings of Redis that are known before it is declared. */
export interface RedisPlan {
  /** Name of the machine's own app, or of the database at Upstash. Another name replaces Redis. */
  name: string;
  /** The community's web app. */
  app: string;
  /** An own machine with its volume, which never shrinks; or Upstash, whose plan changes only by hand. */
  size: RedisSize;
  /** Whether the first password of an own machine was replaced. */
  rotated: boolean;
  /** Whether an own machine may be destroyed with jobs in it. */
  dispensable: boolean;
  /** Days for which Fly keeps snapshots of an own machine's volume, 1 to 60. Default: as they are; 5 for a new one. */
  snapshotDays?: number | undefined;
}

/** Sidekiq 8 refuses any Redis before 7.0. */
const image = "redis:7.4-alpine";

/** The machine or the database at Upstash that a {@link Redis} makes. */
export function redisThing(name: string, place: UnseenPlace, plan: RedisPlan): ObservedThing {
  return plan.size.kind === "upstash"
    ? { name: resourceNames.upstash(name), kind: "upstash", spec: upstashSpec(place, plan, plan.size) }
    : { name: resourceNames.ownRedis(name), kind: "redis", spec: machineSpec(place, plan, plan.size) };
}

function upstashSpec(
  { org, region }: UnseenPlace,
  { name, app }: RedisPlan,
  size: RedisSize & { kind: "upstash" },
): Declared<UpstashSpec> {
  return { org, region, app, name, plan: size.plan };
}

function machineSpec(
  place: UnseenPlace,
  plan: RedisPlan,
  own: RedisSize & { kind: "own" },
): Declared<RedisSpec> {
  const { org, region } = place;
  const { cpus, memoryMb, volumeGb } = own;
  const size = { cpuKind: "shared" as const, cpus, memoryMb };
  const spec = { org, region, app: plan.name, size, volumeGb, image };
  return {
    ...spec,
    ...(plan.rotated && { passwordElsewhere: true }),
    ...(plan.dispensable && { dispensable: true }),
    ...(plan.snapshotDays !== undefined && { snapshotDays: plan.snapshotDays }),
  };
}

/**
 * Redis in the machines' region, reachable on the private network only.
 *
 * A rotated password is first accepted beside the previous one. It becomes the only one when all machines
 * have it (retired-passwords.ts).
 *
 * @throws in `up`, if the volume would shrink or the plan at Upstash is another one; in a destroy, if jobs
 *   wait in an own machine that is not dispensable
 * @example
 * const kept = { rotated: false, dispensable: false, protect: true };
 * const redis = new Redis("dogs-redis", {
 *   ...kept,
 *   place,
 *   name: "mastiff-party-redis",
 *   app: "mastiff-party",
 *   appName: web.appName,
 *   size: { kind: "own", cpus: 1, memoryMb: 256, volumeGb: 1 },
 *   password: secrets.redisPassword,
 * });
 */
export class Redis extends pulumi.ComponentResource {
  /** REDIS_URL on Fly's private network. Secret. Known before an own machine is there. */
  readonly url: pulumi.Output<string>;
  /** The resource that must exist before anything connects. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:fly:Redis", name, { name: args.name, size: args.size }, opts);
    const { place } = args;
    const thing = redisThing(name, place, args);
    const own = { parent: this, protect: args.protect };
    if (args.size.kind === "upstash") {
      // Waits until the app bears the stack's mark, because a Redis at Upstash cannot bear one.
      const waits = { place, moves: true, after: args.appName };
      // Secret, because the URL contains a password that Upstash generated.
      const database = new FlyCommand(thing, { ...waits, secretOutput: true, hasUpkeep: true }, own);
      new FlyUpkeep({ place, of: database }, { parent: this });
      this.ready = database;
      this.url = pulumi.secret(database.output<UpstashOutput>().url);
    } else {
      const machine = new FlyCommand(
        thing,
        { place, moves: true, secrets: { password: args.password } },
        own,
      );
      const { later } = args;
      this.ready =
        later === undefined
          ? machine
          : new FlyCommand(
              { name: `${name}-password-${later.word}`, kind: "redis-password", spec: { app: args.name } },
              { place, moves: true, secrets: { password: later.value } },
              { parent: this, dependsOn: [machine] },
            );
      const password = later?.value ?? args.password;
      this.url = pulumi.secret(pulumi.interpolate`redis://default:${password}@${args.name}.internal:6379`);
    }
    this.registerOutputs();
  }
}
