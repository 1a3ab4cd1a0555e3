/**
 * What the driver is doing, on stderr, in plain words with the time it took so far:
 * `database: preparing (42 s)`. A step that lasts says so again from time to time, since hours of silence
 * (a migration) look like a hang.
 */
const started = Date.now();
const againAfterMs = 30_000;
let beat: NodeJS.Timeout | undefined;
let redact: (text: string) => string = (text) => text;

/** Everything said from here on goes through the redactor. */
export function redactProgress(redactor: (text: string) => string): void {
  redact = redactor;
}

/** Say what happens now. `subject` is what people call the thing: database, web, certificate. */
export function say(subject: string, what: string): void {
  clearInterval(beat);
  write(subject, what);
  beat = setInterval(() => write(subject, what), againAfterMs);
  beat.unref();
}

/** Say something by the way, while what was said before goes on. */
export function tell(subject: string, what: string): void {
  write(subject, what);
}

function write(subject: string, what: string): void {
  const seconds = Math.round((Date.now() - started) / 1000);
  process.stderr.write(`${redact(`${subject}: ${what}`)} (${elapsed(seconds)})\n`);
}

/** 42 s, 3 min 5 s, 1 h 12 min. */
function elapsed(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
