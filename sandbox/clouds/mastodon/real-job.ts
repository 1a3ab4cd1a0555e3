/** The scripts that run as processes where machines really run, and the network that a process has of its machine. */
import type { RealJob, RealMachines } from "../real/real-machines.ts";
import { isBackup } from "./backup.ts";
import type { Situation } from "./behaviour.ts";
import { behind } from "./direct.ts";
import { dial } from "./network.ts";
import { restoreJob } from "./restore.ts";

/** The process of a machine; undefined: its program is a model. */
export function realJob(seen: Situation): RealJob | undefined {
  const { real } = seen.world;
  if (real === undefined) return undefined;
  if (!isBackup(seen.argv) && restoreJob(seen.argv) === undefined) return undefined;
  return { argv: seen.argv, env: { ...environment(seen, real), ...network(seen, real) } };
}

/** The machine's variables. Where one has the path of a volume, the process has that of the volume's folder. */
function environment({ env, machine }: Situation, real: RealMachines): Record<string, string> {
  const mounts = machine.config.mounts ?? [];
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => {
      const mount = mounts.find(({ path }) => path === value);
      return [name, mount === undefined ? plain(value) : real.folderOf(mount.volume)];
    }),
  );
}

/** The local clouds speak no TLS. What a request's signature covers is the same without it. */
function plain(value: string): string {
  return value.replace(/^https:(?=\/\/[0-9a-f]{32}(\.[a-z]+)?\.r2\.cloudflarestorage\.com\/)/, "http:");
}

/**
 * What leads names to where they are here: curl asks the local clouds for every host, and libpq connects to the server
 * that the model's network finds at the host of DATABASE_URL.
 */
function network(seen: Situation, real: RealMachines): Record<string, string> {
  const { DATABASE_URL: url } = behind(seen.argv, seen.env).env;
  const peer = url === undefined ? undefined : dial(seen.world, seen, new URL(url).hostname, 5433);
  const volume = peer?.kind === "machine" ? peer.machine.config.mounts?.[0]?.volume : undefined;
  const server = volume === undefined ? undefined : real.server(volume);
  return { http_proxy: real.internet, ...(server !== undefined && { PGHOSTADDR: server.address }) };
}
