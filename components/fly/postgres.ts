import * as pulumi from "@pulumi/pulumi";
import type { Declared, LoginSpec, PostgresSpec } from "../../providers/fly/spec.ts";
import type { PostgresSize } from "../config/sizes.ts";
import type { LaterPassword } from "../mastodon/mastodon-secrets.ts";
import { resourceNames } from "../stack/logical-names.ts";
import type { FlyPlace, UnseenPlace } from "./app.ts";
import { FlyCommand } from "./driver.ts";
import type { FlyThing, ObservedThing } from "./thing.ts";

/** Arguments of {@link Postgres}. */
export interface PostgresArgs extends PostgresPlan {
  /** Organisation, region and mark of everything on Fly, and the drift that a look found. */
  place: FlyPlace;
  /** First password, that of the role that owns the database. Secret. */
  password: pulumi.Output<string>;
  /** Password of the login that replaced the owner's; set when `rotated` is true. Default: none did. */
  later?: LaterPassword | undefined;
  /** Whether the database is protected from deletion; undefined: as the component is. */
  protect: boolean | undefined;
  /** Resources that are destroyed only after the database. */
  after: pulumi.Resource[];
}

/** Settings of a database that are known before it is declared. */
export interface PostgresPlan {
  /** Name of the database's own app. */
  app: string;
  /** Shared CPUs, memory in MB, volume in GB. None of them shrinks. */
  size: PostgresSize;
  /** Name of the community's database and of the role that owns it. */
  database: string;
  /** Apps that get DATABASE_URL. Destroying the database removes the variable from them. */
  consumers: string[];
  /** Whether another login has replaced the owner's. */
  rotated: boolean;
  /** Whether the database may be destroyed with the community in it. If not, its destroy fails. */
  dispensable: boolean;
  /** Days for which Fly keeps the volume's snapshots, 1 to 60. Default: as they are; 5 for a new volume. */
  snapshotDays?: number | undefined;
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
    ...(plan.snapshotDays !== undefined && { snapshotDays: plan.snapshotDays }),
  };
}

/** An additional role, beside the owner and earlier roles. Postgres truncates names to 63 bytes. */
function loginThing(
  name: string,
  { app, database }: PostgresPlan,
  word: string,
): FlyThing & { spec: LoginSpec } {
  const spec = { app, owner: database, user: `${database.slice(0, 42)}_${word}` };
  return { name: `${name}-login-${word}`, kind: "login", spec };
}

/** The server that a {@link Postgres} makes. */
export function postgresThing(name: string, place: UnseenPlace, plan: PostgresPlan): ObservedThing {
  return { name: resourceNames.postgres(name), kind: "postgres", spec: specOf(place, plan) };
}

/**
 * An unmanaged Postgres on Fly with a role and a database for one community.
 *
 * The program sets DATABASE_URL itself, because `fly postgres attach` needs a tunnel, prints the password,
 * and leaves a variable behind that makes the next attach fail.
 *
 * A rotated password belongs to another role, which acts as the owner. The machines change to that role in
 * their release, and the resource of the previous role is deleted last.
 *
 * @throws in `up`, if the machine or its volume would shrink; in a destroy, if the community is in the
 *   database and the database is not dispensable
 * @see https://fly.io/docs/postgres/
 * @example
 * const { settings } = new StackConfig().given();
 * const plan = planFly(settings, mailServerOf(settings)).postgres;
 * const postgres = new Postgres("dogs-database", {
 *   place,
 *   ...plan,
 *   size: { cpus: 2, memoryMb: 2048, volumeGb: 20 },
 *   password: secrets.databasePassword,
 *   protect: true,
 *   after: [secrets],
 * });
 */
export class Postgres extends pulumi.ComponentResource {
  /** DATABASE_URL on Fly's private network. Secret. Known before the database is there. */
  readonly url: pulumi.Output<string>;
  /** The resource that must exist before anything connects. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:fly:Postgres", name, { app: args.app, size: args.size }, opts);
    const { place } = args;
    const server = new FlyCommand(
      postgresThing(name, place, args),
      { place, moves: true, secrets: { password: args.password } },
      { parent: this, protect: args.protect, dependsOn: args.after },
    );
    const { later } = args;
    const login = later && loginThing(name, args, later.word);
    this.ready =
      login === undefined
        ? server
        : new FlyCommand(
            login,
            { place, moves: true, secrets: { password: later?.value ?? "" } },
            { parent: this, dependsOn: [server] },
          );
    const [user, password] = [login?.spec.user ?? args.database, later?.value ?? args.password];
    // The private network is already encrypted (WireGuard), and Fly's Postgres has no certificate of its own.
    this.url = pulumi.secret(
      pulumi.interpolate`postgres://${user}:${password}@${args.app}.flycast:5432/${args.database}?sslmode=disable`,
    );
    this.registerOutputs();
  }
}
