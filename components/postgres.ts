import * as pulumi from "@pulumi/pulumi";
import type { PostgresSize } from "../config/sizes.ts";
import type { PostgresSpec } from "../flyctl/spec.ts";
import { FlyCommand } from "./driver.ts";
import type { FlyPlace } from "./fly-app.ts";

/** Arguments of {@link Postgres}. */
export interface PostgresArgs {
  place: FlyPlace;
  /** Name of the database's own app. */
  app: string;
  size: PostgresSize;
  /** Database and role of the community. */
  database: string;
  /** Password of the role. Secret. */
  password: pulumi.Output<string>;
  /** Apps that are given DATABASE_URL; it is taken from them when the database goes. */
  consumers: string[];
  /** Whether the database is kept from being deleted. */
  protect: boolean;
}

/**
 * An unmanaged Postgres on Fly with a role and a database for one community.
 *
 * The program owns DATABASE_URL instead of `fly postgres attach`, which needs a tunnel, prints the password, and
 * leaves a variable behind that the next attach trips over.
 *
 * @see https://fly.io/docs/postgres/
 */
export class Postgres extends pulumi.ComponentResource {
  /** DATABASE_URL on Fly's private network. Secret. Known before the database is there. */
  readonly url: pulumi.Output<string>;
  /** What has to be there before anything connects. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:fly:Postgres", name, { app: args.app, size: args.size }, opts);
    const { endpoint, stack, org, region } = args.place;
    const { cpus, memoryMb, volumeGb } = args.size;
    const spec: PostgresSpec = {
      stack,
      org,
      app: args.app,
      region,
      size: { cpuKind: "shared", cpus, memoryMb },
      volumeGb,
      database: args.database,
      user: args.database,
      consumers: args.consumers,
    };
    this.ready = new FlyCommand(
      `${name}-postgres`,
      { kind: "postgres", spec, endpoint, secrets: { password: args.password } },
      { parent: this, protect: args.protect },
    );
    // The private network is encrypted by itself (WireGuard); Fly's Postgres has no certificate of its own.
    this.url = pulumi.secret(
      pulumi.interpolate`postgres://${args.database}:${args.password}@${args.app}.flycast:5432/${args.database}?sslmode=disable`,
    );
    this.registerOutputs();
  }
}
