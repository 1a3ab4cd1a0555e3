import { createHash } from "node:crypto";

/**
 * The owner's mark. Fly apps carry no labels, but the names of an app's secrets are readable by anyone in
 * the organisation (`secrets list`), while only their values are not. So an app of ours holds a secret whose
 * name has the identity of the stack that owns it: `MASTIFF_STACK_3F9A1C0B77DE`.
 *
 * An app is ours when it has our mark, or when it is in our organisation and still empty: that is what a
 * crash between `apps create` and the mark leaves behind. Anything else is somebody's, and never adopted.
 */
const prefix = "MASTIFF_STACK_";

/**
 * Name of the secret that marks an app as the stack's.
 *
 * @param stack `<identity> <project>/<stack>`; of a Mastiff from before identities the name alone, and its hash
 */
export function markOf(stack: string): string {
  const [, identity] = /^([0-9a-f]{12}) /.exec(stack) ?? [];
  const hash = () => createHash("sha256").update(stack).digest("hex").slice(0, 12);
  return prefix + (identity ?? hash()).toUpperCase();
}

/** The mark that a Mastiff from before identities left for the stack of this name. */
export function earlierMarkOf(stack: string): string {
  return markOf(stack.replace(/^[0-9a-f]{12} /, ""));
}

/** True for the mark of any stack. */
export function isMark(secretName: string): boolean {
  return secretName.startsWith(prefix);
}

/** Identity in a mark, in lower case. */
export function identityIn(mark: string): string {
  return mark.slice(prefix.length).toLowerCase();
}

/** What the names of an app's secrets say about its owner. */
export function ownerOf(
  stack: string,
  secretNames: readonly string[],
): "ours" | "another stack's" | "unmarked" {
  if (secretNames.includes(markOf(stack))) return "ours";
  return secretNames.some(isMark) ? "another stack's" : "unmarked";
}

/** The driver's own secrets: marks, seals and notes of work begun. Never shown as drift, never unset as unwanted. */
export function isOwnSecret(secretName: string): boolean {
  return secretName.startsWith("MASTIFF_");
}
