/** What docs/config.md, the schema for editors and `pulumi new` say about a key. */
import type { z } from "zod";

/** The words that belong to one key. Its type, its bounds and a fixed default are in the form itself. */
export interface KeyWords {
  /** What the key decides, and what a change of it does where that is not obvious. */
  description: string;
  /** A value as Pulumi keeps it: text, objects and lists as JSON. Never a real secret. */
  example: string;
  /** What holds without the key, where the form has no default: it follows from other keys, or is nothing. */
  unset?: string;
  /** Where more is written: pages below docs/, with their anchors. */
  see?: readonly string[];
}

/** Attaches its words to the form of a key. The last step of a form: zod gives words to one object alone. */
export function described<T extends z.ZodType>(form: T, words: KeyWords): T {
  return form.meta({ ...words });
}

/** The words of a key. @throws Error for a form that has none */
export function wordsOf(form: z.ZodType): KeyWords {
  const words = form.meta() as Partial<KeyWords> | undefined;
  if (words?.description === undefined || words.example === undefined)
    throw new Error("a config key has no description or no example");
  return { ...words, description: words.description, example: words.example };
}
