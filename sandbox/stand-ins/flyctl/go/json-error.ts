/**
 * Go's errors for text that is not JSON. Source: Go's encoding/json (scanner.go, stream.go).
 *
 * It is called only for text that `JSON.parse` has refused, so it does not build a value.
 */

class Wrong extends Error {}

class End extends Error {}

const escapes = '"\\/bfnrt';

class Scanner {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): void {
    this.value();
    this.skipBlanks();
    this.refuse("after top-level value");
  }

  private peek(): string {
    const char = this.text[this.at];
    if (char === undefined) throw new End();
    return char;
  }

  private refuse(context: string): never {
    const char = this.peek();
    const shown = char === "'" ? "\\'" : char === '"' ? '"' : JSON.stringify(char).slice(1, -1);
    throw new Wrong(`invalid character '${shown}' ${context}`);
  }

  private skipBlanks(): void {
    while (/[ \t\r\n]/.test(this.peek())) this.at++;
  }

  private value(): void {
    this.skipBlanks();
    const char = this.peek();
    if (char === "{") this.object();
    else if (char === "[") this.array();
    else if (char === '"') this.string();
    else if (/[-\d]/.test(char)) this.number();
    else if (/[tfn]/.test(char)) this.literal(char === "t" ? "true" : char === "f" ? "false" : "null");
    else this.refuse("looking for beginning of value");
  }

  private object(): void {
    this.at++;
    this.skipBlanks();
    if (this.peek() === "}") {
      this.at++;
      return;
    }
    for (;;) {
      this.skipBlanks();
      if (this.peek() !== '"') this.refuse("looking for beginning of object key string");
      this.string();
      this.skipBlanks();
      if (this.peek() !== ":") this.refuse("after object key");
      this.at++;
      this.value();
      if (this.next("}", "after object key:value pair")) return;
    }
  }

  private array(): void {
    this.at++;
    this.skipBlanks();
    if (this.peek() === "]") {
      this.at++;
      return;
    }
    for (;;) {
      this.value();
      if (this.next("]", "after array element")) return;
    }
  }

  /** Skips a comma or the closing character. Returns true for the closing character. */
  private next(closing: string, context: string): boolean {
    this.skipBlanks();
    const char = this.peek();
    if (char !== closing && char !== ",") this.refuse(context);
    this.at++;
    return char === closing;
  }

  private string(): void {
    this.at++;
    for (; this.peek() !== '"'; this.at++) {
      if (this.peek() < " ") this.refuse("in string literal");
      if (this.peek() === "\\") this.escape();
    }
    this.at++;
  }

  private escape(): void {
    this.at++;
    if (this.peek() !== "u") {
      if (!escapes.includes(this.peek())) this.refuse("in string escape code");
      return;
    }
    for (let i = 0; i < 4; i++) {
      this.at++;
      if (!/[0-9a-fA-F]/.test(this.peek())) this.refuse("in \\u hexadecimal character escape");
    }
  }

  private number(): void {
    if (this.peek() === "-") this.at++;
    if (this.peek() === "0") this.at++;
    else this.digits("in numeric literal");
    if (this.peek() === ".") {
      this.at++;
      this.digits("after decimal point in numeric literal");
    }
    if (!/[eE]/.test(this.peek())) return;
    this.at++;
    if (/[+-]/.test(this.peek())) this.at++;
    this.digits("in exponent of numeric literal");
  }

  private digits(context: string): void {
    if (!/\d/.test(this.peek())) this.refuse(context);
    while (/\d/.test(this.peek())) this.at++;
  }

  private literal(word: string): void {
    for (const char of word) {
      if (this.peek() !== char) this.refuse(`in literal ${word} (expecting '${char}')`);
      this.at++;
    }
  }
}

/** The error of `json.Unmarshal`, which gets the whole text. */
export function unmarshalError(text: string): string {
  return scan(`${text} `, "unexpected end of JSON input");
}

/** The error of a `json.Decoder`, which reads the text from a stream. */
export function decodeError(text: string): string {
  return scan(text, text.trim() === "" ? "EOF" : "unexpected EOF");
}

function scan(text: string, atEnd: string): string {
  try {
    new Scanner(text).document();
  } catch (error) {
    if (error instanceof Wrong) return error.message;
    if (!(error instanceof End)) throw error;
  }
  return atEnd;
}
