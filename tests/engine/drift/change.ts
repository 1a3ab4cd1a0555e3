/** What other hands may change in the clouds, and what has to come of it: the form of the drift tables. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFailed, test } from "vitest";
import { type Community, communityThatIsUp, type Wanted } from "../../support/golden.ts";
import type { TestStack } from "../../support/stack.ts";
import type { TestWorld } from "../../support/world.ts";

// biome-ignore lint/suspicious/noExplicitAny: the clouds' state is theirs.
export type CloudState = any;

/** Something that other hands change, and what a preview has to say of it. */
export interface Change {
  what: string;
  make(state: CloudState): void;
  /** Logical name of the resource that is updated (or `create <name>`), and the words for it; a refresh has none. */
  seen: Record<string, RegExp | undefined>;
}

/** Changes that are made at once, and the flags with which they are seen. */
export type Round = [title: string, args: string[], changes: Change[]];

/**
 * Plays the rounds in a community that is up, one after the other.
 *
 * @param wanted its stack. Default: the repository's dev stack.
 * @returns its world, once it runs.
 */
export function playRounds(rounds: readonly Round[], wanted?: Wanted): () => TestWorld {
  let community: Community;
  beforeAll(async () => {
    community = await communityThatIsUp(wanted);
  });
  afterAll(() => community?.[Symbol.asyncDispose]());
  test.each(rounds)("%s", (_title, args, changes) => play(community.world, community.stack, args, changes));
  return () => community.world;
}

/**
 * Makes the changes of a round: the preview shows just what they concern, in their words, `up` of that very plan
 * mends it, and the next preview is clean.
 */
async function play(world: TestWorld, stack: TestStack, args: string[], changes: Change[]): Promise<void> {
  onTestFailed(async () => {
    await stack.up("--refresh");
  });
  await world.meddle((state) => {
    for (const change of changes) change.make(state);
  });
  const plan = join(world.folder, "plan.json");
  const preview = await stack.preview(...args, `--save-plan=${plan}`);
  expect(preview.exitCode, preview.output).toBe(0);
  const expected = new Set(changes.flatMap(({ seen }) => Object.keys(seen)));
  const steps = preview.changes.filter(({ op }) => op !== "refresh").map(({ op, name }) => `${op} ${name}`);
  const output = preview.output.replaceAll('\\"', '"');
  expect(steps.sort(), output).toEqual(
    [...expected].map((name) => (name.includes(" ") ? name : `update ${name}`)).sort(),
  );
  for (const { what, seen } of changes) {
    for (const words of Object.values(seen)) if (words) expect(output, what).toMatch(words);
  }
  const up = await stack.up(...args, `--plan=${plan}`);
  expect(up.exitCode, up.output).toBe(0);
  const clean = await stack.preview(...args, "--expect-no-changes");
  expect(clean.exitCode, clean.output).toBe(0);
}

/** The first machine of a process group that is there. */
export function machineOf(state: CloudState, app: string, group: string): CloudState {
  return machinesOf(state, app).find(({ config }) => config.metadata?.fly_process_group === group);
}

/** An app's machines that are there. */
export function machinesOf(state: CloudState, app: string): CloudState[] {
  return Object.values<CloudState>(state.fly.apps[app].machines).filter(
    (machine) => machine.state !== "destroyed",
  );
}

interface DnsRecord {
  type: string;
  name: string;
  content: string;
  proxied: boolean;
}

/** The record of a name. @throws Error when there is none. */
export function recordOf(state: CloudState, type: string, name: string): DnsRecord {
  const found = (state.cloudflare.records as DnsRecord[]).find(
    (one) => one.type === type && one.name === name,
  );
  if (found === undefined) throw new Error(`the zone has no ${type} ${name}`);
  return found;
}

/** Takes an item out of its list. */
export function remove<T>(list: T[], item: T): void {
  list.splice(list.indexOf(item), 1);
}
