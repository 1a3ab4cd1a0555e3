/**
 * The mark that says which stack a thing in the clouds belongs to: `Mastiff 3f9a1c0b77de mastiff/acme`. It
 * has an identity, which is generated once and kept in the stack's state, and the stack's name at that time.
 * The name alone is not enough: two backends may have stacks of the same name, a stack may be renamed, and a
 * fresh state may have the name of a lost one.
 *
 *   mark           3f9a1c0b77de mastiff/acme
 *   marked text    Mastiff 3f9a1c0b77de mastiff/acme         a record's comment, the name of a ruleset, token, key
 *                  Mastiff 3f9a1c0b77de mastiff/acme (word)  …of a token or key beside the first one
 *
 * The form of a mark at Fly is in providers/fly/things/mark.ts.
 */

/** What a mark says. */
export interface Mark {
  /** 12 hexadecimal digits; undefined in marks of a Mastiff version that had no identities. */
  identity: string | undefined;
  /** `<project>/<stack>`, as it was when the identity was made. */
  stack: string;
}

/** Bytes of an identity. */
export const identityBytes = 6;

/** Cloudflare's free zones allow comments of 100 characters, and SendGrid names of 100 for keys. */
const longest = 100;

/** The mark as one text, as components pass it around. */
export function markOf({ identity, stack }: { identity: string; stack: string }): string {
  return `${identity} ${stack}`;
}

/**
 * The text that a thing is marked with. The identity comes first, so that only a long name is cut.
 *
 * @param word tells several things of one stack apart
 */
export function marked(mark: string, word?: string): string {
  const end = word === undefined ? "" : ` (${word})`;
  return `Mastiff ${mark}`.slice(0, longest - end.length) + end;
}

/** Reads the mark in a comment, description or name; undefined where there is none. */
export function markIn(text: string | null | undefined): Mark | undefined {
  const [, identity, stack] = /\bmastiff ([0-9a-f]{12}) (\S+)/i.exec(text ?? "") ?? [];
  if (identity !== undefined && stack !== undefined) return { identity, stack };
  const [, earlier] = /^mastiff ([\w.-]+\/[\w.-]+)(?: \(.+\))?$/i.exec(text ?? "") ?? [];
  return earlier === undefined ? undefined : { identity: undefined, stack: earlier };
}

/**
 * Whether two texts carry marks of the same stack. A mark without identity is compared by the stack's name:
 * it may be this stack's, and the next `up` renews it.
 */
export function isSameStack(text: string | null | undefined, own: string): boolean {
  const [theirs, ours] = [markIn(text), markIn(own)];
  if (theirs === undefined || ours === undefined) return false;
  return theirs.identity === undefined ? theirs.stack === ours.stack : theirs.identity === ours.identity;
}

/** Whether a text carries a mark with this identity, whatever word follows it. */
export function bears(text: string | null | undefined, identity: string): boolean {
  return markIn(text)?.identity === identity;
}
