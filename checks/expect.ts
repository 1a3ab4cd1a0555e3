/** The few comparisons that the checks need; each reports what it saw instead. */
import type { Instead } from "./check.ts";
import type { Answer } from "./visitor.ts";

/** A check's finding. Its message is one line for a person. */
export class Finding extends Error {
  /** What this finding has in place of the check's own words. */
  readonly instead: Instead;

  constructor(seen: string, instead: Instead = {}) {
    super(seen);
    this.instead = instead;
  }
}

/** @throws Finding with what was seen, unless `holds` is true. */
export function must(holds: boolean, seen: string, instead?: Instead): asserts holds {
  if (!holds) throw new Finding(seen, instead);
}

/** The answer has this status. */
export function status(answer: Answer, wanted: number, instead?: Instead): void {
  must(answer.status === wanted, `status ${answer.status}, should be ${wanted}${excerpt(answer)}`, instead);
}

/** The header has this value, or matches it. */
export function header(answer: Answer, name: string, wanted: string | RegExp, instead?: Instead): void {
  const value = answer.headers[name.toLowerCase()];
  const holds = typeof wanted === "string" ? value === wanted : wanted.test(value ?? "");
  const seen = value === undefined ? "absent" : `"${value}"`;
  must(holds, `header ${name} is ${seen}, should be ${wanted}`, instead);
}

/** The body as JSON. */
export function json(answer: Answer): Record<string, unknown> {
  try {
    return JSON.parse(answer.body) as Record<string, unknown>;
  } catch {
    throw new Finding(`the body is not JSON${excerpt(answer)}`);
  }
}

/** The body as JSON, to find the way to the next question; undefined where {@link json} reports it. */
export function parsed(answer: Answer): unknown {
  try {
    return JSON.parse(answer.body);
  } catch {
    return undefined;
  }
}

/** The value at a dotted path of a JSON document. */
export function at(document: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], document);
}

/** The value at a path equals the wanted one. */
export function field(document: unknown, path: string, wanted: unknown, instead?: Instead): void {
  const value = at(document, path);
  must(
    value === wanted,
    `${path} is ${JSON.stringify(value) ?? "absent"}, should be ${JSON.stringify(wanted)}`,
    instead,
  );
}

function excerpt(answer: Answer): string {
  const text = answer.body.replace(/\s+/g, " ").trim().slice(0, 100);
  return text === "" ? "" : ` (${text})`;
}
