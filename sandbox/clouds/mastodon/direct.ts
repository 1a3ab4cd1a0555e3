/** `sh -c "# mastiff: direct …" sh <command>`: the script is known by its first line, and its effect is modelled. */

/** The command behind the script, and the environment that it sees: any other command as it is. */
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
