/** What a run prints as a fix, as a person would carry it out. */
import type { TestStack } from "./stack.ts";

/** Stands in a printed command for what only the person knows. */
const placeholder = /<[^>]+>/;

/**
 * Carries out the first printed `pulumi config set` of a key as it stands.
 *
 * @param printed what a failed run printed
 * @param key with its namespace; a path into an object as `pulumi config set --path` takes it
 * @param value for the placeholder in the printed command; ignored where the command has none
 * @throws Error when no such command is printed
 */
export async function applyPrintedFix(
  stack: TestStack,
  printed: string,
  key: string,
  value: string,
): Promise<void> {
  const line = printed
    .split("\n")
    .map((text) => /pulumi config set (.*)$/.exec(text.trim())?.[1]?.trim())
    .find((rest) => rest?.replace(/^--path /, "").startsWith(`${key} `));
  if (line === undefined) throw new Error(`no fix for ${key} is printed:\n${printed}`);
  const [, said = ""] = /^(?:--path )?\S+ (.*?)(?: && .*| \(docs\/.*)?$/.exec(line) ?? [];
  const given = said.replace(/^'(.*)'$/, "$1");
  await stack.set(key, given.replace(placeholder, value), line.startsWith("--path "));
}
