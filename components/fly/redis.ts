import * as pulumi from "@pulumi/pulumi";
import type { Declared, RedisSpec, UpstashOutput, UpstashSpec } from "../../providers/fly/spec.ts";
import type { RedisSize } from "../config/sizes.ts";
import type { LaterPassword } from "../mastodon/mastodon-secrets.ts";
import type { FlyPlace, UnseenPlace } from "./app.ts";
import { FlyCommand, FlyUpkeep } from "./driver.ts";
import type { Things } from "./look.ts";

/** Arguments of {@link Redis}. */
export interface RedisArgs extends RedisPlan {
  place: FlyPlace;
  /** The community's own app, once it is there. */
  appName: pulumi.Input<string>;
  /** First password of an own machine. Secret. */
  password: pulumi.Output<string>;
  /** The one that took its place; `rotated` says so. */
  later?: LaterPassword | undefined;
  /** Whether the data is kept from being deleted: jobs wait in it. */
  protect: boolean;
}

/** What is known of Redis before it is declared. */
export interface RedisPlan {
  /** Name of the machine's own app, or of the database at Upstash. */
  name: string;
  /** The community's own app. */
  app: string;
  size: RedisSize;
  /** Whether an own machine has another password than its first. */
  rotated: boolean;
  /** Whether an own machine may be destroyed with jobs in it. */
  dispensable: boolean;
}

/** Sidekiq 8 refuses any Redis before 7.0. */
const image = "redis:7.4-alpine";

/** What to look at before a {@link Redis} is declared. */
export function redisThings(name: string, place: UnseenPlace, plan: RedisPlan): Things {
  return plan.size.kind === "upstash"
    ? { [`${name}-upstash`]: { kind: "upstash", spec: upstashSpec(place, plan, plan.size) } }
    : { [`${name}-machine`]: { kind: "redis", spec: machineSpec(place, plan, plan.size) } };
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
  };
}

/**
 * Redis in the machines' region, reachable on the private network only.
 *
 * A rotated password is let in beside the one before; it is made the only one when all machines have it
 * (retired-passwords.ts).
 */
export class Redis extends pulumi.ComponentResource {
  /** REDIS_URL. Secret. */
  readonly url: pulumi.Output<string>;
  /** What has to be there before anything connects. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:fly:Redis", name, { name: args.name, size: args.size }, opts);
    const { place } = args;
    const own = { parent: this, protect: args.protect };
    if (args.size.kind === "upstash") {
      const { size } = args;
      const home = upstashSpec(place, args, size);
      // Once the app bears the stack's mark, since a Redis of Upstash cannot.
      const spec = pulumi.output(args.appName).apply(() => home);
      const of = { kind: "upstash", spec, place };
      const item = `${name}-upstash`;
      // The address holds a password that Upstash made.
      const database = new FlyCommand(item, { ...of, home, secretOutput: true, hasUpkeep: true }, own);
      new FlyUpkeep(`${name}-upstash-upkeep`, { ...of, of: database, item }, { parent: this });
      this.ready = database;
      this.url = pulumi.secret(database.output<UpstashOutput>().url);
    } else {
      const machine = new FlyCommand(
        `${name}-machine`,
        {
          kind: "redis",
          spec: machineSpec(place, args, args.size),
          place,
          secrets: { password: args.password },
        },
        own,
      );
      const { later } = args;
      this.ready =
        later === undefined
          ? machine
          : new FlyCommand(
              `${name}-password-${later.word}`,
              { kind: "redis-password", spec: { app: args.name }, place, secrets: { password: later.value } },
              { parent: this, dependsOn: [machine] },
            );
      const password = later?.value ?? args.password;
      this.url = pulumi.secret(pulumi.interpolate`redis://default:${password}@${args.name}.internal:6379`);
    }
    this.registerOutputs();
  }
}
