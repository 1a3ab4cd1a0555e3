import { readFileSync } from "node:fs";

/**
 * A command that connects to PostgreSQL itself instead of the proxy in front of it (scripts/direct.sh),
 * because its connection may be silent for longer than the proxy allows. The command replaces the shell, so
 * signals reach the command and the exit code is the command's.
 */
export function direct(command: readonly string[]): string[] {
  const script = readFileSync(new URL("../scripts/direct.sh", import.meta.url), "utf8");
  return ["sh", "-c", script, "sh", ...command];
}
