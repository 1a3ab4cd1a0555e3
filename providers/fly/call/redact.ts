/**
 * Takes secrets out of text that people or logs get to see. Two filters, since either alone has gaps: the
 * values that came in by stdin, wherever they appear, and the formats of secrets that a cloud prints and the
 * driver never had (connection strings, tokens, the password block of `postgres create`).
 */
const shapes: [RegExp, string][] = [
  // scheme://user:password@host, with or without a user: postgres, redis, rediss, https, smtp …
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):[^\s@/]+@/gi, "$1:[secret]@"],
  // Fly's tokens: macaroons and the older personal ones.
  [/\b(?:FlyV1\s+)?fm[12][a-z]?_[A-Za-z0-9+/=_,-]+/g, "[secret]"],
  [/\bfo1_[A-Za-z0-9_-]+/g, "[secret]"],
  // Cloudflare's, of users, of accounts, and the global key (developers.cloudflare.com/fundamentals/api/get-started/token-formats).
  [/\bcf(?:ut|at|k)_[A-Za-z0-9_-]{8,}/g, "[secret]"],
  // SendGrid's keys, which SMTP errors often quote.
  [/\bSG\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g, "[secret]"],
  [/^(\s*(?:Password|Private URL|Connection string)\s*[:│]\s*)\S+.*$/gim, "$1[secret]"],
  // A verifier is not the password, but is private too.
  [/SCRAM-SHA-256\$[^\s'"]+/g, "[secret]"],
  [/\b(Authorization:\s*)\S.*$/gim, "$1[secret]"],
  // NAME=value with the name of a secret (an echoed secrets line, an `env` in a log).
  [
    /\b([A-Z0-9_]*(?:PASSWORD|SECRET|TOKEN|PRIVATE_KEY|ENCRYPTION)[A-Z0-9_]*)=(?!-(?:\s|$))("[^"\n]*"|'[^'\n]*'|[^\s"']+)/g,
    "$1=[secret]",
  ],
];

/** Shorter values are not redacted: a "1" or "true" would blank out half of any text. */
const shortest = 6;

/** A function that redacts the given values and everything that looks like a secret. */
export function redactor(values: Iterable<string>): (text: string) => string {
  const known = new Set<string>();
  for (const value of values) {
    for (const form of [
      value,
      ...value.split("\n"),
      JSON.stringify(value).slice(1, -1),
      encodeURIComponent(value),
    ]) {
      if (form.trim().length >= shortest) known.add(form.trim());
    }
  }
  // Longest first: a value that contains another must be replaced before the other.
  const ordered = [...known].sort((a, b) => b.length - a.length);
  return (text) => {
    let out = text;
    for (const value of ordered) out = out.replaceAll(value, "[secret]");
    for (const [shape, replacement] of shapes) out = out.replace(shape, replacement);
    return out;
  };
}

/** An argv as one line for people: redacted, long arguments (scripts) cut, quoted where a shell needs it. */
export function showArgv(argv: readonly string[], redact: (text: string) => string): string {
  return argv
    .map((argument) => {
      const oneLine = redact(argument).split("\n");
      const text = oneLine.length > 1 ? `${oneLine[0]} …` : (oneLine[0] ?? "");
      const cut = text.length > 120 ? `${text.slice(0, 117)}…` : text;
      return /^[\w@%+=:,./*-]+$/.test(cut) ? cut : `'${cut}'`;
    })
    .join(" ");
}
