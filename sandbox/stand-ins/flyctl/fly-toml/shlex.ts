/** Splits a command line into words without a shell. Source: google/shlex. */
import { FlyError } from "../go/errors.ts";

/** The words of a line: blanks separate them, quotes join them, a backslash escapes, `#` begins a comment. */
export function splitCommand(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let i = 0; i < line.length; i++) {
    const char = line[i] ?? "";
    if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "#" && word === undefined) {
      const end = line.indexOf("\n", i);
      i = end < 0 ? line.length : end;
    } else if (char === "\\") {
      i++;
      if (i >= line.length) throw new FlyError("EOF found after escape character");
      word = (word ?? "") + line[i];
    } else if (char === "'" || char === '"') {
      const quoted = readQuoted(line, i + 1, char);
      word = (word ?? "") + quoted.text;
      i = quoted.end;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function readQuoted(line: string, from: number, quote: string): { text: string; end: number } {
  let text = "";
  for (let i = from; i < line.length; i++) {
    const char = line[i] ?? "";
    if (char === quote) return { text, end: i };
    if (char === "\\" && quote === '"') {
      i++;
      if (i >= line.length) throw new FlyError("EOF found when expecting closing quote");
      text += line[i];
    } else {
      text += char;
    }
  }
  throw new FlyError("EOF found when expecting closing quote");
}
