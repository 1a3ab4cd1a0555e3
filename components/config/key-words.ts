/** What docs/config.md, the schema for editors and `pulumi new` say about a key. */
import type { z } from "zod";

/** The documentation of one key. Its type, bounds and fixed default are in its form (the zod type). */
export interface KeyWords {
  /** What the key decides, and the effect of a change where that is not obvious. */
  description: string;
  /** A value as Pulumi stores it: text; objects and lists as JSON. Never a real secret. */
  example: string;
  /** What applies without the key, where the form has no default: derived from other keys, or nothing. */
  unset?: string;
  /** Further reading: pages below docs/, with their anchors. */
  see?: readonly string[];
}

/** Attaches a key's words to its form. Must be the last step of the form: any further step of zod loses the words. */
export function described<T extends z.ZodType>(form: T, words: KeyWords): T {
  return form.meta({ ...words });
}

/** The words of a key. @throws Error for a form without a description or an example */
export function wordsOf(form: z.ZodType): KeyWords {
  const words = form.meta() as Partial<KeyWords> | undefined;
  if (words?.description === undefined || words.example === undefined)
    throw new Error("a config key has no description or no example");
  return { ...words, description: words.description, example: words.example };
}
