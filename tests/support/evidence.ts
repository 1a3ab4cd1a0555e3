/** Everything that a community's runs leave where a secret might have got to. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../sandbox/toolchain/paths.ts";
import { bodiesThatMayHold } from "./journal-bodies.ts";
import type { ProcessWatch } from "./process-watch.ts";
import { filesBelow, hunt, type Place, type Secret, textOf } from "./secret-hunt.ts";
import type { TestStack } from "./stack.ts";
import type { TestWorld } from "./world.ts";

/** Where it is collected from. */
export interface Scene {
  world: TestWorld;
  stack: TestStack;
  watch: ProcessWatch;
  /** What was printed, by what printed it. */
  said: Place[];
  /** The folder for temporary files of all that was started, flyctl's folders with its logs among them. */
  temporary: string;
  /** When the first run began: older files of the checkout are nobody's trace. */
  since: number;
}

/** What was found there. */
export interface Evidence {
  /** No secret may be in these. */
  places: Place[];
  /** Environments of all processes but the driver's own: no secret but the operator's own tokens and config. */
  environments: Place[];
  /** Bodies of calls, each with the names of the secrets that it is for. */
  bodies: (Place & { mayHold: RegExp | undefined })[];
}

export async function evidenceOf(scene: Scene): Promise<Evidence> {
  const { world, stack, watch, said, temporary, since } = scene;
  const journal = await world.journal();
  const flyctl = await world.flyctlRuns();
  const { flyToml, streamingFlyToml } = await stack.outputs();
  const view = await (await fetch(`${world.url}/_local/view`)).text();
  return {
    places: [
      ...said,
      ...watch.argv,
      ...flyctl.map(({ argv }) => ({ name: `flyctl ${argv[0]} ${argv[1]}`, text: argv.join(" ") })),
      ...journal.map(({ cloud, method, path, query }) => ({
        name: `line of the journal: ${cloud} ${method} ${path}`,
        text: `${path}?${query}`,
      })),
      ...filesBelow(stack.place.target.backend, "state"),
      // The engine's event logs are the test's own doing: they hold config as it is.
      ...filesBelow(join(stack.place.project, ".."), "working tree").filter(
        ({ name }) => !/\/(stacks|events-\d+\.json)/.test(name),
      ),
      ...newFiles(root, since),
      ...filesBelow(temporary, "temporary files"),
      { name: "fly.toml", text: String(flyToml) },
      { name: "streaming's fly.toml", text: String(streamingFlyToml) },
      { name: "the clouds' page", text: view },
    ],
    // The driver is started by its path in the project; flyctl, which it starts, by another.
    environments: watch.environments.filter(({ name }) => !/ mastiff-driver /.test(name)),
    bodies: journal.flatMap((entry) =>
      (["requestBody", "responseBody"] as const).map((side) => ({
        name: `${side} of ${entry.cloud} ${entry.method} ${entry.path}`,
        text: JSON.stringify(entry[side] ?? null),
        mayHold: bodiesThatMayHold(entry, side),
      })),
    ),
  };
}

/** Which secrets are where they must not be, in words; the values are not in them. */
export function leaks(secrets: Secret[], { places, environments, bodies }: Evidence): string[] {
  // The operator's tokens live in environments, and the engine hands its program the config by one.
  const generated = secrets.filter(({ name }) => !/^operator|secretEnv|DEEPL_API_KEY/.test(name));
  const inBodies = bodies.flatMap(({ mayHold, ...place }) =>
    hunt(
      secrets.filter(({ name }) => mayHold?.test(name) !== true),
      [place],
    ),
  );
  return [...new Set([...hunt(secrets, places), ...hunt(generated, environments), ...inBodies])];
}

/** What was written into the checkout; its worlds and caches have places of their own. */
function newFiles(folder: string, since: number, name = "checkout"): Place[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if ([".git", ".mastiff", "node_modules"].includes(entry.name)) return [];
    if (entry.isDirectory()) return newFiles(path, since, `${name}/${entry.name}`);
    const isNew = entry.isFile() && statSync(path).mtimeMs >= since;
    return isNew ? [{ name: `${name}/${entry.name}`, text: textOf(path) }] : [];
  });
}
