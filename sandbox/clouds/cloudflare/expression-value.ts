/** Expressions that compute a header's value: literals, fields, and functions that return text. */
import { FilterError } from "./expression.ts";
import { type Facts, fields } from "./expression-fields.ts";

/** Computes a header's value for a request. */
export type ValueOf = (facts: Facts) => string;

/**
 * Parses a value expression: a quoted literal, a field, `concat(…)`, `lower(…)`, `upper(…)`, `to_string(…)`.
 * developers.cloudflare.com/ruleset-engine/rules-language/functions
 *
 * @throws FilterError for every other expression.
 */
export function parseValue(text: string): ValueOf {
  const [value, rest] = read(text.trim());
  if (rest.trim() !== "") throw new FilterError(`unrecognised input: ${rest.trim()}`);
  return value;
}

function read(text: string): [ValueOf, string] {
  const literal = /^"((?:[^"\\]|\\.)*)"/s.exec(text);
  if (literal !== null) {
    const value = (literal[1] ?? "").replace(/\\(["\\])/g, "$1");
    return [() => value, text.slice(literal[0].length)];
  }
  const name = /^[a-z_][a-z0-9_.]*/i.exec(text)?.[0];
  if (name === undefined) throw new FilterError(`unrecognised input: ${text}`);
  const rest = text.slice(name.length).trimStart();
  if (!rest.startsWith("(")) {
    const field = fields[name]?.get;
    if (field === undefined) throw new FilterError(`unknown identifier: ${name}`);
    return [(facts) => String(field(facts)), rest];
  }
  const parts: ValueOf[] = [];
  let left = rest.slice(1).trimStart();
  while (!left.startsWith(")")) {
    const [part, after] = read(left);
    parts.push(part);
    left = after.trimStart();
    if (left.startsWith(",")) left = left.slice(1).trimStart();
    else if (!left.startsWith(")")) throw new FilterError('expected literal ")"');
  }
  return [call(name, parts), left.slice(1)];
}

function call(name: string, parts: ValueOf[]): ValueOf {
  const joined: ValueOf = (facts) => parts.map((p) => p(facts)).join("");
  if (name === "concat" && parts.length > 0) return joined;
  if (parts.length !== 1) throw new FilterError(`invalid number of arguments for ${name}`);
  if (name === "lower") return (facts) => joined(facts).toLowerCase();
  if (name === "upper") return (facts) => joined(facts).toUpperCase();
  if (name === "to_string") return joined;
  throw new FilterError(`unknown identifier: ${name}`);
}
