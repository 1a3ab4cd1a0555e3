/**
 * Runs one command on this machine.
 *
 * @see pulumi/pulumi-command: provider/pkg/provider/local/base.go
 */

import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import grpc from "@grpc/grpc-js";
import type { EngineProcess } from "../engine-process.ts";
import { findExecutable } from "../nodejs/executable.ts";
import { ProviderError } from "../provider.ts";
import type { CommandFields } from "./fields.ts";

export interface Previous {
  stdout?: string;
  stderr?: string;
}

export interface Ran {
  /** Without the final line end. */
  stdout: string;
  stderr: string;
}

export interface Surroundings {
  engine: EngineProcess;
  cancelled: AbortSignal;
  /** Gets each line of the output that is to be logged. */
  log(line: string): void;
}

/**
 * Runs a command to its end. When cancelled, it kills the command with all processes of its group.
 *
 * @param previous output of the last run, for PULUMI_COMMAND_STDOUT and PULUMI_COMMAND_STDERR.
 * @throws Error with the reason, the command and its output, when it cannot start or exits with another code
 * than 0.
 */
export async function runCommand(
  command: string,
  fields: CommandFields,
  previous: Previous,
  around: Surroundings,
): Promise<Ran> {
  const [program = "/bin/sh", ...first] = fields.interpreter?.length ? fields.interpreter : ["/bin/sh", "-c"];
  const directory = fields.dir ?? around.engine.directory;
  let both = "";
  const failed = (reason: string) => new Error(`${reason}: running ${goQuote(command)}:\n${both}`);

  if (around.cancelled.aborted) {
    throw new ProviderError(grpc.status.CANCELLED, failed("context canceled").message);
  }
  const path = program.includes("/") ? program : findExecutable(program, around.engine.environment);
  if (path === undefined) throw failed(`exec: ${goQuote(program)}: executable file not found in $PATH`);
  const folder = statSync(directory, { throwIfNoEntry: false });
  if (folder === undefined) throw failed(`chdir ${directory}: no such file or directory`);
  if (!folder.isDirectory()) throw failed(`fork/exec ${path}: not a directory`);

  const output = { stdout: "", stderr: "" };
  const lines = lineSplitter(around.log);
  // The command gets its own process group, so that a kill also reaches its children.
  const child = spawn(path, [...first, command], {
    cwd: directory,
    env: environmentFor(fields, previous, around.engine),
    stdio: [fields.stdin ? "pipe" : "ignore", "pipe", "pipe"],
    detached: true,
  });
  const kill = () => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  around.cancelled.addEventListener("abort", kill, { once: true });
  for (const name of ["stdout", "stderr"] as const) {
    const decoder = new StringDecoder("utf8");
    const logged = shows(fields.logging, name);
    const take = (text: string) => {
      output[name] += text;
      both += text;
      if (logged) lines.push(text);
    };
    child[name]?.on("data", (chunk: Buffer) => take(decoder.write(chunk)));
    child[name]?.on("end", () => take(decoder.end()));
  }
  // A command may end without reading its input.
  child.stdin?.on("error", () => {});
  child.stdin?.end(fields.stdin);

  const reason = await new Promise<string | undefined>((resolve) => {
    child.on("error", (error: NodeJS.ErrnoException) => resolve(`fork/exec ${path}: ${systemText(error)}`));
    child.on("close", (code, signal) => {
      if (signal !== null) resolve(`signal: ${signalText(signal)}`);
      else resolve(code === 0 ? undefined : `exit status ${code}`);
    });
  });
  around.cancelled.removeEventListener("abort", kill);
  lines.end();
  if (reason !== undefined) throw failed(reason);
  return { stdout: output.stdout.replace(/\n$/, ""), stderr: output.stderr.replace(/\n$/, "") };
}

function environmentFor(
  fields: CommandFields,
  previous: Previous,
  engine: EngineProcess,
): Record<string, string> {
  const environment = { ...engine.environment, ...fields.environment };
  if (fields.addPreviousOutputInEnv ?? true) {
    if (previous.stdout) environment.PULUMI_COMMAND_STDOUT = previous.stdout;
    if (previous.stderr) environment.PULUMI_COMMAND_STDERR = previous.stderr;
  }
  return environment;
}

function shows(logging: string | undefined, stream: "stdout" | "stderr"): boolean {
  return logging === undefined || logging === stream || logging === "stdoutAndStderr";
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended in the meantime.
  }
}

/** Splits text that arrives in pieces into lines. */
function lineSplitter(take: (line: string) => void): { push(text: string): void; end(): void } {
  let rest = "";
  return {
    push(text) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(line.replace(/\r$/, ""));
    },
    end() {
      if (rest !== "") take(rest.replace(/\r$/, ""));
    },
  };
}

/** The system's message, as Go prints it. */
function systemText(error: NodeJS.ErrnoException): string {
  const texts: Record<string, string> = {
    ENOENT: "no such file or directory",
    EACCES: "permission denied",
    E2BIG: "argument list too long",
    ENOEXEC: "exec format error",
    ENOTDIR: "not a directory",
    EISDIR: "is a directory",
  };
  return texts[error.code ?? ""] ?? error.message;
}

function signalText(signal: NodeJS.Signals): string {
  const texts: Partial<Record<NodeJS.Signals, string>> = {
    SIGHUP: "hangup",
    SIGINT: "interrupt",
    SIGQUIT: "quit",
    SIGABRT: "aborted",
    SIGKILL: "killed",
    SIGSEGV: "segmentation fault",
    SIGPIPE: "broken pipe",
    SIGALRM: "alarm clock",
    SIGTERM: "terminated",
    SIGUSR1: "user defined signal 1",
    SIGUSR2: "user defined signal 2",
  };
  return texts[signal] ?? signal;
}

/** A string between double quotes as Go's `%q` writes it. */
function goQuote(text: string): string {
  const short: Record<string, string> = {
    "\x07": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    '"': '\\"',
    "\\": "\\\\",
  };
  const quoted = [...text].map((char) => {
    const code = char.codePointAt(0) ?? 0;
    if (short[char] !== undefined) return short[char];
    if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, "0")}`;
    return char;
  });
  return `"${quoted.join("")}"`;
}
