import { readFileSync } from "node:fs";

/**
 * A command that reaches PostgreSQL itself instead of the proxy in front of it (scripts/direct.sh): for what may be
 * silent for longer than the proxy lets it. The shell is replaced by the command, so signals and the exit code are its.
 */
export function direct(command: readonly string[]): string[] {
  const script = readFileSync(new URL("../scripts/direct.sh", import.meta.url), "utf8");
  return ["sh", "-c", script, "sh", ...command];
}
