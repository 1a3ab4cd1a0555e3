/**
 * The part of the Rules language that rules on hosts, methods and paths need. It is parsed like Cloudflare's
 * own engine (github.com/cloudflare/wirefilter), evaluated for a request, and refused with the same error
 * text:
 *
 *     Filter parsing error (1:11):
 *     http.host xx "a"
 *               ^^ unrecognised input
 */
import { type Facts, fields, type Kind, predicates, transforms, type Value } from "./expression-fields.ts";

/** A parsed expression. */
export type Matcher = (facts: Facts) => boolean;

/** An expression that the engine refuses. The message is the engine's and has three lines. */
export class FilterError extends Error {}

/** Comparisons by name and sign: …/rules-language/operators. `matches` needs a paid plan. */
const signs: Record<string, string> = {
  "==": "eq",
  "!=": "ne",
  "<=": "le",
  ">=": "ge",
  "<": "lt",
  ">": "gt",
};

/**
 * Parses an expression.
 *
 * @throws FilterError with the text of Cloudflare's engine.
 */
export function parseExpression(text: string): Matcher {
  const parser = new Parser(text);
  const matcher = parser.disjunction();
  parser.end();
  return matcher;
}

class Parser {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  disjunction(): Matcher {
    const first = this.#exclusive();
    const rest: Matcher[] = [];
    while (this.#word("or") || this.#sign("||")) rest.push(this.#exclusive());
    return rest.length === 0 ? first : (f) => first(f) || rest.some((m) => m(f));
  }

