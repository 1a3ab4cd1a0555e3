/**
 * Errors as flyctl prints them: `Error: <message>[ (Request ID: …)]`, then optional paragraphs.
 *
 * Source: superfly/flyctl internal/cli/cli.go (printError), internal/flyerr/flyerr.go.
 */

/** What an error carries beside its message. */
export interface FlyErrorDetails {
  /** Printed below the message, as a paragraph. */
  description?: string | undefined;
  /** Printed last, as a paragraph. */
  suggestion?: string | undefined;
  /** A page that says more, named last. */
  docUrl?: string | undefined;
  /** `fly-request-id` of the answer that caused it. */
  requestId?: string | undefined;
  /** The call belongs to the trace of a deployment; the trace's id is shown. */
  traced?: boolean | undefined;
  /** HTTP status of the answer that caused it. */
  status?: number | undefined;
  /** Exit code of the process; 1 unless said otherwise. */
  exitCode?: number | undefined;
  cause?: unknown;
}

/** A failure that the user is told about in one line. */
export class FlyError extends Error {
  readonly details: FlyErrorDetails;

  constructor(message: string, details: FlyErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.details = details;
  }
}

/** A prompt was due and nobody is there to answer (internal/prompt/prompt.go: ErrNonInteractive). */
export class NonInteractive extends FlyError {
  constructor(message = "prompt: non interactive") {
    super(message);
  }
}

/** A command, or a way of calling one, that the stand-in does not have. */
export class NotServed extends FlyError {
  constructor(path: string, how = "") {
    super(
      `'flyctl ${path}'${how} is not served by the stand-in flyctl: it needs the official one and the real Fly`,
    );
  }
}

/** `<text>: <error>`, keeping all that the error carries (Go's `fmt.Errorf("…: %w", err)`). */
export function wrap(text: string, error: unknown): FlyError {
  const details = error instanceof FlyError ? error.details : {};
  return new FlyError(`${text}: ${messageOf(error)}`, { ...details, cause: error });
}

/** Several failures as one (Go's `errors.Join`): a line each. */
export function joinErrors(errors: unknown[]): FlyError {
  const [first] = errors;
  const details = first instanceof FlyError ? first.details : {};
  return new FlyError(errors.map(messageOf).join("\n"), { ...details, cause: first });
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** HTTP status that an error came from, if it came from an answer. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof FlyError ? error.details.status : undefined;
}
