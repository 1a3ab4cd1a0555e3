/**
 * How things in the clouds say whose they are: `Mastiff 3f9a1c0b77de mastiff/acme`, an identity that is generated once
 * and lives in the stack's state, and the name that the stack had then. The name alone would not do: two backends may
 * know a stack of the same name, a renamed stack has another, and a fresh state has the name of the one that was lost.
 *
 *   mark           3f9a1c0b77de mastiff/acme
 *   marked text    Mastiff 3f9a1c0b77de mastiff/acme         a record's comment, the name of a ruleset, token, key
 *                  Mastiff 3f9a1c0b77de mastiff/acme (word)  …of a token or key beside the first one
 *
 * Fly's own form of it is in providers/fly/things/mark.ts.
 */

/** What a mark says. */
export interface Mark {
  /** 12 hexadecimal digits; undefined in marks of a Mastiff from before identities. */
  identity: string | undefined;
  /** `<project>/<stack>`, as it was when the identity was made. */
  stack: string;
}

/** Bytes of an identity. */
export const identityBytes = 6;

/** Cloudflare's free zones allow comments of 100 characters, SendGrid's keys have names of 100. */
const longest = 100;

/** The mark in one word, as components hand it around. */
export function markOf({ identity, stack }: { identity: string; stack: string }): string {
  return `${identity} ${stack}`;
}

/**
 * The text that a thing is marked with. The identity stands first, so that a long name cuts only itself.
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
 * Whether two texts bear marks of one stack. One from before identities is of the stack of its name: that may be this
 * one, and the next `up` renews it.
 */
export function isSameStack(text: string | null | undefined, own: string): boolean {
  const [theirs, ours] = [markIn(text), markIn(own)];
  if (theirs === undefined || ours === undefined) return false;
  return theirs.identity === undefined ? theirs.stack === ours.stack : theirs.identity === ours.identity;
}

/** Whether a text bears this very mark, whatever word stands behind it. */
export function bears(text: string | null | undefined, identity: string): boolean {
  return markIn(text)?.identity === identity;
}
