/** Which machines run an older image than there is. Source: superfly/flyctl internal/command/image/show.go. */
import type { Data } from "../api/graphql.ts";
import { imageVersion, imageWithVersion, type Machine } from "../api/machines.ts";
import { queries } from "../api/queries.ts";
import { FlyError, messageOf, wrap } from "../go/errors.ts";
import type { Run } from "../run.ts";

/** The notice about newer images; "" when there is nothing to say. */
export async function updatable(
  run: Run,
  machines: Machine[],
  options: { skipDeployments?: boolean; sameTag?: boolean },
): Promise<string> {
  let latest: Data | undefined;
  const older: Machine[] = [];
  const unknown = new Set<string>();
  for (const machine of machines) {
    const image = `${machine.image_ref?.repository ?? ""}:${machine.image_ref?.tag ?? ""}`;
    const isBuild = machine.image_ref?.tag?.startsWith("deployment-") === true;
    if (options.skipDeployments && (unknown.has(image) || isBuild)) continue;
    const found = await latestDetails(run, image, imageVersion(machine));
    if (found === undefined) {
      unknown.add(image);
      continue;
    }
    latest ??= found;
    if (options.sameTag && latest.tag !== found.tag) throw new FlyError("major version mismatch detected");
    if (isCandidate(machine, latest)) older.push(machine);
  }
  if (older.length === 0 || latest === undefined) return "";
  const newest = `${latest.repository}:${latest.tag} (${latest.version})`;
  const lines = older.map((machine) => `Machine "${machine.id}" ${imageWithVersion(machine)} -> ${newest}\n`);
  return `Updates available:\n\n${lines.join("")}\nRun \`flyctl image update\` to migrate to the latest image version.`;
}

async function latestDetails(run: Run, image: string, flyVersion: string): Promise<Data | undefined> {
  try {
    return (
      (await run.graphql.run(queries.getLatestImageDetails, { image, flyVersion })).latestImageDetails ?? {}
    );
  } catch (error) {
    if (messageOf(error).includes("Unknown repository")) return undefined;
    throw wrap(`unable to fetch latest image details for ${image}`, error);
  }
}

function isCandidate(machine: Machine, latest: Data): boolean {
  if ((machine.image_ref?.digest ?? "") === (latest.digest ?? "")) return false;
  const current = imageVersion(machine).replace(/^v/, "");
  const candidate = String(latest.version ?? "").replace(/^v/, "");
  const numbers = (version: string) => version.split(".").map(Number);
  if (current === "" || candidate === "") return true;
  const [have, want] = [numbers(current), numbers(candidate)];
  if ([...have, ...want].some(Number.isNaN)) return true;
  for (let i = 0; i < Math.max(have.length, want.length); i++) {
    const difference = (want[i] ?? 0) - (have[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
