/**
 * The input of `secrets import`: NAME=VALUE lines with comments, quotes and three-quote blocks.
 *
 * Source: superfly/flyctl internal/command/secrets/parser.go. Its pitfalls are kept: a `#` outside of double
 * quotes ends the value, and an unterminated block and lines beyond 64 KiB are dropped without a message.
 */
import { FlyError } from "./go/errors.ts";

/** Go's bufio.Scanner stops at a longer line. */
const longestLine = 64 * 1024;

/** Values by name. */
export function parseSecrets(text: string): Record<string, string> {
  const secrets: Record<string, string> = {};
  let block: { name: string; text: string } | undefined;
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const raw of lines) {
    const line = raw.replace(/\r$/, "");
    if (Buffer.byteLength(raw) >= longestLine) break;
    if (block !== undefined) {
      if (line.endsWith('"""')) {
        secrets[block.name] = block.text + line.slice(0, -3);
        block = undefined;
      } else {
        block.text += `${line}\n`;
      }
      continue;
    }
    if (line.startsWith("#") || line.trim() === "") continue;
    const at = line.indexOf("=");
    if (at < 0) throw new FlyError(`Secrets must be provided as NAME=VALUE pairs (${line} is invalid)`);
    const name = line.slice(0, at).trim();
    const value = withoutComment(line.slice(at + 1).replace(/^ +/, ""));
    if (value.startsWith('"""') && !(value.endsWith('"""') && value.length >= 6)) {
      block = { name, text: `${value.slice(3)}\n` };
    } else {
      secrets[name] = unquote(value);
    }
  }
  return secrets;
}

function withoutComment(value: string): string {
  const at = value.indexOf("#");
  if (at < 0) return value;
  const before = value.slice(0, at);
  return (before.split('"').length - 1) % 2 === 0 ? before.replace(/ +$/, "") : value;
}

function unquote(value: string): string {
  if (value.startsWith('"""') && value.endsWith('"""') && value.length >= 6) return value.slice(3, -3);
  for (const quote of ['"', "'"]) {
    if (value.startsWith(quote) && value.endsWith(quote)) return value.slice(1, -1);
  }
  return value;
}
