/**
 * Commands that change one part of an object in Pulumi's config. They name every part: `pulumi config set --path` on an
 * object that was set as JSON text replaces the whole object with the one part, and `pulumi config rm --path` leaves
 * such an object as it is and says nothing. `set-all --path` keeps or makes an object whose parts later commands can set.
 */

/** The parts of an object by name. */
export type Parts = Readonly<Record<string, unknown>>;

/**
 * The command that sets these parts of an object, and keeps the parts beside them.
 *
 * @param key with its namespace: `mastiff:web`
 * @param parts all parts of the object; one without a value (undefined or null) is left out
 * @param secret whether the parts are stored encrypted. Default false.
 */
export function setParts(key: string, parts: object, secret = false): string {
  const flag = secret ? "--secret" : "--plaintext";
  const words = Object.entries(parts)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${flag} ${shellWord(`${partOf(key, name)}=${textOf(value)}`)}`);
  return `pulumi config set-all --path ${words.join(" ")}`;
}

/**
 * Like {@link setParts}, but one command per part, for values that stay texts though they look like numbers.
 */
export function setTexts(key: string, parts: object): string[] {
  return Object.entries(parts).map(
    ([name, value]) =>
      `pulumi config set --path ${shellWord(partOf(key, name))} ${shellWord(textOf(value))} --type string`,
  );
}

/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+:,./=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function partOf(key: string, name: string): string {
  return /^\w+$/.test(name) ? `${key}.${name}` : `${key}[${JSON.stringify(name)}]`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
