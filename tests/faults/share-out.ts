/**
 * Gives each item to the next worker that is free.
 *
 * @param items an iterator, which all share: each takes the next item that nobody has taken.
 */
export async function shareOut<Item, Worker>(
  items: IterableIterator<Item>,
  workers: readonly Worker[],
  work: (item: Item, worker: Worker) => Promise<void>,
): Promise<void> {
  await Promise.all(
    workers.map(async (worker) => {
      for (const item of items) await work(item, worker);
    }),
  );
}
