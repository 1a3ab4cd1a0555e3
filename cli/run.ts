/**
 * `mastiff <command>`: a whole run, from words to exit code.
 *
 *   words ─► call.ts finds the command and checks its options ─► citty parses them ─► the command runs
 *                │                                                                        │
 *                └─ wrong usage: 2, nothing was done              0 done, 1 failed, or what it returns
 *
 * stdout gets results, stderr everything else.
 */
import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { runCommand } from "citty";
import { OperatorError } from "../providers/shared/operator-error.ts";
import { shell } from "../providers/shared/shell.ts";
import { callOf } from "./call.ts";
import { helpOf } from "./help.ts";
import { Interrupted } from "./pulumi.ts";
import { UsageError } from "./usage-error.ts";

/** @returns the exit code: 0 done, 1 failed, 2 wrong usage, 128 + n for signal n; or the command's own. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const call = await callOf(args);
    if (call.asks === "help") shell().stdout(await helpOf(call));
    else if (call.asks === "version") shell().stdout(`${version()}\n`);
    else {
      const { result } = await runCommand(call.command, { rawArgs: call.rawArgs });
      return typeof result === "number" ? result : 0;
    }
    return 0;
  } catch (error) {
    const { words, code } = endOf(error);
    shell().stderr(`${words}\n`);
    return code;
  }
}

function endOf(error: unknown): { words: string; code: number } {
  if (!(error instanceof Error)) return { words: String(error), code: 1 };
  if (error instanceof UsageError) return { words: error.message, code: 2 };
  // citty does not export its class.
  if (error.name === "CLIError") return { words: stripVTControlCharacters(error.message), code: 2 };
  if (error instanceof Interrupted) return { words: error.message, code: error.exitCode };
  if (error instanceof OperatorError) return { words: error.message, code: 1 };
  return { words: error.stack ?? error.message, code: 1 };
}

function version(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
