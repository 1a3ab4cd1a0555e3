/** What a run prints as a fix, as a person would carry it out. */
import type { TestStack } from "./stack.ts";

/** Stands in a printed command for what only the person knows. */
const placeholder = /<[^>]+>/;

/**
 * Carries out the first printed `pulumi config set` or `set-all` of a key as it stands.
 *
 * @param printed what a failed run printed
 * @param key with its namespace
 * @param value for the placeholder in the printed command; ignored where the command has none
 * @throws Error when no such command is printed
 */
export async function applyPrintedFix(
  stack: TestStack,
  printed: string,
  key: string,
  value: string,
): Promise<void> {
  const commands = [
    ...printed.matchAll(/pulumi config (set(?:-all)? .*?)(?: && .*|; or .*| \(docs\/.*)?$/gm),
  ];
  const found = commands.map(([, command = ""]) => wordsOf(command)).find((words) => words.some(names(key)));
  if (found === undefined) throw new Error(`no fix for ${key} is printed:\n${printed}`);
  await stack.configure(found.map((word) => word.replace(placeholder, value)));
}

/** Whether a word is the key, or sets a part of it. */
function names(key: string): (word: string) => boolean {
  return (word) => word === key || word.startsWith(`${key}.`);
}

/** The words of a command as a shell takes it apart, without what another command in it would print. */
export function wordsOf(command: string): string[] {
  const words = command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, "$1$2"));
}
