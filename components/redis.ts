import * as pulumi from "@pulumi/pulumi";
import type { RedisSize } from "../config/sizes.ts";
import type { RedisSpec, UpstashOutput, UpstashSpec } from "../flyctl/spec.ts";
import { FlyCommand } from "./driver.ts";
import type { FlyPlace } from "./fly-app.ts";

/** Arguments of {@link Redis}. */
export interface RedisArgs {
  place: FlyPlace;
  /** Name of the machine's own app, or of the database at Upstash. */
  name: string;
  size: RedisSize;
  /** Password of an own machine. Secret. */
  password: pulumi.Output<string>;
  /** Whether the data is kept from being deleted: jobs wait in it. */
  protect: boolean;
}

/** Sidekiq 8 refuses any Redis before 7.0. */
const image = "redis:7.4-alpine";

/** Redis in the machines' region, reachable on the private network only. */
export class Redis extends pulumi.ComponentResource {
  /** REDIS_URL. Secret. */
  readonly url: pulumi.Output<string>;
  /** What has to be there before anything connects. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:fly:Redis", name, { name: args.name, size: args.size }, opts);
    const { endpoint, ...place } = args.place;
    const own = { parent: this, protect: args.protect };
    if (args.size.kind === "upstash") {
      const spec: UpstashSpec = { ...place, name: args.name, plan: args.size.plan };
      const database = new FlyCommand(
        `${name}-upstash`,
        // The address holds a password that Upstash made.
        { kind: "upstash", spec, endpoint, secretOutput: true },
        own,
      );
      this.ready = database;
      this.url = pulumi.secret(database.output<UpstashOutput>().url);
    } else {
      const { cpus, memoryMb, volumeGb } = args.size;
      const spec: RedisSpec = {
        ...place,
        app: args.name,
        size: { cpuKind: "shared", cpus, memoryMb },
        volumeGb,
        image,
      };
      this.ready = new FlyCommand(
        `${name}-machine`,
        { kind: "redis", spec, endpoint, secrets: { password: args.password } },
        own,
      );
      this.url = pulumi.secret(
        pulumi.interpolate`redis://default:${args.password}@${args.name}.internal:6379`,
      );
    }
    this.registerOutputs();
  }
}
