/** A mistake that somebody could make in the product, as a small edit. Pure. */

export interface Fault {
  /** Short and lasting: the record of who caught it goes by this name. */
  name: string;
  /** File of the product, relative to the checkout. */
  file: string;
  /** Stands exactly once in the file. */
  text: string;
  replacement: string;
  /** What is wrong then, and what comes of it. */
  what: string;
}

/** The part of the product that a fault is in: its folder (`providers/fly/`), or the file at the top (`index.ts`). */
export function roomOf({ file }: Fault): string {
  const folders = file.split("/").slice(0, -1).slice(0, 2);
  return folders.length === 0 ? file : `${folders.join("/")}/`;
}

/**
 * The file's content with the fault in it.
 *
 * @throws Error when the text is not there exactly once: the file has moved on, and the edit has to be fitted anew
 */
export function faulty(content: string, { name, file, text, replacement }: Fault): string {
  const found = content.split(text).length - 1;
  if (found !== 1)
    throw new Error(
      `${name}: its text is ${found} times in ${file}, not once. Fit the edit to the file as it is now (tests/deliberate/faults/):\n${text}`,
    );
  // As a function: a `$` in the replacement is no pattern.
  return content.replace(text, () => replacement);
}
