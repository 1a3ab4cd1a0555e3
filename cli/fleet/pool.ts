/** Works on many things, a few at a time. */
import { setMaxListeners } from "node:events";

/**
 * Works on the items in their order, at most so many at once.
 *
 * @param mayBegin asked before each item; false: neither it nor a later one begins
 * @param work rejects only for a defect, which ends everything
 * @returns a result for each item; undefined: it did not begin
 */
export async function inPool<Item, Result>(
  items: readonly Item[],
  parallel: number,
  mayBegin: () => boolean,
  work: (item: Item) => Promise<Result>,
): Promise<(Result | undefined)[]> {
  // Each pulumi that is started listens for signals until it ends (cli/pulumi.ts).
  setMaxListeners(0, process);
  const results: (Result | undefined)[] = items.map(() => undefined);
  const waiting = items.entries();
  const worker = async () => {
    for (const [index, item] of waiting) {
      if (!mayBegin()) return;
      results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
  return results;
}
