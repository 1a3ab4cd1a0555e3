import * as argv from "./argv.ts";
import type { Fly } from "./flyctl.ts";
import { jsonStream } from "./parse.ts";

/** One line that a machine printed. */
export interface LogLine {
  timestamp: string;
  message: string;
}

/** Fly's own lines in a machine's log: about pulling and starting, never about what the program does. */
const chatter = [
  /^\s*(?:Starting init \(commit|Preparing to run|Pulling container image|Successfully prepared image)/,
  /^\s*(?:Configuring firecracker|Machine (?:created|started|creating)|machine (?:started|became) in)/i,
  /^\s*INFO (?:Preparing to run|Main child exited|Sending signal|Starting clean up|Umounting|\[fly api proxy\])/,
  /^\s*(?:INFO|WARN) (?:hallpass|could not unmount)/,
  /^\s*\[\s*\d+\.\d+\] /,
];

/**
 * The newest lines of one machine's own output, oldest first; empty when there are none yet. Fly keeps a page
 * of about a hundred lines. flyctl waits indefinitely for a first line (logs/polling.go), hence the limit.
 *
 * @param echo the machine's command. init prints the command before running it, and a script of several lines
 *   would look like output of the program.
 */
export async function logOf(
  fly: Fly,
  app: string,
  machine: string,
  echo: readonly string[] = [],
  timeoutMs = 4000,
): Promise<LogLine[]> {
  return (await pageOf(fly, app, machine, echo, timeoutMs)).lines;
}

/** As {@link logOf}. `isWhole`: the log contains the machine's end, after which no line follows. */
export async function pageOf(
  fly: Fly,
  app: string,
  machine: string,
  echo: readonly string[],
  timeoutMs: number,
): Promise<{ lines: LogLine[]; isWhole: boolean }> {
  let output: string;
  try {
    output = await fly.once(argv.logs(app, machine), { app, timeoutMs });
  } catch {
    // Logs are optional: nothing depends on them. The pause spares a refusing Fly an immediate retry.
    await fly.pause(500);
    return { lines: [], isWhole: false };
  }
  const entries = jsonStream(output) as (LogLine & { meta?: Meta })[];
  const own = entries.filter((entry) => isApps(entry.meta));
  const isWhole = entries.some((one) => !isApps(one.meta) && /\bMain child exited\b/.test(one.message));
  return { lines: ownLines(own, echo), isWhole };
}

interface Meta {
  Event?: { Provider?: string };
  event?: { provider?: string };
}

function isApps(meta: Meta | undefined): boolean {
  const provider = meta?.Event?.Provider ?? meta?.event?.provider ?? "";
  return provider === "" || provider === "app";
}

/** Entries line by line, without Fly's own lines and without the command's echo. */
export function ownLines(entries: readonly LogLine[], echo: readonly string[]): LogLine[] {
  const script = new Set(echo.flatMap((word) => word.split("\n")).map((line) => line.trim()));
  // init appends its own words to the last line of the echo: "…` as root".
  const isEcho = (text: string) => script.has(text.trim()) || /^\s*` as \w+$/.test(text);
  return entries
    .flatMap(({ timestamp, message }) => message.split("\n").map((line) => ({ timestamp, message: line })))
    .filter(({ message }) => message.trim() !== "" && !isEcho(message))
    .filter(({ message }) => !chatter.some((pattern) => pattern.test(message)));
}

/** The last lines of a failing machine, redacted, for an error. */
export async function lastWords(fly: Fly, app: string, machine: string, count = 10): Promise<string[]> {
  const lines = await logOf(fly, app, machine);
  return lines.slice(-count).map((line) => fly.redact(line.message));
}
