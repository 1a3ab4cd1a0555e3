import type { Size } from "./spec.ts";

/**
 * Every argument list that the driver can give to flyctl, one function each. Two rules hold for all: no
 * secret is ever an argument (they show up in `ps` and in flyctl's log), and no call can prompt (flyctl would
 * fail with a bare "prompt: non interactive"). tests/unit/flyctl-argv.test.ts checks each against the grammar
 * of the real flyctl.
 */
export type Argv = string[];

const on = (app: string): Argv => ["-a", app];

export const orgsList = (): Argv => ["orgs", "list", "--json"];
export const regionsList = (): Argv => ["platform", "regions", "--json"];

export const appsList = (org: string): Argv => ["apps", "list", "-o", org, "--json"];
export const appsCreate = (app: string, org: string): Argv => ["apps", "create", app, "-o", org, "--json"];
export const appsDestroy = (app: string): Argv => ["apps", "destroy", app, "--yes"];

export const ipsList = (app: string): Argv => ["ips", "list", ...on(app), "--json"];
/** Adds another address at each call: list first. */
export const ipsAllocateV6 = (app: string): Argv => ["ips", "allocate-v6", ...on(app)];
/** Without --shared it costs $2 a month, asks for --yes, and adds another at each call. */
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
/** Bulk, by stdin. */
export const secretsImport = (app: string): Argv => ["secrets", "import", ...on(app), "--stage"];
/** One value by stdin: `NAME=-` reads it whole, where import's line format cannot hold it. */
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
/** Tells this config folder the app's newest secrets version, so that a new machine waits for it. */
export const secretsSync = (app: string): Argv => ["secrets", "sync", ...on(app)];

const size = ({ cpuKind, cpus, memoryMb }: Size): Argv => [
  "--vm-cpu-kind",
  cpuKind,
  "--vm-cpus",
  String(cpus),
  "--vm-memory",
  String(memoryMb),
];

/** Prompts unless cluster size, machine size and volume size are all there. */
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
  ...size(o.size),
  "--volume-size",
  String(o.volumeGb),
  // Waiting is ours: it then shows progress, and goes on where a killed run stopped.
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

export const machineList = (app: string): Argv => ["machine", "list", ...on(app), "--json"];

export interface MachineRun {
  app: string;
  /** Unique within the app: Fly refuses a second machine of the same name, so a repeated call cannot start two. */
  name: string;
  region: string;
  image: string;
  size: Size;
  /** Plain values only: they are readable in the machine's config. */
  env: Readonly<Record<string, string>>;
  metadata: Readonly<Record<string, string>>;
  restart: "no" | "always";
  volume?: { id: string; path: string };
  command: readonly string[];
}
/** Waits until the machine has started, never until it ends, and never tells its exit code. */
export const machineRun = (o: MachineRun): Argv => [
  "machine",
  "run",
  o.image,
  ...on(o.app),
  "--name",
  o.name,
  "--region",
  o.region,
  ...size(o.size),
  "--restart",
  o.restart,
  "--detach",
  ...Object.entries(o.metadata).flatMap(([key, value]) => ["--metadata", `${key}=${value}`]),
  ...Object.entries(o.env).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
  ...(o.volume === undefined ? [] : ["--volume", `${o.volume.id}:${o.volume.path}`]),
  "--",
  ...o.command,
];
/** One command inside a machine over the API, no tunnel. Exits 0 even when the command fails: read the JSON. */
export const machineExec = (app: string, id: string, command: string): Argv => [
  "machine",
  "exec",
  id,
  command,
  ...on(app),
  "--json",
  "--timeout",
  "60",
];
export const machineStart = (app: string, ids: readonly string[]): Argv => [
  "machine",
  "start",
  ...ids,
  ...on(app),
];
export const machineDestroy = (app: string, ids: readonly string[]): Argv => [
  "machine",
  "destroy",
  ...ids,
  ...on(app),
  "--force",
];
/** Restarts the machine, with the newest secrets. */
export const machineUpdate = (o: {
  app: string;
  id: string;
  size?: Size;
  image?: string;
  metadata?: Readonly<Record<string, string>>;
}): Argv => [
  "machine",
  "update",
  o.id,
  ...on(o.app),
  ...(o.image === undefined ? [] : ["--image", o.image]),
  ...(o.size === undefined ? [] : size(o.size)),
  ...Object.entries(o.metadata ?? {}).flatMap(([key, value]) => ["--metadata", `${key}=${value}`]),
  "--yes",
];
export const machineRestart = (app: string, id: string): Argv => ["machine", "restart", id, ...on(app)];

export const volumesList = (app: string): Argv => ["volumes", "list", ...on(app), "--json"];
/** Adds another volume at each call: list first. */
export const volumesCreate = (o: { app: string; name: string; region: string; sizeGb: number }): Argv => [
  "volumes",
  "create",
  o.name,
  ...on(o.app),
  "--region",
  o.region,
  "--size",
  String(o.sizeGb),
  "--yes",
  "--json",
];
export const volumesExtend = (app: string, id: string, sizeGb: number): Argv => [
  "volumes",
  "extend",
  id,
  ...on(app),
  "--size",
  String(sizeGb),
  "--yes",
];

export const configValidate = (app: string, file: string): Argv => [
  "config",
  "validate",
  ...on(app),
  "-c",
  file,
  "--strict",
];
/** Never a no-op: each run makes a release and updates every machine. */
export const deploy = (app: string, file: string, image: string): Argv => [
  "deploy",
  ...on(app),
  "-c",
  file,
  "--image",
  image,
  // One machine per new group; `scale count` brings the rest, to the very number that was asked for.
  "--ha=false",
  // Addresses are the app kind's; left to deploy, a first one with services would allocate its own.
  "--no-public-ips",
  // The check asks public resolvers for <app>.fly.dev, which no host of ours is served by.
  "--dns-checks=false",
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

/** The newest lines of one machine. Without --no-tail it never ends; with it, it still waits for a first line. */
export const logs = (app: string, machine: string): Argv => [
  "logs",
  ...on(app),
  "--machine",
  machine,
  "--no-tail",
  "--json",
];
