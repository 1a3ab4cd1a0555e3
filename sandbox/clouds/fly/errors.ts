/** Refusals of the Machines API and of the ui API: a status, and a body with one sentence. */

/** Handlers throw it, and `serve.ts` turns it into the answer. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string | undefined;

  /**
   * @param status HTTP status.
   * @param message Sentence that flyctl prints (superfly/fly-go: flaps/flaps.go, handleAPIError).
   * @param code Machine-readable `status` of the body (flaps/flaps_error.go: name_taken, insufficient_capacity).
   */
  constructor(status: number, message: string, code?: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** The body of the answer. */
  body(): Record<string, string> {
    return this.code === undefined ? { error: this.message } : { error: this.message, status: this.code };
  }
}
