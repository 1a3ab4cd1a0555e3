/** Ends in order, whatever ends it: a signal, an error, the last line. */

/** Things to undo, latest first. */
export interface Ending {
  /** Remembers how to undo something. */
  add(undo: () => Promise<void> | void): void;
  /** Undoes everything, once. */
  run(): Promise<void>;
  /** Aborted by the first SIGINT or SIGTERM: what is under way should stop. */
  readonly signal: AbortSignal;
}

/**
 * Catches SIGINT, SIGTERM, SIGHUP and the loss of the parent process: aborts `signal`, undoes everything and exits
 * with 128 + the signal's number.
 */
export function openEnding(): Ending {
  const undos: (() => Promise<void> | void)[] = [];
  const abort = new AbortController();
  let running: Promise<void> | undefined;
  const run = () => {
    running ??= (async () => {
      for (const undo of undos.reverse()) await undo();
    })();
    return running;
  };
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
  const interrupt = (number: number) => {
    abort.abort();
    void run().finally(() => process.exit(128 + number));
  };
  for (const [name, number] of Object.entries(numbers)) process.on(name, () => interrupt(number));
  // A parent that is killed takes nobody along: this process would go on, unseen.
  const parent = process.ppid;
  const orphaned = setInterval(() => process.ppid !== parent && interrupt(numbers.SIGHUP), 500);
  orphaned.unref();
  return { add: (undo) => undos.push(undo), run, signal: abort.signal };
}
