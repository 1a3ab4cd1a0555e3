/**
 * A visitor at every step of a run: each call that changes a cloud is held right after the cloud acted, until the
 * visitor has looked. What holds at all of these moments holds all the while, since nothing moves in between.
 */
import type { JournalEntry, TestWorld } from "./world.ts";

/** A call that is held while the visitor looks. */
export interface HeldCall {
  id: number;
  cloud: JournalEntry["cloud"];
  method: string;
  path: string;
  body: string;
}

/** How a run went that was visited. */
export interface Visited<T> {
  outcome: T;
  /** The changing calls, in order. */
  calls: HeldCall[];
}

const hold = "visit";

/**
 * @param visit looks; when it throws, the run goes on to its end, then the first error is thrown
 */
export async function visited<T>(
  world: TestWorld,
  run: () => Promise<T>,
  visit: (call: HeldCall) => Promise<void>,
): Promise<Visited<T>> {
  await world.faults({ changing: true, times: -1, when: "after", action: { hold } });
  const over = new AbortController();
  const calls: HeldCall[] = [];
  const problems: unknown[] = [];
  const running = run().finally(() => over.abort());
  try {
    for (;;) {
      const held = await heldIn(world, over.signal);
      if (held === undefined) break;
      for (const call of held) {
        calls.push(call);
        await visit(call).catch((problem: unknown) => problems.push(problem));
        await world.release(`${hold}?id=${call.id}`);
      }
    }
  } finally {
    await world.faults();
    await world.release(hold);
  }
  const outcome = await running;
  if (problems.length > 0) throw problems[0];
  return { outcome, calls };
}

/** The calls that wait, once there is one; undefined when the run is over. */
async function heldIn(world: TestWorld, signal: AbortSignal): Promise<HeldCall[] | undefined> {
  try {
    const answer = await fetch(`${world.url}/_local/held/${hold}?wait`, { signal });
    return ((await answer.json()) as { calls: HeldCall[] }).calls;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
