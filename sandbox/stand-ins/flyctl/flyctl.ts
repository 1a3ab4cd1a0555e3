/**
 * The stand-in flyctl: a client of the local Fly with flyctl's grammar, output, errors and exit codes.
 *
 * It sends the same requests in the same order as the official flyctl. So a program that runs flyctl gets the
 * same answers and refusals, and the same incomplete states. Commands and flags that the stand-in does not
 * implement are refused. It never reports success for them.
 */
import { randomBytes } from "node:crypto";
import { commands, usageOf, version } from "./cli/grammar.ts";
import { findPath, isRunnable, type Line, parseLine, requireServed, WrongLine } from "./cli/parse.ts";
import { findCommand } from "./commands/index.ts";
import { FlyError, messageOf } from "./go/errors.ts";
import { Run } from "./run.ts";
import { readSettings } from "./settings.ts";
import type { Shell } from "./shell.ts";

/** Runs one line. The exit code is 0, or that of the failure (default: 1). */
export async function flyctl(argv: string[], shell: Shell): Promise<number> {
  let line: Line;
  try {
    line = parseLine(argv);
  } catch (error) {
    if (!(error instanceof WrongLine)) return printError("", error, shell);
    if (!error.hint) shell.stdout(`${usageOf(error.path)}\n`);
    shell.stderr(`Error: ${error.message}\n`);
    if (error.hint) shell.stdout("Run 'flyctl --help' for usage.\n\n");
    return 1;
  }
  if (line.help || !isRunnable(line.path)) {
    shell.stdout(commands[line.path]?.help ?? "");
    return 0;
  }
  if (line.path === "" && line.flags.get("version") === true) {
    shell.stdout(`flyctl version ${version}\n`);
    return 0;
  }
  if (line.path === "help") return printHelp(line.args, shell);
  const settings = readSettings(line, shell.env);
  const run = new Run(line, settings, shell);
  try {
    const command = await findCommand(line.path);
    await tellJournal(run, argv);
    await command(run);
    return 0;
  } catch (error) {
    return printError(line.path, error, shell);
  }
}

/** Prints the help of a command, or of flyctl itself if the command does not exist. */
function printHelp(words: string[], shell: Shell): number {
  try {
    const { path } = findPath(words);
    requireServed(path);
    shell.stdout(commands[path]?.help ?? "");
  } catch (error) {
    if (!(error instanceof WrongLine)) return printError("help", error, shell);
    const topics = words.map((word) => `\`${word}\``).join(" ");
    // cobra adds these two flags at their first use, which does not happen here.
    const usage = usageOf("").replace(/^ +-[hv], --(help|version) .*\n/gm, "");
    shell.stdout(`Unknown help topic [${topics}]\n${usage}`);
  }
  return 0;
}

/**
 * Reports the run to the local Fly's journal, with argv and stdin in separate fields, so that tests can see
 * where secrets went.
 */
async function tellJournal(run: Run, argv: string[]): Promise<void> {
  const url = run.settings.apiUrl;
  if (url === undefined || !/^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(`${url}/`)) return;
  const reads = run.line.path === "secrets import" || run.args.some((arg) => /^[^=]+=-$/.test(arg));
  const stdin = reads && run.line.path.startsWith("secrets ") ? run.stdin() : "";
  try {
    await fetch(`${url}/_local/flyctl`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ argv, stdin }),
    });
  } catch {
    // Without a local Fly the command itself fails with flyctl's message.
  }
}

function printError(path: string, error: unknown, shell: Shell): number {
  if (!(error instanceof FlyError)) {
    shell.stderr(`panic: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 2;
  }
  const { requestId, description, suggestion, docUrl, traced, exitCode } = error.details;
  const request = requestId ? ` (Request ID: ${requestId})` : "";
  const trace = traced && path === "deploy" ? ` (Trace ID: ${randomBytes(16).toString("hex")})` : "";
  shell.stderr(`Error: ${messageOf(error)}${request}${trace}\n`);
  if (description) shell.stderr(`${description}\n\n`);
  if (suggestion) shell.stderr(`${suggestion}\n\n`);
  if (docUrl) shell.stderr(`View more information at  ${docUrl}\n\n`);
  return exitCode ?? 1;
}
