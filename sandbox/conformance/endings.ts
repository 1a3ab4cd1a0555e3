const endings: (() => Promise<unknown> | unknown)[] = [];

/** Registers something to be ended after all questions. */
export function closeAtEnd(end: () => Promise<unknown> | unknown): void {
  endings.push(end);
}

/** Ends everything that the questions have started. */
export async function closeAll(): Promise<void> {
  await Promise.all(endings.splice(0).map(async (end) => end()));
}
