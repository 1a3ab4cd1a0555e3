import type { Size } from "../spec.ts";
import { type Argv, on, sizeFlags } from "./argv-parts.ts";

/** Argument lists about machines and their volumes; the rules for all of them are in argv.ts. */
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
  /**
   * Fly starts the machine at once, and from then on about once in each period. No call starts it: see
   * backup/backup.ts. Default: none.
   */
  schedule?: "hourly" | "daily" | "weekly" | "monthly";
  volume?: { id: string; path: string };
  command: readonly string[];
}
/** Waits until the machine has started, never until it ends, and never reports its exit code. */
export const machineRun = (o: MachineRun): Argv => [
  "machine",
  "run",
  o.image,
  ...on(o.app),
  "--name",
  o.name,
  "--region",
  o.region,
  ...sizeFlags(o.size),
  "--restart",
  o.restart,
  ...(o.schedule === undefined ? [] : ["--schedule", o.schedule]),
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
/** Sends each machine its signal; does not wait until they have stopped. */
export const machineStop = (app: string, ids: readonly string[]): Argv => [
  "machine",
  "stop",
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
  ...(o.size === undefined ? [] : sizeFlags(o.size)),
  ...Object.entries(o.metadata ?? {}).flatMap(([key, value]) => ["--metadata", `${key}=${value}`]),
  "--yes",
];
export const machineRestart = (app: string, id: string): Argv => ["machine", "restart", id, ...on(app)];

export const volumesList = (app: string): Argv => ["volumes", "list", ...on(app), "--json"];
export interface VolumeCreate {
  app: string;
  name: string;
  region: string;
  sizeGb: number;
  /** Whether Fly takes a snapshot each day, which outlives the volume. Default true. */
  snapshots?: boolean;
}
/** Adds another volume at each call: list first. */
export const volumesCreate = (o: VolumeCreate): Argv => [
  "volumes",
  "create",
  o.name,
  ...on(o.app),
  "--region",
  o.region,
  "--size",
  String(o.sizeGb),
  ...(o.snapshots === false ? ["--scheduled-snapshots=false"] : []),
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

/** The retention holds for snapshots that are taken from then on. */
export const volumesUpdate = (app: string, id: string, snapshotDays: number): Argv => [
  "volumes",
  "update",
  id,
  ...on(app),
  "--snapshot-retention",
  String(snapshotDays),
];

/** Newest lines of one machine. Without --no-tail flyctl never ends; with it, flyctl waits for a line. */
export const logs = (app: string, machine: string): Argv => [
  "logs",
  ...on(app),
  "--machine",
  machine,
  "--no-tail",
  "--json",
];
