/** The commands of the operators' pages, as a person would type them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../sandbox/toolchain/paths.ts";
import { wordsOf } from "./printed-fix.ts";

/** The pages whose commands are listed in handbook-commands.ts. */
export const handbookPages = ["docs/operations.md", "docs/backups.md", "docs/housekeeping.md"] as const;

/** Stands for what only the person knows: digits that an account, a key's id and a name may have. */
const known = "0123456789abcdef0123456789abcdef";

export const textOf = (page: string): string => readFileSync(join(root, page), "utf8");

/** The command lines of each block of a page, without comments; a loop of the shell is one line. */
export function blocksOf(page: string): string[][] {
  return [...textOf(page).matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => {
    const lines = block.split("\n").map((line) => line.replace(/(^|\s)#\s.*$/, "").trim());
    const joined = lines.filter(Boolean).join("\n");
    return joined
      .replace(/^for .*?\ndone$/gms, (loop) =>
        loop.replace(/(\bdo)?\n/g, (_end, isHead) => (isHead ? "do " : "; ")),
      )
      .split("\n");
  });
}

/** A row of the table of symptoms that opens the chapter on bad days. */
export interface Symptom {
  symptom: string;
  command: string;
  shows: string;
  then: string;
}

export function symptoms(): Symptom[] {
  const chapter = textOf("docs/operations.md").split("\n## Bad days\n")[1] ?? "";
  const [table = ""] = /(?:^\|.*\n)+/m.exec(chapter) ?? [];
  const [, , ...rows] = table.trimEnd().split("\n");
  return rows.map((row) => {
    const [symptom = "", command = "", shows = "", then = ""] = row.slice(2, -2).split(" | ");
    return { symptom, command, shows, then };
  });
}

/** Commands that are a cell of a table: the first ones of the symptoms, and those of each day. */
export function commandsInTables(page: string): string[] {
  return [...textOf(page).matchAll(/^\|[^|]* \| `((?:npx|pulumi|export) [^`|]+)` \|/gm)].map(
    ([, line = ""]) => line,
  );
}

/** Every command line of the blocks and tables of the pages, once. */
export function handbookLines(): string[] {
  const lines = handbookPages.flatMap((page) => [...blocksOf(page).flat(), ...commandsInTables(page)]);
  return [...new Set(lines)];
}

/** Commands that stand in the text of a page, between backticks. What stands for any command is left out. */
export function commandsInText(page: string): string[] {
  const text = textOf(page).replaceAll(/^```.*?^```$/gms, "");
  return [...text.matchAll(/`((?:npx mastiff|pulumi config) [^`]+)`/g)]
    .map(([, command = ""]) => command.replaceAll(/\s+/g, " "))
    .filter((command) => !command.includes("<command>"));
}

/** The words of each program that a line starts, in their order; placeholders are filled in, redirections left out. */
export function programsOf(line: string): string[][] {
  return line
    .replaceAll(/<[^<>]+>/g, known)
    .replaceAll(/\s\d?>>?\s+[^\s;]+/g, "")
    .split(/\s+(?:&&|\|)\s+|;\s+/)
    .map(wordsOf);
}
