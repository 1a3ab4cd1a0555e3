import type { DiskSpace } from "../spec.ts";
import { execIn } from "./exec.ts";
import type { Fly } from "./flyctl.ts";

/** Where postgres-flex has the volume (fly-apps/postgres-flex: fly.toml and internal/flypg/node.go). */
const volume = "/data";

/** The file system of a database's volume. @throws Error with what its machine says instead; FlyctlFailure */
export async function diskSpace(fly: Fly, app: string, machine: string): Promise<DiskSpace> {
  const command = `df -B1 --output=size,avail ${volume}`;
  const { exitCode, stdout, stderr } = await execIn(fly, app, machine, command);
  const [size, free] = stdout.trim().split("\n").at(-1)?.trim().split(/\s+/).map(Number) ?? [];
  if (exitCode !== 0 || !Number.isFinite(size) || !Number.isFinite(free))
    throw new Error(`df of ${app} says: ${(stderr || stdout).trim()}`);
  return { size: size ?? 0, free: free ?? 0 };
}
