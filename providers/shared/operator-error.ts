/** An error that the operator can fix: its message says everything, and a stack trace would only hide it. */
export class OperatorError extends Error {
  override name = "OperatorError";
}
