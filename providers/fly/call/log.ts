import * as argv from "./argv.ts";
import type { Fly } from "./flyctl.ts";
import { jsonStream } from "./parse.ts";

/** One line that a machine printed. */
export interface LogLine {
  timestamp: string;
  message: string;
}

/** Lines that Fly's init and the kernel write into a machine's log. They say nothing about the program in it. */
const linesOfFly = [
  /^\s*(?:Starting init \(commit|Preparing to run|Pulling container image|Successfully prepared image)/,
  /^\s*(?:Configuring firecracker|Machine (?:created|started|creating)|machine (?:started|became) in)/i,
  /^\s*INFO (?:Preparing to run|Main child exited|Sending signal|Starting clean up|Umounting|\[fly api proxy\])/,
  /^\s*(?:INFO|WARN) (?:hallpass|could not unmount)/,
  /^\s*\[\s*\d+\.\d+\] /,
];

/**
 * The newest lines of one machine's own output, oldest first; empty when there are none yet, or when the log
 * cannot be read. Fly keeps a page of about a hundred lines.
 *
 * @param echo the machine's command. init prints the command before running it, and a script of several lines
 *   would look like output of the program. Default: nothing is left out.
 * @param timeoutMs limit for the call, which flyctl needs: it waits indefinitely for a first line
 *   (flyctl: logs/polling.go). Default 4 s.
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

/** As {@link logOf}. `isWhole`: the log contains Fly's line about the end of the program, its last line. */
export async function pageOf(
  fly: Fly,
  app: string,
  machine: string,
  echo: readonly string[],
  timeoutMs: number,
): Promise<{ lines: LogLine[]; isWhole: boolean }> {
  // A log that cannot be read counts as empty.
  const output = await fly.glance(argv.logs(app, machine), { app, timeoutMs }).catch(() => "");
  if (output === "") {
    // Keeps the caller from asking again at once.
    await fly.pause(500);
    return { lines: [], isWhole: false };
  }
  const entries = jsonStream(output) as (LogLine & { meta?: Meta })[];
  const own = entries.filter((entry) => isFromProgram(entry.meta));
  const isWhole = entries.some(
    (one) => !isFromProgram(one.meta) && /\bMain child exited\b/.test(one.message),
  );
  return { lines: ownLines(own, echo), isWhole };
}

/** Where an entry comes from. flyctl prints the names of Go's fields; Fly's API has them in lower case. */
interface Meta {
  Event?: { Provider?: string };
  event?: { provider?: string };
}

/** Whether the machine's program wrote an entry. Fly's own entries have another provider, e.g. `runner`. */
function isFromProgram(meta: Meta | undefined): boolean {
  const provider = meta?.Event?.Provider ?? meta?.event?.provider ?? "";
  return provider === "" || provider === "app";
}

/**
 * Entries line by line, without blank lines, Fly's own lines and the command's echo. A line that the program
 * prints is left out too if the command contains the same line.
 */
export function ownLines(entries: readonly LogLine[], echo: readonly string[]): LogLine[] {
  const script = new Set(echo.flatMap((word) => word.split("\n")).map((line) => line.trim()));
  // init appends its own words to the last line of the echo: "…` as root".
  const isEcho = (text: string) => script.has(text.trim()) || /^\s*` as \w+$/.test(text);
  return entries
    .flatMap(({ timestamp, message }) => message.split("\n").map((line) => ({ timestamp, message: line })))
    .filter(({ message }) => message.trim() !== "" && !isEcho(message))
    .filter(({ message }) => !linesOfFly.some((pattern) => pattern.test(message)));
}

/** The last lines of a failing machine, redacted, for an error. @param count at most so many. Default 10. */
export async function lastWords(fly: Fly, app: string, machine: string, count = 10): Promise<string[]> {
  const lines = await logOf(fly, app, machine);
  return lines.slice(-count).map((line) => fly.redact(line.message));
}
