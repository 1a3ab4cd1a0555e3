/** Works on many things, a few at a time. */

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
