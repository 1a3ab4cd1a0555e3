/**
 * The part of a shell that commands in machines need: words, quotes, `$NAME`, one pipe.
 *
 * Fly splits a command line into words without expanding anything. Only an explicit `sh -c` expands. There
 * `$4` in double quotes is an (empty) positional parameter, not text, so a password verifier must be escaped.
 */

/** Splits a line into words as a shell would, without expansion (Fly uses google/shlex). */
export function split(line: string): string[] {
  return parse(line, undefined)[0] ?? [];
}

/** The commands of a pipe, with variables expanded from an environment. */
export function pipeline(script: string, env: Record<string, string>): string[][] {
  return parse(script, env);
}

function parse(text: string, env: Record<string, string> | undefined): string[][] {
  const commands: string[][] = [[]];
  let word: string | undefined;
  let at = 0;
  const add = (piece: string) => {
    word = (word ?? "") + piece;
  };
  const end = () => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  while (at < text.length) {
    const char = text[at] as string;
    if (/\s/.test(char)) {
      end();
      at++;
    } else if (char === "'") {
      const close = text.indexOf("'", at + 1);
      if (close === -1) throw new SyntaxError("unterminated quoted string");
      add(text.slice(at + 1, close));
      at = close + 1;
    } else if (char === '"') {
      add("");
      at = quoted(text, at + 1, env, add);
    } else if (char === "\\") {
      add(text[at + 1] ?? "");
      at += 2;
    } else if (char === "|" && env !== undefined) {
      end();
      commands.push([]);
      at++;
    } else if (char === "$" && env !== undefined) {
      const [value, next] = expand(text, at, env);
      if (value !== "") add(value);
      at = next;
    } else {
      add(char);
      at++;
    }
  }
  end();
  return commands;
}

/** Reads up to the closing double quote. Returns the position after it. */
function quoted(
  text: string,
  from: number,
  env: Record<string, string> | undefined,
  add: (piece: string) => void,
): number {
  let at = from;
  for (; at < text.length; ) {
    const char = text[at] as string;
    if (char === '"') return at + 1;
    if (char === "\\" && '$`"\\\n'.includes(text[at + 1] ?? " ")) {
      add(text[at + 1] === "\n" ? "" : (text[at + 1] ?? ""));
      at += 2;
    } else if (char === "$" && env !== undefined) {
      const [value, next] = expand(text, at, env);
      add(value);
      at = next;
    } else {
      add(char);
      at++;
    }
  }
  throw new SyntaxError("unterminated quoted string");
}

/** `$NAME`, `${NAME}`, `$4`; a lone `$` stays. Returns the value and the position after the expression. */
function expand(text: string, at: number, env: Record<string, string>): [string, number] {
  const found = /^\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*)|(\d))/.exec(text.slice(at));
  if (found === null) return ["$", at + 1];
  const name = found[1] ?? found[2];
  return [name === undefined ? "" : (env[name] ?? ""), at + found[0].length];
}
