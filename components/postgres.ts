import * as pulumi from "@pulumi/pulumi";
import type { PostgresSize } from "../config/sizes.ts";
import type { PostgresSpec } from "../flyctl/spec.ts";
import { FlyCommand } from "./driver.ts";
import type { FlyPlace, UnseenPlace } from "./fly-app.ts";
import type { Things } from "./fly-look.ts";

/** Arguments of {@link Postgres}. */
export interface PostgresArgs extends PostgresPlan {
  place: FlyPlace;
  /** Password of the role. Secret. */
  password: pulumi.Output<string>;
  /** Whether the database is kept from being deleted. */
  protect: boolean;
}

/** What is known of a database before it is declared. */
export interface PostgresPlan {
  /** Name of the database's own app. */
  app: string;
  size: PostgresSize;
  /** Database and role of the community. */
  database: string;
  /** Apps that are given DATABASE_URL; it is taken from them when the database goes. */
  consumers: string[];
}

function specOf(place: UnseenPlace, plan: PostgresPlan): PostgresSpec {
  const { stack, org, region } = place;
  const { cpus, memoryMb, volumeGb } = plan.size;
  return {
    stack,
    org,
    app: plan.app,
    region,
    size: { cpuKind: "shared", cpus, memoryMb },
    volumeGb,
    database: plan.database,
    user: plan.database,
    consumers: plan.consumers,
  };
}

/** What to look at before a {@link Postgres} is declared. */
export function postgresThings(name: string, place: UnseenPlace, plan: PostgresPlan): Things {
  return { [`${name}-postgres`]: { kind: "postgres", spec: specOf(place, plan) } };
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
    const { place } = args;
    this.ready = new FlyCommand(
      `${name}-postgres`,
      { kind: "postgres", spec: specOf(place, args), place, secrets: { password: args.password } },
      { parent: this, protect: args.protect },
    );
    // The private network is encrypted by itself (WireGuard); Fly's Postgres has no certificate of its own.
    this.url = pulumi.secret(
      pulumi.interpolate`postgres://${args.database}:${args.password}@${args.app}.flycast:5432/${args.database}?sslmode=disable`,
    );
    this.registerOutputs();
  }
}
