import { type Parts, setParts } from "../../rules/config-parts.ts";
import * as argv from "../call/argv.ts";
import type { VolumeCreate } from "../call/argv-machines.ts";
import { DriverError, isPassing, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { jsonIn } from "../call/parse.ts";
import { say } from "../call/progress.ts";
import { note, strike } from "./debts.ts";
import type { Machine } from "./machines.ts";

/** A volume as `volumes list --json` shows it. */
export interface Volume {
  id: string;
  name: string;
  state: string;
  size_gb: number;
  region: string;
  attached_machine_id: string | null;
  /** Days for which Fly keeps a snapshot. */
  snapshot_retention: number;
  created_at: string;
}

/** The app's volumes, oldest first, without those that are being or have been destroyed. */
export async function volumesOf(fly: Fly, app: string): Promise<Volume[]> {
  const volumes = await fly.json<Volume[]>(argv.volumesList(app), { app });
  return volumes
    .filter((one) => !/destroy/.test(one.state))
    .sort((a, b) => a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id));
}

/** The volume that the machine has mounted: an app may have others, which no machine uses. */
export function volumeOf(volumes: readonly Volume[], { id, config = {} }: Machine): Volume | undefined {
  const mounted = config.mounts?.[0]?.volume;
  return volumes.find((one) => one.id === mounted) ?? volumes.find((one) => one.attached_machine_id === id);
}

/** True when all are less than a day old: the next run soon finds what a stopped run left. */
export function areFromToday(volumes: readonly Volume[]): boolean {
  const dayAgo = new Date(Date.now() - 86_400_000).toISOString();
  return volumes.every((one) => one.created_at > dayAgo);
}

/** The one volume of that name. Each call of `volumes create` adds another, so list before each retry. */
export async function ensureVolume(fly: Fly, o: VolumeCreate): Promise<Volume> {
  const look = async () => {
    const ofName = (await volumesOf(fly, o.app)).filter((one) => one.name === o.name);
    return ofName.find((one) => one.attached_machine_id) ?? ofName[0];
  };
  const create = async () => {
    say(o.app, `creating a volume of ${o.sizeGb} GB`);
    return jsonIn(await fly.once(argv.volumesCreate(o), { app: o.app })) as Volume;
  };
  return (await look()) ?? fly.repeat(create, { tries: 5, passes: isPassing, look });
}

/** The config key of the object whose `volumeGb` is a volume's size, and the object's other parts. */
export interface Sized {
  key: string;
  parts: Parts;
}

/** The error when the volume is larger than the size asked for; undefined when it is not. */
export function shrinking(
  app: string,
  volume: Volume | undefined,
  sizeGb: number,
  sized: Sized,
): DriverError | undefined {
  if (volume === undefined || volume.size_gb <= sizeGb) return undefined;
  return new DriverError({
    what: `The volume of ${app} has ${volume.size_gb} GB and cannot shrink to ${sizeGb} GB: a file system on Fly can only grow.`,
    setIn: sized.key,
    fix: [
      `keep the size:  ${setParts(sized.key, { ...sized.parts, volumeGb: volume.size_gb })}`,
      "or move the data to a new, smaller one (docs/operations.md, “Moving house”)",
    ],
    retry: retry.no,
  });
}

/**
 * Grows the volume to the size asked for. A smaller size is for the caller to refuse first ({@link shrinking}).
 * When the machine must restart to see the new size, a debt records that.
 * @returns true when the machine must restart
 */
export async function growVolume(fly: Fly, app: string, volume: Volume, sizeGb: number): Promise<boolean> {
  if (volume.size_gb === sizeGb) return false;
  say(app, `growing its volume from ${volume.size_gb} to ${sizeGb} GB`);
  await note(fly, app, ["MASTIFF_OWES_RESTART"]);
  const output = await fly.repeatable(argv.volumesExtend(app, volume.id, sizeGb), { app });
  const restart = /need to stop and start/.test(output);
  if (!restart) await strike(fly, app, "MASTIFF_OWES_RESTART");
  return restart;
}

/**
 * How a volume's snapshots are kept otherwise than wanted, in words; undefined: as wanted, or nobody wants
 * anything. Snapshots that were taken before keep their time (superfly/docs: volumes/snapshots).
 */
export function retentionDifference(
  { snapshot_retention: is }: Volume,
  days: number | undefined,
): string | undefined {
  if (days === undefined || is === days) return undefined;
  return `its snapshots are kept for ${is} days, should be ${days}`;
}

/** Has Fly keep snapshots of the volume for so many days, from the next one on. Undefined: as they are kept now. */
export async function keepSnapshots(
  fly: Fly,
  app: string,
  volume: Volume,
  days: number | undefined,
): Promise<void> {
  if (days === undefined || retentionDifference(volume, days) === undefined) return;
  say(app, `keeping snapshots of its volume for ${days} days`);
  await fly.repeatable(argv.volumesUpdate(app, volume.id, days), { app });
}
