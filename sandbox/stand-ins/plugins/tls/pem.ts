/** Data in PEM (RFC 7468): lines of 64 characters, and a line end after the last. */
export function pem(type: string, data: Buffer): string {
  const lines = data.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.map((line) => `${line}\n`).join("")}-----END ${type}-----\n`;
}

/** The first block in a text, or undefined when there is none. */
export function pemBlock(text: string): { type: string; data: Buffer } | undefined {
  const found = /-----BEGIN ([^\n-]+)-----\s*\n([\s\S]*?)-----END \1-----/.exec(text);
  if (found === null) return undefined;
  return { type: found[1] ?? "", data: Buffer.from((found[2] ?? "").replace(/\s/g, ""), "base64") };
}
