/**
 * Errors in flyctl's format: `Error: <message>[ (Request ID: …)]`, then optional paragraphs.
 *
 * Source: superfly/flyctl internal/cli/cli.go (printError), internal/flyerr/flyerr.go.
 */

/** Data of an error in addition to its message. */
export interface FlyErrorDetails {
  /** Printed below the message, as a paragraph. */
  description?: string | undefined;
  /** Printed last, as a paragraph. */
  suggestion?: string | undefined;
  /** Address of a page with more information. It is printed last. */
  docUrl?: string | undefined;
  /** `fly-request-id` of the answer that caused it. */
  requestId?: string | undefined;
  /** True: the call belongs to the trace of a deployment, and the trace's id is printed. */
  traced?: boolean | undefined;
  /** HTTP status of the answer that caused it. */
  status?: number | undefined;
  /** Exit code of the process. Default: 1. */
  exitCode?: number | undefined;
  cause?: unknown;
}

/** A failure that is reported to the user in one line. */
export class FlyError extends Error {
  readonly details: FlyErrorDetails;

  constructor(message: string, details: FlyErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.details = details;
  }
}

/** A prompt without a terminal (internal/prompt/prompt.go: ErrNonInteractive). */
export class NonInteractive extends FlyError {
  constructor(message = "prompt: non interactive") {
    super(message);
  }
}

/** A command, or a way of calling one, that the stand-in does not serve. */
export class NotServed extends FlyError {
  constructor(path: string, how = "") {
    super(
      `'flyctl ${path}'${how} is not served by the stand-in flyctl: it needs the official one and the real Fly`,
    );
  }
}

/** `<text>: <error>`, with all data of the error (Go's `fmt.Errorf("…: %w", err)`). */
export function wrap(text: string, error: unknown): FlyError {
  const details = error instanceof FlyError ? error.details : {};
  return new FlyError(`${text}: ${messageOf(error)}`, { ...details, cause: error });
}

/** Several failures as one error, a line for each (Go's `errors.Join`). */
export function joinErrors(errors: unknown[]): FlyError {
  const [first] = errors;
  const details = first instanceof FlyError ? first.details : {};
  return new FlyError(errors.map(messageOf).join("\n"), { ...details, cause: first });
}

/** The message of a thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** HTTP status of the answer that caused an error; undefined if there was none. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof FlyError ? error.details.status : undefined;
}
