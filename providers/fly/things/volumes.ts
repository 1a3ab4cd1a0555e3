import { type Parts, setParts } from "../../rules/config-parts.ts";
import * as argv from "../call/argv.ts";
import { DriverError, FlyctlFailure, passes, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { jsonIn } from "../call/parse.ts";
import { say } from "../call/progress.ts";
import { note, strike } from "./debts.ts";

/** A volume as `volumes list --json` shows it. */
export interface Volume {
  id: string;
  name: string;
  state: string;
  size_gb: number;
  region: string;
  attached_machine_id: string | null;
  created_at: string;
}

/** The app's volumes that are there to stay, oldest first. */
export async function volumesOf(fly: Fly, app: string): Promise<Volume[]> {
  const volumes = await fly.json<Volume[]>(argv.volumesList(app), { app });
  return volumes
    .filter((one) => !/destroy/.test(one.state))
    .sort((a, b) => a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id));
}

/** Whether all were made within a day: what a run that stopped half way leaves is found by the next one, not later. */
export function areFromToday(volumes: readonly Volume[]): boolean {
  const dayAgo = new Date(Date.now() - 86_400_000).toISOString();
  return volumes.every((one) => one.created_at > dayAgo);
}

/** The one volume of that name; each call of `volumes create` adds another, so look before each repeat. */
export async function ensureVolume(
  fly: Fly,
  o: { app: string; name: string; region: string; sizeGb: number },
): Promise<Volume> {
  for (let attempt = 1; ; attempt++) {
    const ofName = (await volumesOf(fly, o.app)).filter((one) => one.name === o.name);
    const found = ofName.find((one) => one.attached_machine_id) ?? ofName[0];
    if (found !== undefined) return found;
    say(o.app, `creating a volume of ${o.sizeGb} GB`);
    try {
      return jsonIn(await fly.once(argv.volumesCreate(o), { app: o.app })) as Volume;
    } catch (error) {
      if (!(error instanceof FlyctlFailure) || !passes(error.reason) || attempt === 5) throw error;
      await fly.pause(500 * 2 ** attempt);
    }
  }
}

/** Where config sets the size of a volume, as the `volumeGb` of an object, and what the object's other parts are. */
export interface Sized {
  key: string;
  parts: Parts;
}

/** Why the volume cannot have the size that is asked for; undefined when it can. */
export function shrinking(
  app: string,
  volume: Volume | undefined,
  sizeGb: number,
  sized: Sized,
): DriverError | undefined {
  if (volume === undefined || volume.size_gb <= sizeGb) return undefined;
  return new DriverError({
    what: `The volume of ${app} has ${volume.size_gb} GB and cannot shrink to ${sizeGb} GB: a file system on Fly only grows.`,
    setIn: sized.key,
    fix: [
      `keep the size:  ${setParts(sized.key, { ...sized.parts, volumeGb: volume.size_gb })}`,
      "or move the data to a new, smaller one (docs/operations.md, “Moving house”)",
    ],
    retry: retry.no,
  });
}

/**
 * Makes the volume as large as asked. When its machine has to restart to see it, that is noted as a debt.
 * @returns true when it has to
 */
export async function growVolume(
  fly: Fly,
  app: string,
  volume: Volume,
  sizeGb: number,
  sized: Sized,
): Promise<boolean> {
  if (volume.size_gb === sizeGb) return false;
  const problem = shrinking(app, volume, sizeGb, sized);
  if (problem !== undefined) throw problem;
  say(app, `growing its volume from ${volume.size_gb} to ${sizeGb} GB`);
  await note(fly, app, ["MASTIFF_OWES_RESTART"]);
  const output = await fly.repeatable(argv.volumesExtend(app, volume.id, sizeGb), { app });
  const restart = /need to stop and start/.test(output);
  if (!restart) await strike(fly, app, "MASTIFF_OWES_RESTART");
  return restart;
}
