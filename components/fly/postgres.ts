import * as pulumi from "@pulumi/pulumi";
import type { Declared, LoginSpec, PostgresSpec } from "../../providers/fly/spec.ts";
import type { PostgresSize } from "../config/sizes.ts";
import type { LaterPassword } from "../mastodon/mastodon-secrets.ts";
import type { FlyPlace, UnseenPlace } from "./app.ts";
import { FlyCommand } from "./driver.ts";
import type { Things } from "./look.ts";

/** Arguments of {@link Postgres}. */
export interface PostgresArgs extends PostgresPlan {
  place: FlyPlace;
  /** First password, the owner's own. Secret. */
  password: pulumi.Output<string>;
  /** Password of the login that took the owner's place; `rotated` says so. */
  later?: LaterPassword | undefined;
  /** Whether the database is kept from being deleted. */
  protect: boolean;
  /** What is destroyed only once the database is. */
  after: pulumi.Resource[];
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
  /** Whether another login took the place of the owner's own. */
  rotated: boolean;
  /** Whether it may be destroyed with the community in it. */
  dispensable: boolean;
}

function specOf(place: UnseenPlace, plan: PostgresPlan): Declared<PostgresSpec> {
  const { org, region } = place;
  const { cpus, memoryMb, volumeGb } = plan.size;
  return {
    org,
    app: plan.app,
    region,
    size: { cpuKind: "shared", cpus, memoryMb },
    volumeGb,
    database: plan.database,
    user: plan.database,
    consumers: plan.consumers,
    ...(plan.rotated && { loginElsewhere: true }),
    ...(plan.dispensable && { dispensable: true }),
  };
}

/** A further role, beside the owner's and any before; Postgres cuts names at 63 bytes. */
function loginOf({ app, database }: PostgresPlan, word: string): LoginSpec {
  return { app, owner: database, user: `${database.slice(0, 42)}_${word}` };
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
 * A rotated password is another role that acts as the owner: the machines go over to it in their release, and the
 * resource of the one before is deleted last of all.
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
    const server = new FlyCommand(
      `${name}-postgres`,
      { kind: "postgres", spec: specOf(place, args), place, secrets: { password: args.password } },
      { parent: this, protect: args.protect, dependsOn: args.after },
    );
    const { later } = args;
    const login = later && loginOf(args, later.word);
    this.ready =
      login === undefined
        ? server
        : new FlyCommand(
            `${name}-login-${later?.word}`,
            { kind: "login", spec: login, place, secrets: { password: later?.value ?? "" } },
            { parent: this, dependsOn: [server] },
          );
    const [user, password] = [login?.user ?? args.database, later?.value ?? args.password];
    // The private network is encrypted by itself (WireGuard); Fly's Postgres has no certificate of its own.
    this.url = pulumi.secret(
      pulumi.interpolate`postgres://${user}:${password}@${args.app}.flycast:5432/${args.database}?sslmode=disable`,
    );
    this.registerOutputs();
  }
}