  end(): void {
    this.#space();
    if (this.#at < this.#text.length) throw this.#error("unrecognised input", this.#text.length - this.#at);
  }

  #exclusive(): Matcher {
    let left = this.#conjunction();
    while (this.#word("xor") || this.#sign("^^")) {
      const [a, b] = [left, this.#conjunction()];
      left = (f) => a(f) !== b(f);
    }
    return left;
  }

  #conjunction(): Matcher {
    const first = this.#unary();
    const rest: Matcher[] = [];
    while (this.#word("and") || this.#sign("&&")) rest.push(this.#unary());
    return rest.length === 0 ? first : (f) => first(f) && rest.every((m) => m(f));
  }

  #unary(): Matcher {
    if (this.#word("not") || this.#sign("!")) {
      const inner = this.#unary();
      return (f) => !inner(f);
    }
    if (this.#sign("(")) {
      const inner = this.disjunction();
      if (!this.#sign(")")) throw this.#error('expected literal ")"', this.#text.length - this.#at);
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Matcher {
    if (this.#word("true")) return () => true;
    if (this.#word("false")) return () => false;
    const start = this.#identifierStart();
    const name = this.#identifier();
    const predicate = predicates[name];
    if (predicate !== undefined) {
      const [value, literal] = this.#arguments();
      return (f) => predicate(String(value(f)), literal ?? "");
    }
    const { kind, get } = this.#operand(name, start);
    if (kind === "boolean") return (f) => get(f) === true;
    return this.#relation(kind, get);
  }

  #operand(name: string, start: number): { kind: Kind; get: Value } {
    const transform = transforms[name];
    if (transform !== undefined) {
      const [value] = this.#arguments();
      return {
        kind: name === "len" ? "number" : "string",
        get: (f) => transform(String(value(f))),
      };
    }
    const field = fields[name];
    if (field !== undefined) return field;
    this.#at = start;
    throw this.#error("unknown identifier", name.length);
  }

  #arguments(): [Value, string | undefined] {
    if (!this.#sign("(")) throw this.#error('expected literal "("', 1);
    const start = this.#identifierStart();
    const operand = this.#operand(this.#identifier(), start);
    const literal = this.#sign(",") ? this.#string() : undefined;
    if (!this.#sign(")")) throw this.#error('expected literal ")"', 1);
    return [operand.get, literal];
  }

  #relation(kind: Kind, get: Value): Matcher {
    this.#space();
    const start = this.#at;
    const found = /^(==|!=|<=|>=|<|>|(?:eq|ne|le|ge|lt|gt|in|contains|wildcard|strict wildcard)\b)/.exec(
      this.#text.slice(start),
    )?.[0];
    if (found === undefined) throw this.#error("unrecognised input", Math.max(1, this.#text.length - start));
    this.#at += found.length;
    const operator = signs[found] ?? found;
    if (operator === "in") {
      const set = this.#set(kind);
      return (f) => set.includes(get(f) as string | number);
    }
    const literal = this.#literal(kind);
    switch (operator) {
      case "eq":
        return (f) => get(f) === literal;
      case "ne":
        return (f) => get(f) !== literal;
      case "lt":
        return (f) => get(f) < literal;
      case "le":
        return (f) => get(f) <= literal;
      case "gt":
        return (f) => get(f) > literal;
      case "ge":
        return (f) => get(f) >= literal;
      case "contains":
        return (f) => String(get(f)).includes(String(literal));
      default: {
        const flags = operator === "wildcard" ? "is" : "s";
        const pattern = String(literal)
          .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
          .replaceAll("*", ".*");
        return (f) => new RegExp(`^${pattern}$`, flags).test(String(get(f)));
      }
    }
  }

  #set(kind: Kind): (string | number)[] {
    if (!this.#sign("{")) throw this.#error('expected literal "{"', 1);
    const values: (string | number)[] = [];
    while (!this.#sign("}")) {
      values.push(this.#literal(kind));
      // Values are separated by white space. A comma is a common mistake.
      if (!/^[\s}]/.test(this.#text.slice(this.#at))) {
        throw this.#error(kind === "number" ? "expected digit" : 'expected literal "\\""', 1);
      }
    }
    return values;
  }

  #literal(kind: Kind): string | number {
    if (kind !== "number") return this.#string();
    this.#space();
    const digits = /^-?\d+/.exec(this.#text.slice(this.#at))?.[0];
    if (digits === undefined) throw this.#error("expected digit", 1);
    this.#at += digits.length;
    return Number(digits);
  }

  #string(): string {
    this.#space();
    const quoted = /^"(?:[^"\\]|\\.)*"/s.exec(this.#text.slice(this.#at))?.[0];
    if (quoted === undefined) {
      throw this.#text[this.#at] === '"'
        ? this.#error("missing ending quote", this.#text.length - this.#at)
        : this.#error('expected literal "\\""', Math.max(1, this.#text.length - this.#at));
    }
    this.#at += quoted.length;
    return quoted.slice(1, -1).replace(/\\(["\\])/g, "$1");
  }

  #identifierStart(): number {
    this.#space();
    return this.#at;
  }

  #identifier(): string {
    const name = /^[a-z_][a-z0-9_]*(\.[a-z0-9_]+)*/i.exec(this.#text.slice(this.#at))?.[0];
    if (name === undefined) throw this.#error("expected identifier character", 1);
    this.#at += name.length;
    return name;
  }

  #word(word: string): boolean {
    this.#space();
    if (!new RegExp(`^${word}(?![a-z0-9_.])`, "i").test(this.#text.slice(this.#at))) return false;
    this.#at += word.length;
    return true;
  }

  #sign(sign: string): boolean {
    this.#space();
    if (!this.#text.startsWith(sign, this.#at)) return false;
    this.#at += sign.length;
    return true;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at += 1;
  }

  #error(problem: string, length: number): FilterError {
    const before = this.#text.slice(0, this.#at);
    const line = before.split("\n").length;
    const column = this.#at - (before.lastIndexOf("\n") + 1);
    const shown = this.#text.split("\n")[line - 1] ?? "";
    const marks = "^".repeat(Math.max(1, Math.min(length, shown.length - column)));
    return new FilterError(
      `Filter parsing error (${line}:${column + 1}):\n${shown}\n${" ".repeat(column)}${marks} ${problem}\n`,
    );
  }
}
