/**
 * Parses address lists as Ruby's mail gem does, so that a sender that the gem refuses is refused here too.
 *
 * Source: mikel/mail lib/mail/parsers/rfc5322_address.rl, rfc5322_lexical_tokens.rl,
 * lib/mail/elements/address.rb.
 */

/** One mailbox. The gem accepts a local part alone as an address. */
export interface Mailbox {
  displayName: string | undefined;
  local: string;
  domain: string | undefined;
}

interface Token {
  kind: "atom" | "quoted" | "literal" | "." | "@" | "<" | ">" | "," | ";" | ":";
  text: string;
  /** Whether white space or a comment precedes the token. */
  gap: boolean;
}

const atext = /[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10ffff}]+/uy;
const quoted = /"((?:[\t \x21\x23-\x5b\x5d-\x7e\u0080-\u{10ffff}]|\\[\t\x20-\x7e])*)"/uy;
const literal = /\[[\t \x21-\x5a\x5e-\x7e\u0080-\u{10ffff}]*\]/uy;
const comment = /\((?:[^()\\]|\\.)*\)/uy;

/**
 * The mailboxes of a list in order, including those in groups; undefined:
 * `Mail::Field::IncompleteParseError`.
 */
export function parseAddresses(text: string): Mailbox[] | undefined {
  const tokens = tokensOf(text);
  return tokens && new List(tokens).all();
}

/** The sender's address when the From field is a list: the first address. */
export function firstAddress(text: string): string {
  const first = parseAddresses(text)?.[0];
  if (first === undefined) return "";
  return first.domain === undefined ? first.local : `${first.local}@${first.domain}`;
}

function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  let gap = false;
  const take = (form: RegExp): RegExpExecArray | null => {
    form.lastIndex = at;
    const found = form.exec(text);
    if (found !== null) at = form.lastIndex;
    return found;
  };
  while (at < text.length) {
    if (take(/[ \t]+/y) !== null || take(comment) !== null) {
      gap = true;
      continue;
    }
    const char = text[at] ?? "";
    let token: Token | undefined;
    if (".@<>,;:".includes(char)) {
      token = { kind: char as Token["kind"], text: char, gap };
      at++;
    } else {
      const string = take(quoted);
      const found = string ?? take(literal) ?? take(atext);
      if (found === null) return undefined;
      const kind = string !== null ? "quoted" : found[0].startsWith("[") ? "literal" : "atom";
      token = { kind, text: string === null ? found[0] : (string[1] ?? ""), gap };
    }
    tokens.push(token);
    gap = false;
  }
  return tokens;
}

class List {
  readonly #tokens: Token[];
  #at = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  all(): Mailbox[] | undefined {
    const found = this.#mailboxes(false);
    return this.#at === this.#tokens.length ? found : undefined;
  }

  #kind(): Token["kind"] | undefined {
    return this.#tokens[this.#at]?.kind;
  }

  /** Mailboxes between separators. In a group, `;` ends the list. */
  #mailboxes(inGroup: boolean): Mailbox[] | undefined {
    const found: Mailbox[] = [];
    for (;;) {
      while (this.#kind() === "," || (!inGroup && this.#kind() === ";")) this.#at++;
      if (this.#kind() === undefined || (inGroup && this.#kind() === ";")) return found;
      const next = this.#address(inGroup);
      if (next === undefined) return undefined;
      found.push(...next);
      const end = this.#kind();
      if (end !== undefined && end !== "," && end !== ";") return undefined;
    }
  }

  #address(inGroup: boolean): Mailbox[] | undefined {
    const head: Token[] = [];
    while (["atom", "quoted", "literal", ".", "@"].includes(this.#kind() ?? "")) {
      head.push(this.#tokens[this.#at++] as Token);
    }
    if (this.#kind() === "<") {
      if (head.some(({ kind }) => kind === "literal")) return undefined;
      const end = this.#tokens.findIndex(({ kind }, i) => i > this.#at && kind === ">");
      if (end < 0) return undefined;
      const inner = addrSpec(this.#tokens.slice(this.#at + 1, end));
      this.#at = end + 1;
      return inner && [{ ...inner, displayName: head.length === 0 ? undefined : phrase(head) }];
    }
    if (this.#kind() === ":") {
      if (inGroup || head.length === 0 || head.some(({ kind }) => kind === "literal")) return undefined;
      this.#at++;
      const members = this.#mailboxes(true);
      if (members === undefined || this.#kind() !== ";") return undefined;
      this.#at++;
      return members;
    }
    const spec = addrSpec(head);
    return spec && [spec];
  }
}

/** `local@domain`, or a local part alone. Words without a dot between them are neither. */
function addrSpec(tokens: Token[]): Mailbox | undefined {
  const at = tokens.findIndex(({ kind }) => kind === "@");
  const local = at < 0 ? tokens : tokens.slice(0, at);
  const domain = at < 0 ? undefined : tokens.slice(at + 1);
  if (!isDotted(local) || local.some(({ kind }) => kind === "literal")) return undefined;
  if (domain !== undefined && !isDotted(domain)) return undefined;
  const text = (parts: Token[]) => parts.map((part) => part.text).join("");
  return { displayName: undefined, local: text(local), domain: domain && text(domain) };
}

function isDotted(tokens: Token[]): boolean {
  if (!tokens.some(({ kind }) => kind !== ".")) return false;
  return tokens.every(
    ({ kind }, i) => kind !== "@" && (i === 0 || kind === "." || tokens[i - 1]?.kind === "."),
  );
}

function phrase(tokens: Token[]): string {
  return tokens
    .map(
      ({ kind, text, gap }) => `${gap ? " " : ""}${kind === "quoted" ? text.replace(/\\(.)/g, "$1") : text}`,
    )
    .join("")
    .trim();
}
