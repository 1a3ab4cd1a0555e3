/** What an upgrade does to the clouds. */
import type { HeldCall } from "./visited.ts";
import type { TestWorld } from "./world.ts";

interface Machine {
  state: string;
  config: { image: string; metadata: Record<string, string> };
}

/** Versions on the running machines of both apps, by process group. */
export async function versionsIn(world: TestWorld): Promise<string[]> {
  const { apps } = (await world.state()).fly as { apps: Record<string, { machines: object }> };
  const machines = ["mastiff-party", "mastiff-party-streaming"].flatMap(
    (app) => Object.values(apps[app]?.machines ?? {}) as Machine[],
  );
  return machines
    .filter(({ state, config }) => state === "started" && config.metadata.fly_process_group !== undefined)
    .map(({ config }) => `${config.metadata.fly_process_group} ${config.image.split(/[:@]/)[1]}`)
    .sort();
}

/** Migrations that were started, each with its image and whether the second half was left out. */
export function jobsIn(calls: readonly HeldCall[]): string[] {
  return calls.flatMap(({ method, path, body }) => {
    if (method !== "POST" || !path.endsWith("/apps/mastiff-party/machines")) return [];
    const { config } = JSON.parse(body) as {
      config: { image: string; env?: Record<string, string>; init?: { cmd?: string[] } };
    };
    const task = config.init?.cmd?.find((word) => word.startsWith("db:"));
    if (task === undefined) return [];
    const half = config.env?.SKIP_POST_DEPLOYMENT_MIGRATIONS === undefined ? "" : " without post";
    return [`${task}${half} on ${config.image.split(/[:@]/)[1]}`];
  });
}

/** Whether a call gives a machine of the app that is there another config, or makes one that stays. */
export function restarts({ method, path, body }: HeldCall, app: string): boolean {
  return (
    method === "POST" &&
    new RegExp(`/apps/${app}/machines(/\\w+)?$`).test(path) &&
    body.includes("fly_process_group")
  );
}
