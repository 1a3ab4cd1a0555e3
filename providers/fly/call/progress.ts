/**
 * The driver's current step, on stderr, in plain words with the time since the run began:
 * `database: preparing (42 s)`. A long step prints its line again every 30 s, since hours of silence
 * (a migration) look like a hang.
 */
import { type Shell, shell } from "../../shared/shell.ts";

const againAfterMs = 30_000;

interface Progress {
  started: number;
  beat?: NodeJS.Timeout;
  redact(text: string): string;
}
const runs = new WeakMap<Shell, Progress>();

/** The progress of the current run. */
function progress(): Progress {
  const known = runs.get(shell());
  if (known !== undefined) return known;
  const fresh = { started: Date.now(), redact: (text: string) => text };
  runs.set(shell(), fresh);
  return fresh;
}

/** All later lines go through the redactor. */
export function redactProgress(redactor: (text: string) => string): void {
  progress().redact = redactor;
}

/** Prints the step that begins now. `subject` is the resource's everyday name: database, web, certificate. */
export function say(subject: string, what: string): void {
  const mine = progress();
  clearInterval(mine.beat);
  write(subject, what);
  mine.beat = setInterval(() => write(subject, what), againAfterMs);
  mine.beat.unref();
}

/** Stops repeating the last step's line: the run is over. */
export function fallSilent(): void {
  clearInterval(progress().beat);
}

/** Prints a remark while the current step continues. */
export function tell(subject: string, what: string): void {
  write(subject, what);
}

function write(subject: string, what: string): void {
  const { started, redact } = progress();
  const seconds = Math.round((Date.now() - started) / 1000);
  shell().stderr(`${redact(`${subject}: ${what}`)} (${elapsed(seconds)})\n`);
}

/** 42 s, 3 min 5 s, 1 h 12 min. */
function elapsed(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
