/** Something that the operator can put right: its message says all, and a stack would only hide it. */
export class OperatorError extends Error {
  override name = "OperatorError";
}
