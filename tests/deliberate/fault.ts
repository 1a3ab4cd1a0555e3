/** A mistake that somebody could make in the product, as a small edit. Pure. */

export interface Fault {
  /** Short and permanent: the record of catches is kept by this name. */
  name: string;
  /** File of the product, relative to the checkout. */
  file: string;
  /** Occurs exactly once in the file. */
  text: string;
  replacement: string;
  /** The mistake and its consequence. */
  what: string;
}

/** The part of the product with the fault: a folder (`providers/fly/`), or a file at the top (`index.ts`). */
export function roomOf({ file }: Fault): string {
  const folders = file.split("/").slice(0, -1).slice(0, 2);
  return folders.length === 0 ? file : `${folders.join("/")}/`;
}

/**
 * The file's content with the fault.
 *
 * @throws Error when the text does not occur exactly once: the file has changed, and the edit has to be
 * adapted
 */
export function faulty(content: string, { name, file, text, replacement }: Fault): string {
  const found = content.split(text).length - 1;
  if (found !== 1)
    throw new Error(
      `${name}: its text is ${found} times in ${file}, not once. Fit the edit to the file as it is now (tests/deliberate/faults/):\n${text}`,
    );
  // Passed as a function, because a `$` in a replacement string is a pattern.
  return content.replace(text, () => replacement);
}
