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
  /** The community's web app, available once it exists. */
  appName: pulumi.Input<string>;
  /** First password of an own Redis machine. Secret. */
  password: pulumi.Output<string>;
  /** The password that replaced the first one; set when `rotated` is true. */
  later?: LaterPassword | undefined;
  /** Whether Redis is protected from deletion: jobs wait in it. */
  protect: boolean;
}

/** Settings of Redis that are known before it is declared. */
export interface RedisPlan {
  /** Name of the machine's own app, or of the database at Upstash. */
  name: string;
  /** The community's web app. */
  app: string;
  size: RedisSize;
  /** Whether the first password of an own machine was replaced. */
  rotated: boolean;
  /** Whether an own machine may be destroyed with jobs in it. */
  dispensable: boolean;
}

/** Sidekiq 8 refuses any Redis before 7.0. */
const image = "redis:7.4-alpine";

/** The things to look at before a {@link Redis} is declared. */
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
 * A rotated password is first accepted beside the previous one. It becomes the only one when all machines
 * have it (retired-passwords.ts).
 */
export class Redis extends pulumi.ComponentResource {
  /** REDIS_URL. Secret. */
  readonly url: pulumi.Output<string>;
  /** The resource that must exist before anything connects. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:fly:Redis", name, { name: args.name, size: args.size }, opts);
    const { place } = args;
    const own = { parent: this, protect: args.protect };
    if (args.size.kind === "upstash") {
      const { size } = args;
      const home = upstashSpec(place, args, size);
      // Waits until the app bears the stack's mark, because a Redis at Upstash cannot bear one.
      const spec = pulumi.output(args.appName).apply(() => home);
      const of = { kind: "upstash", spec, place };
      const item = `${name}-upstash`;
      // Secret, because the URL contains a password that Upstash generated.
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
