/** What the program in a machine sees: its command line, environment and disk. */
import type { Situation } from "../mastodon/behaviour.ts";
import type { World } from "../world.ts";
import { findImage } from "./images.ts";
import type { App, Disk, Machine } from "./state.ts";

export function situation(world: World, app: App, machine: Machine): Situation {
  const image = findImage(machine.config.image);
  if (image === undefined)
    throw new Error(`machine ${machine.id} runs ${machine.config.image}, which is gone`);
  const { init } = machine.config;
  const entrypoint = init?.entrypoint ?? image.entrypoint;
  const argv = init?.exec ?? [...entrypoint, ...(init?.cmd ?? image.command)];
  return { world, app, machine, image, argv, env: environment(app, machine), disk: diskOf(app, machine) };
}

/**
 * Fly's own variables, then the app's secrets, then the machine's `env`. Later ones override earlier ones.
 * https://fly.io/docs/machines/runtime-environment/
 */
function environment(app: App, machine: Machine): Record<string, string> {
  return {
    FLY_APP_NAME: app.name,
    FLY_MACHINE_ID: machine.id,
    FLY_REGION: machine.region,
    FLY_PRIVATE_IP: machine.privateIp,
    FLY_IMAGE_REF: machine.config.image,
    FLY_VM_MEMORY_MB: String(machine.config.guest?.memory_mb ?? 256),
    ...machine.secrets,
    ...machine.config.env,
  };
}

/** The disk of the mounted volume, otherwise the machine's own, which is empty in every new version. */
export function diskOf(app: App, machine: Machine): Disk {
  const mounted = volumeOf(machine);
  return (mounted === undefined ? undefined : app.volumes[mounted]?.data) ?? machine.disk;
}

/** Id of the mounted volume; undefined: the machine has none. */
export function volumeOf({ config }: Pick<Machine, "config">): string | undefined {
  return config.mounts?.[0]?.volume;
}
