/**
 * Managed Postgres: clusters with their own users, reached through a pooler. superfly/docs mpg/, superfly/flyctl
 * internal/uiex/mpg/v2/client.go
 */
import { clusterHosts } from "../mastodon/network.ts";
import { verifierOf } from "../mastodon/scram.ts";
import type { World } from "../world.ts";
import type { Caller } from "./apps.ts";
import { Refusal } from "./errors.ts";
import { drawn, password, serial } from "./ids.ts";
import { regions } from "./regions.ts";
import type { Cluster } from "./state.ts";

/** superfly/flyctl internal/command/mpg/plans.go */
const plans = ["basic", "starter", "launch", "scale", "performance"];

/** What a new cluster takes in reality before it is ready, in milliseconds. */
const takes = 90_000;

export const defaultUser = "fly-user";
const defaultDatabase = "fly-db";

/** What `mpg create` asks for. Names are not unique: asking twice makes two. */
export interface NewCluster {
  name: string;
  orgSlug: string;
  region: string;
  plan: string;
  disk: number;
  pgMajor: string;
}

/** Makes a cluster; it is ready later. */
export function createCluster(world: World, wish: NewCluster): Cluster {
  const region = regions.find((r) => r.code === wish.region);
  if (region?.managedPostgres !== true) throw new Refusal(422, `region ${wish.region} is not available`);
  if (!plans.includes(wish.plan)) throw new Refusal(422, `plan ${wish.plan} is not available`);
  if (!["16", "17"].includes(wish.pgMajor)) throw new Refusal(422, "pg_major_version must be 16 or 17");
  const secret = password(world, 24);
  const now = world.now();
  const cluster: Cluster = {
    id: drawn(world, "cluster", "0123456789abcdefghijklmnopqrstuvwxyz", 16),
    name: wish.name,
    orgSlug: wish.orgSlug,
    region: wish.region,
    plan: wish.plan,
    disk: wish.disk,
    createdAt: now.toISOString(),
    readyAt: now.getTime() + takes * world.latencyScale,
    users: { [defaultUser]: { password: secret, role: "schema_admin" } },
    privateIp: `fdaa:0:${(serial(world) % 65536).toString(16)}:0:1::2`,
    attachedApps: [],
    data: {
      version: wish.pgMajor === "16" ? "16.8" : "17.5",
      roles: { [defaultUser]: { verifier: verifierOf(secret), superuser: false, login: true } },
      databases: { [defaultDatabase]: { owner: defaultUser } },
    },
  };
  world.state.fly.clusters.push(cluster);
  world.changed();
  return cluster;
}

/** A cluster that the caller may see. */
export function requireCluster(world: World, caller: Caller, id: string): Cluster {
  const cluster = world.state.fly.clusters.find((c) => c.id === id && caller.orgs.includes(c.orgSlug));
  if (cluster === undefined) throw new Refusal(404, "cluster not found");
  return cluster;
}

/** A user of a cluster; the password is made here and can be read again. */
export function createUser(world: World, cluster: Cluster, name: string, role: string): void {
  if (!/^[a-z_][a-z0-9_-]{0,62}$/.test(name)) throw new Refusal(422, `invalid username ${name}`);
  if (cluster.users[name] !== undefined) throw new Refusal(422, `user ${name} already exists`);
  if (!["schema_admin", "writer", "reader"].includes(role)) throw new Refusal(422, `invalid role ${role}`);
  const secret = password(world, 24);
  cluster.users[name] = { password: secret, role };
  cluster.data.roles[name] = { verifier: verifierOf(secret), superuser: false, login: true };
  world.changed();
}

/** A database of a cluster. */
export function createDatabase(world: World, cluster: Cluster, name: string): void {
  if (!/^[a-z_][a-z0-9_-]{0,62}$/.test(name)) throw new Refusal(422, `invalid database name ${name}`);
  if (cluster.data.databases[name] !== undefined) throw new Refusal(422, `database ${name} already exists`);
  cluster.data.databases[name] = { owner: defaultUser };
  world.changed();
}

/** A cluster as the API shows it. */
export function clusterBody(world: World, cluster: Cluster): Record<string, unknown> {
  const org = world.state.fly.organizations[cluster.orgSlug];
  const ready = cluster.readyAt <= world.now().getTime();
  return {
    id: cluster.id,
    version: 2,
    mpgd_cluster_id: cluster.id,
    name: cluster.name,
    status: ready ? "ready" : "creating",
    engine: "postgres",
    plan: cluster.plan,
    region: cluster.region,
    organization: { ID: org?.id, Slug: org?.slug, Name: org?.name },
    disk: cluster.disk,
    replicas: 1,
    ip_assignments: { direct: ready ? cluster.privateIp : "" },
    attached_apps: cluster.attachedApps.map((name) => ({
      name,
      id: world.state.fly.apps[name]?.numericId ?? 0,
    })),
  };
}

/** The default user's credentials; the URL goes through the pooler. */
export function credentialsBody(world: World, cluster: Cluster): Record<string, string> {
  const secret = cluster.users[defaultUser]?.password ?? "";
  const ready = cluster.readyAt <= world.now().getTime();
  return {
    status: ready ? "ready" : "initializing",
    user: defaultUser,
    password: secret,
    dbname: defaultDatabase,
    pgbouncer_uri: ready
      ? `postgresql://${defaultUser}:${secret}@${clusterHosts(cluster).pooled}/${defaultDatabase}`
      : "",
  };
}
