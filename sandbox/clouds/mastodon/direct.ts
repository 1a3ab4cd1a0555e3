/**
 * `sh -c "# mastiff: direct …" sh <command>`: a script that is recognised by its first line. Its effect is
 * modelled.
 */

/**
 * The command that the script runs, with the environment that it sets. Any other command is returned as it
 * is.
 */
export function behind(
  words: string[],
  env: Record<string, string>,
): { words: string[]; env: Record<string, string> } {
  const [shell, flag, script = "", , ...command] = words;
  if (shell !== "sh" || flag !== "-c" || !script.startsWith("# mastiff: direct\n")) return { words, env };
  const { DATABASE_URL: given } = env;
  if (given === undefined) return { words: command, env };
  const url = given.replace(/@([a-z0-9-]*)\.flycast:5432\//, "@$1.internal:5433/");
  return { words: command, env: { ...env, DATABASE_URL: url } };
}
