/**
 * The parts of an error that the driver shows: what is wrong (redacted), which config key set it, how to fix
 * it, whether a plain retry helps, and what flyctl said.
 */
export interface Problem {
  /** What is wrong, as one sentence. */
  what: string;
  /** The config key behind it, as the operator knows it: `mastiff:app`. */
  setIn?: string;
  /** What to do; several lines for several steps or alternatives. */
  fix?: string | readonly string[];
  /** Whether another `pulumi up` can succeed without a change. */
  retry?: string;
  /** The app, host or database of the run, where `what` does not name it. */
  about?: string;
  /** The call that failed: argv and exit code, redacted. */
  call?: string;
  /** Last lines of flyctl's or a machine's output, redacted. */
  said?: readonly string[];
}

/** A failure that a person can act on: shown as its parts, without a stack. */
export class DriverError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: { cause?: unknown }) {
    super(show(problem), options);
    this.name = "DriverError";
    this.problem = problem;
  }
}

/** The sentence, then labelled lines; continuation lines are indented like the text above them. */
export function show({ what, setIn, fix, retry, about, call, said }: Problem): string {
  const parts: [string, readonly string[]][] = [
    ["set in", setIn === undefined ? [] : [setIn]],
    ["fix", fix === undefined ? [] : typeof fix === "string" ? [fix] : fix],
    ["retry", retry === undefined ? [] : [retry]],
    ["about", about === undefined ? [] : [about]],
    ["flyctl", call === undefined ? [] : [call]],
    ["said", said ?? []],
  ];
  const lines = parts.flatMap(([label, texts]) =>
    texts.map((text, i) => `  ${(i === 0 ? label : "").padEnd(8)}${text}`),
  );
  return [what, ...lines].join("\n");
}

/** Ready-made answers to "does a retry help?". */
export const retry = {
  yes: "helps: the next run completes whatever is half done",
  no: "does not help before this is changed",
} as const;

/** Why a flyctl call failed, as far as the driver acts on it. */
export type Reason =
  | "missing" // no flyctl on PATH
  | "login" // no token, or one that Fly rejects
  | "forbidden" // a token without the permission, or a resource in another organisation
  | "absent" // the resource does not exist
  | "exists" // the resource to create exists already
  | "limited" // 429
  | "deadline" // 408: Fly aborted a command inside a machine
  | "busy" // somebody else is changing a machine and holds its lease
  | "capacity" // no room for a machine of this size in its region
  | "server" // 5xx
  | "network" // no answer at all
  | "garbled" // an answer that flyctl cannot read
  | "timeout" // the driver's own limit: the call took too long
  | "stopped" // the driver itself was told to stop
  | "organization"
  | "region"
  | "plan"
  | "image"
  | "other";

/** A flyctl call that failed. */
export class FlyctlFailure extends Error {
  readonly reason: Reason;
  /** Redacted, on one line. */
  readonly call: string;
  readonly exitCode: number | undefined;
  /** flyctl's message, redacted. */
  readonly said: string;
  /** stdout up to the failure, not redacted: may contain the id of a machine that was created anyway. */
  readonly stdout: string;

  constructor(o: {
    reason: Reason;
    call: string;
    exitCode: number | undefined;
    said: string;
    stdout: string;
  }) {
    super(`${o.call}: ${o.said}`);
    this.name = "FlyctlFailure";
    this.reason = o.reason;
    this.call = o.call;
    this.exitCode = o.exitCode;
    this.said = o.said;
    this.stdout = o.stdout;
  }
}

/** True for a failure that passes by itself. */
export function isPassing(error: unknown): error is FlyctlFailure {
  const reasons = ["limited", "deadline", "busy", "server", "network", "garbled", "timeout"];
  return error instanceof FlyctlFailure && reasons.includes(error.reason);
}

/** A failure's last lines, for the `said` part. */
export function lastLines(text: string, count = 6): string[] {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .slice(-count);
}
