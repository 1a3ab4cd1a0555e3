import { createHash } from "node:crypto";

/**
 * The owner's mark. Fly apps have no labels, but everybody in the organisation can read the names of an app's
 * secrets (`secrets list`); only the values are hidden. So each app of ours has a secret whose name contains
 * the identity of the stack that owns the app: `MASTIFF_STACK_3F9A1C0B77DE`.
 *
 * An app is ours when it has our mark, or when it is in our organisation and still empty: a crash between
 * `apps create` and the mark leaves an empty app. Any other app belongs to somebody else and is never
 * adopted.
 */
const prefix = "MASTIFF_STACK_";

/**
 * Name of the secret that marks an app as the stack's.
 *
 * @param stack `<identity> <project>/<stack>`; before identities, only the name, whose hash is the mark
 */
export function markOf(stack: string): string {
  const [, identity] = /^([0-9a-f]{12}) /.exec(stack) ?? [];
  const hash = () => createHash("sha256").update(stack).digest("hex").slice(0, 12);
  return prefix + (identity ?? hash()).toUpperCase();
}

/** The mark that Mastiff set for the stack of this name before identities existed. */
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

/** The app's owner, according to the names of the app's secrets. */
export function ownerOf(
  stack: string,
  secretNames: readonly string[],
): "ours" | "another stack's" | "unmarked" {
  if (secretNames.includes(markOf(stack))) return "ours";
  return secretNames.some(isMark) ? "another stack's" : "unmarked";
}

/**
 * True for secrets with a name of Mastiff's: marks, seals, debts, and what only its own scripts read (the
 * bucket's key of the backups). They say nothing about what an app is used for.
 */
export function isOwnSecret(secretName: string): boolean {
  return secretName.startsWith("MASTIFF_");
}
