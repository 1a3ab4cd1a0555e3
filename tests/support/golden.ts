/**
 * Communities that are up already. Each configuration that tests begin from is brought up once per content of product
 * and sandbox, kept in the scratch folder, and handed to every test as a copy of its clouds and its stack.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import { scratch } from "../../sandbox/toolchain/paths.ts";
import { stackFile } from "../../sandbox/toolchain/stack.ts";
import { silentTerminal } from "../../sandbox/toolchain/terminal.ts";
import { toolchain } from "../../sandbox/toolchain/toolchain.ts";
import { contentKey } from "./content-key.ts";
import { openStack, type StackOptions, type TestStack } from "./stack.ts";
import { startWorld, type TestWorld, type WorldOptions } from "./world.ts";

/** A community that is up, in a world of its own. */
export interface Community extends AsyncDisposable {
  world: TestWorld;
  stack: TestStack;
}

/** A stack's options, for the address at which its clouds listen. */
export type Wanted = (clouds: { url: string }) => StackOptions;

/** What is kept of a community. Its files name the clouds by {@link placeholder}. */
interface Kept {
  clouds: string;
  state: string;
  config: string;
}

const placeholder = "http://golden.invalid";
const kept = join(scratch, "golden");

/** Two files may want the same community at the same time: the second one waits for the first one's `up`. */
const patience = { stale: 30_000, retries: { retries: 600, factor: 1, minTimeout: 500 } };

/**
 * A copy of the community that `wanted` describes, after its first `up`.
 *
 * @param wanted Default: the repository's dev stack. Two calls with equal options share one `up`.
 * @throws Error with what pulumi said when that `up` fails.
 */
export async function communityThatIsUp(
  wanted: Wanted = () => ({}),
  options: WorldOptions = {},
): Promise<Community> {
  return communityKeptIn(await goldenOf(wanted, options), wanted, options);
}

/** A copy of the community whose clouds, state and config are the files of this folder. */
export async function communityKeptIn(
  folder: string,
  wanted: Wanted = () => ({}),
  options: WorldOptions = {},
): Promise<Community> {
  const world = await startWorld(options);
  try {
    const read = (name: keyof Kept) =>
      readFileSync(join(folder, name), "utf8").replaceAll(placeholder, world.url);
    const clouds = JSON.parse(read("clouds")) as object;
    await world.meddle((state) => Object.assign(state, clouds));
    const stack = await openStack(world, {
      ...wanted(world),
      kept: { state: read("state"), config: read("config") },
    });
    return {
      world,
      stack,
      async [Symbol.asyncDispose]() {
        await stack.end();
        await world.stop();
      },
    };
  } catch (error) {
    await world.stop();
    throw error;
  }
}

/** The folder of what is kept of a community, brought up now if it was not yet. */
async function goldenOf(wanted: Wanted, options: WorldOptions): Promise<string> {
  const { host, plugins, flyctl, latency: _, ...rest } = options;
  const parts = { ...(host && { host }), ...(plugins && { plugins }), ...(flyctl && { flyctl }) };
  const { describe } = await toolchain({ terminal: silentTerminal, ...parts });
  const question = [describe, rest, wanted({ url: placeholder })];
  const generation = join(kept, contentKey());
  const folder = join(generation, digest(JSON.stringify(question)));
  if (existsSync(folder)) return folder;
  mkdirSync(generation, { recursive: true });
  sweep();
  const release = await lock(folder, { ...patience, realpath: false });
  try {
    if (!existsSync(folder)) await bringUp(wanted, options, folder);
  } finally {
    await release();
  }
  return folder;
}

async function bringUp(wanted: Wanted, options: WorldOptions, folder: string): Promise<void> {
  // However slow the copies' clouds are, the first ones are not.
  await using world = await startWorld({ ...options, latency: 0 });
  await using stack = await openStack(world, wanted(world));
  const up = await stack.up();
  if (up.exitCode !== 0) throw new Error(`a community that tests begin from did not come up:\n${up.output}`);
  const part = mkdtempSync(`${folder}.part-`);
  const write = (name: keyof Kept, text: string) =>
    writeFileSync(join(part, name), text.replaceAll(world.url, placeholder));
  write("clouds", JSON.stringify(await world.state()));
  write("state", readFileSync(stackFile(stack.place), "utf8"));
  write("config", readFileSync(join(stack.place.project, `Pulumi.${stack.place.stack}.yaml`), "utf8"));
  // A folder under its final name is complete: the rename is the last act.
  renameSync(part, folder);
}

/** Leaves the newest generations: a checkout goes back and forth between a few contents, and each is some megabytes. */
function sweep(): void {
  // Another file's tests may sweep at the same moment: what they removed counts as old.
  const age = (name: string) => statSync(join(kept, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const generations = readdirSync(kept).sort((a, b) => age(b) - age(a));
  for (const name of generations.slice(4)) rmSync(join(kept, name), { recursive: true, force: true });
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
