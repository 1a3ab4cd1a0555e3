/** Cleans up at the end of a program, whether a signal, an error or its last line ends it. */

/** The steps that undo what a program did, latest first. */
export interface Ending {
  /** Registers a step. */
  add(undo: () => Promise<void> | void): void;
  /** Runs all steps once. */
  run(): Promise<void>;
  /** Aborted by the first SIGINT or SIGTERM: running work should stop. */
  readonly signal: AbortSignal;
}

/**
 * Catches SIGINT, SIGTERM, SIGHUP and the loss of the parent process. Then aborts `signal`, undoes everything
 * and exits with 128 + the signal's number.
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
  // A killed parent does not end its children: without this check the process would go on unseen.
  const parent = process.ppid;
  const orphaned = setInterval(() => process.ppid !== parent && interrupt(numbers.SIGHUP), 500);
  orphaned.unref();
  return { add: (undo) => undos.push(undo), run, signal: abort.signal };
}
