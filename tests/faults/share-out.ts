/**
 * Gives each item to the next free worker.
 *
 * @param items an iterator that all workers share: each takes the next item that is left.
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
