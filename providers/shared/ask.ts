/**
 * Asks the person at the terminal.
 *
 * @param isHidden whether what is typed is not shown
 * @returns undefined when the person has ended it: Ctrl-C, Ctrl-D
 */
export async function ask(question: string, { isHidden = false } = {}): Promise<string | undefined> {
  // Loaded here: the driver starts often, and never asks.
  const [{ createInterface }, { Writable }] = await Promise.all([
    import("node:readline"),
    import("node:stream"),
  ]);
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const output = isHidden ? nowhere : process.stderr;
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  try {
    return await new Promise<string | undefined>((resolve) => {
      lines.once("line", resolve);
      lines.once("close", () => resolve(undefined));
      lines.once("SIGINT", () => resolve(undefined));
    });
  } finally {
    lines.close();
    if (isHidden) process.stderr.write("\n");
  }
}
