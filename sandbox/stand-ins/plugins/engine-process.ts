/**
 * The engine's environment and folder.
 *
 * A plugin that an engine starts inherits the engine's environment and works in the program's folder
 * (pulumi/pulumi: sdk/go/common/resource/plugin/plugin.go). Programs and commands need both: credentials,
 * PATH, relative paths. An engine that attaches to a running plugin sends neither. So both are read from the
 * process that listens on the engine's address. This needs /proc (Linux). On other systems the environment
 * and folder of this process are used, so it must be started in the same folder and environment as the
 * engine.
 */

import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";

export interface EngineProcess {
  environment: Record<string, string>;
  /** The working folder of a plugin that the engine starts: the program's folder, or the engine's if there is none. */
  directory: string;
}

/** @param address host and port of the engine's service; undefined if no engine has sent it. */
export function engineProcess(address: string | undefined): EngineProcess {
  const port = Number(address?.split(":").at(-1));
  const own = { environment: { ...process.env } as Record<string, string>, directory: process.cwd() };
  try {
    const pid = listener(port);
    if (pid === undefined) return own;
    return {
      environment: environmentOf(readFileSync(`/proc/${pid}/environ`, "utf8")),
      directory: programDirectory(readlinkSync(`/proc/${pid}/cwd`)),
    };
  } catch {
    // There is no /proc, or the process has just ended or belongs to another user.
    return own;
  }
}

/** The process that listens on a TCP port of this machine. */
function listener(port: number): string | undefined {
  const inode = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => listeningInode(table, port)).at(0);
  if (inode === undefined) return undefined;
  return readdirSync("/proc").find((entry) => /^\d+$/.test(entry) && holds(entry, `socket:[${inode}]`));
}

function listeningInode(table: string, port: number): string[] {
  if (!existsSync(table)) return [];
  const listen = "0A";
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return readFileSync(table, "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(wanted) && fields[3] === listen)
    .map((fields) => fields[9] ?? "");
}

function holds(pid: string, socket: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === socket);
  } catch {
    return false;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Reads `NAME=value` entries, each with a NUL at its end. */
export function environmentOf(entries: string): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const entry of entries.split("\0")) {
    const equals = entry.indexOf("=");
    if (equals > 0) environment[entry.slice(0, equals)] = entry.slice(equals + 1);
  }
  return environment;
}

/**
 * The program's folder of the project that contains a folder: the folder of Pulumi.yaml, or the one that
 * `main` names in it (pulumi/pulumi: sdk/go/common/workspace/paths.go and pkg/engine/project.go).
 */
export function programDirectory(from: string): string {
  for (let directory = from; ; directory = dirname(directory)) {
    const project = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"]
      .map((name) => join(directory, name))
      .find(existsSync);
    if (project !== undefined) return mainDirectory(directory, readFileSync(project, "utf8"));
    if (dirname(directory) === directory) return from;
  }
}

function mainDirectory(root: string, project: string): string {
  const main = /^\s*"?main"?\s*:\s*["']?([^"'\n#,]+)/m.exec(project)?.[1]?.trim();
  if (main === undefined || isAbsolute(main)) return root;
  const path = resolve(root, main);
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : dirname(path);
}
