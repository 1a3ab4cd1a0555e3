import type { Size } from "../spec.ts";
import { type Argv, on, sizeFlags } from "./argv-parts.ts";

export * from "./argv-attached.ts";
export * from "./argv-machines.ts";

/**
 * Every argument list that the driver can give to flyctl, one function each. Two rules hold for all: no
 * secret is ever an argument (arguments show up in `ps` and in flyctl's log), and no call can prompt (flyctl
 * would fail with a bare "prompt: non interactive"). tests/unit/flyctl-argv.test.ts checks each list against
 * the grammar of the real flyctl.
 */
export type { Argv };

export const orgsList = (): Argv => ["orgs", "list", "--json"];
export const regionsList = (): Argv => ["platform", "regions", "--json"];

export const appsList = (org: string): Argv => ["apps", "list", "-o", org, "--json"];
/** With `network`, the app is in a private network of that name, apart from the organisation's other apps. */
export const appsCreate = (app: string, org: string, network?: string): Argv => [
  "apps",
  "create",
  app,
  "-o",
  org,
  ...(network === undefined ? [] : ["--network", network]),
  "--json",
];
export const appsDestroy = (app: string): Argv => ["apps", "destroy", app, "--yes"];

export const ipsList = (app: string): Argv => ["ips", "list", ...on(app), "--json"];
/** Adds another address at each call: list first. */
export const ipsAllocateV6 = (app: string): Argv => ["ips", "allocate-v6", ...on(app)];
/** Without --shared the address costs $2 a month, needs --yes, and each call adds another one. */
export const ipsAllocateV4 = (app: string, kind: "shared" | "dedicated"): Argv => [
  "ips",
  "allocate-v4",
  ...on(app),
  kind === "shared" ? "--shared" : "--yes",
];
export const ipsRelease = (app: string, addresses: readonly string[]): Argv => [
  "ips",
  "release",
  ...addresses,
  ...on(app),
];

export const certsAdd = (app: string, host: string): Argv => ["certs", "add", host, ...on(app), "--json"];
export const certsCheck = (app: string, host: string): Argv => ["certs", "check", host, ...on(app), "--json"];
export const certsRemove = (app: string, host: string): Argv => [
  "certs",
  "remove",
  host,
  ...on(app),
  "--yes",
];

export const secretsList = (app: string): Argv => ["secrets", "list", ...on(app), "--json"];
/** Many values at once, by stdin. */
export const secretsImport = (app: string): Argv => ["secrets", "import", ...on(app), "--stage"];
/** One value that import's line format cannot hold: `NAME=-` reads all of stdin. */
export const secretsSet = (app: string, name: string): Argv => [
  "secrets",
  "set",
  `${name}=-`,
  ...on(app),
  "--stage",
];
export const secretsUnset = (app: string, names: readonly string[]): Argv => [
  "secrets",
  "unset",
  ...names,
  ...on(app),
  "--stage",
];
/** Stores the app's newest secrets version in this config folder: a new machine waits for that version. */
export const secretsSync = (app: string): Argv => ["secrets", "sync", ...on(app)];

/** Prompts unless cluster size, machine size and volume size are all given. */
export const postgresCreate = (o: {
  app: string;
  org: string;
  region: string;
  size: Size;
  volumeGb: number;
}): Argv => [
  "postgres",
  "create",
  "--name",
  o.app,
  "--org",
  o.org,
  "--region",
  o.region,
  "--initial-cluster-size",
  "1",
  ...sizeFlags(o.size),
  "--volume-size",
  String(o.volumeGb),
  // The driver waits instead: it shows progress, and continues where a killed run stopped.
  "--detach",
];

/** Prompts unless every one of these is given. */
export const redisCreate = (o: { name: string; org: string; region: string; plan: string | null }): Argv => [
  "redis",
  "create",
  "--name",
  o.name,
  "--org",
  o.org,
  "--region",
  o.region,
  "--no-replicas",
  // Sidekiq's jobs live here: an evicted key is a lost job.
  "--disable-eviction",
  "--enable-prodpack=false",
  "--enable-auto-upgrade=false",
  ...(o.plan === null ? [] : ["--plan", o.plan]),
];
export const redisList = (org: string): Argv => ["redis", "list", "-o", org];
export const redisStatus = (name: string): Argv => ["redis", "status", name];
export const redisPlans = (): Argv => ["redis", "plans"];
export const redisDestroy = (name: string): Argv => ["redis", "destroy", name, "--yes"];

export const configValidate = (app: string, file: string): Argv => [
  "config",
  "validate",
  ...on(app),
  "-c",
  file,
  "--strict",
];
/** Never a no-op: each run makes a release and updates every machine. @param first the app has no machine yet */
export const deploy = (app: string, file: string, image: string, first: boolean): Argv => [
  "deploy",
  ...on(app),
  "-c",
  file,
  "--image",
  image,
  // One machine per new group; `scale count` then adds the others, up to the exact number asked for.
  "--ha=false",
  // The app kind allocates the addresses; otherwise a first deploy with services would allocate its own.
  "--no-public-ips",
  // The check asks public resolvers for <app>.fly.dev, which serves none of our hosts.
  "--dns-checks=false",
  // flyctl watches each machine for ten seconds, so that a crash stops the deploy before the next machine. A first
  // deploy has no machine to spare, and the release waits for the health of all of them.
  ...(first ? ["--smoke-checks=false"] : []),
  "--yes",
];
/** Absolute and idempotent; reads the app's deployed config and needs one complete release. */
export const scaleCount = (app: string, region: string, counts: Readonly<Record<string, number>>): Argv => [
  "scale",
  "count",
  ...Object.entries(counts).map(([group, count]) => `${group}=${count}`),
  ...on(app),
  "--region",
  region,
  "--yes",
];
