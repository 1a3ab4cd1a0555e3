/**
 * Commands that change one part of an object in Pulumi's config. They name every part: `pulumi config set --path` on an
 * object that was set as JSON text replaces the whole object with the one part, and `pulumi config rm --path` leaves
 * such an object as it is and says nothing. `set-all --path` keeps or makes an object whose parts later commands can set.
 */

/** The parts of an object by name. */
export type Parts = Readonly<Record<string, unknown>>;

/** A value that a command of the operator's shell prints, such as a key that only the operator has. */
export class PrintedBy {
  readonly command: string;

  constructor(command: string) {
    this.command = command;
  }
}

/**
 * The command that sets these parts of an object, and keeps the parts beside them. A part that is an object or a list
 * is set by its own parts. A part may be {@link PrintedBy} a command.
 *
 * @param key with its namespace: `mastiff:web`
 * @param parts all parts of the object; one without a value (undefined or null) is left out
 * @param secret whether the parts are stored encrypted. Default false.
 */
export function setParts(key: string, parts: object, secret = false): string {
  const flag = secret ? "--secret" : "--plaintext";
  const words = leavesOf(key, parts).map(([path, value]) => `${flag} ${wordOf(path, value)}`);
  return `pulumi config set-all --path ${words.join(" ")}`;
}

/** The single values in an object or a list, by the path that Pulumi names each with. */
export function leavesOf(path: string, value: unknown): [path: string, value: unknown][] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((one, i) => leavesOf(`${path}[${i}]`, one));
  if (typeof value !== "object" || value instanceof PrintedBy) return [[path, value]];
  return Object.entries(value).flatMap(([name, one]) => leavesOf(partOf(path, name), one));
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

function wordOf(path: string, value: unknown): string {
  return value instanceof PrintedBy ? `"${path}=$(${value.command})"` : shellWord(`${path}=${textOf(value)}`);
}

function partOf(key: string, name: string): string {
  return /^\w+$/.test(name) ? `${key}.${name}` : `${key}[${JSON.stringify(name)}]`;
}

/** A value as Pulumi stores it: a text as it is, everything else as JSON. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
