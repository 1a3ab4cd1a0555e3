/** Starts the local clouds as a child process. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { cleanEnvironment, type Target, variables } from "./environment.ts";
import { root } from "./paths.ts";
import type { Toolchain } from "./toolchain.ts";

/** How the local clouds are started. */
export interface CloudsOptions {
  toolchain: Toolchain;
  /** Port on 127.0.0.1. Default: a free one. */
  port?: number;
  /** Folder for the world's state and log. */
  folder: string;
  /** Latency of the local clouds as a share of the real clouds' latency, 0 to 1. Default 0. */
  latency?: number;
  /**
   * Really runs databases, and the scripts that take, prove and restore backups. The state is then lost when the clouds
   * end. Default: all machines are models.
   */
  machines?: RealMachines;
  /** The operator's credentials for commands that the stand-ins run. Default: those of a fresh world. */
  credentials?: Record<string, string>;
  /** Lets the clouds outlive this process. Default false: they end when this process ends, however it ends. */
  outlive?: boolean;
}

/** Where machines really run. */
export interface RealMachines {
  /** Of somebody who is not root. The contents of volumes are in it. */
  folder: string;
  /** Folder of PostgreSQL's programs. */
  postgres: string;
}

/** Running clouds. */
export interface Clouds {
  url: string;
  port: number;
  pid: number;
  plugins: Record<string, number>;
  /** The file with the clouds' stderr. */
  log: string;
  /** Resolves when the process has ended, for whatever reason. */
  ended: Promise<void>;
  /** Ends the clouds and every process that they started. Resolves when the clouds' process has ended. */
  stop(): Promise<void>;
}

/** Time limit for a start on a busy machine. */
const startLimitMs = 60_000;
/** Time limit for an orderly end. */
const stopLimitMs = 5_000;

/**
 * Starts `sandbox/clouds/main.ts` and waits until it listens.
 *
 * The stand-in command provider runs its commands in the clouds' working directory and environment. So both
 * are those of a `pulumi` in this checkout.
 *
 * @throws Error with the last lines of the log when the clouds do not start.
 */
export async function startClouds(options: CloudsOptions): Promise<Clouds> {
  if (options.port !== undefined) return launch(options, options.port);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launch(options, await freePort());
    } catch (error) {
      // Another process took the port after it was found free.
      if (attempt === 3 || !(error instanceof Error) || !error.message.includes("EADDRINUSE")) throw error;
    }
  }
}

async function launch(options: CloudsOptions, port: number): Promise<Clouds> {
  const { toolchain, folder, machines, outlive = false } = options;
  const url = `http://127.0.0.1:${port}`;
  mkdirSync(folder, { recursive: true });
  const log = join(folder, "clouds.log");
  const logFile = openSync(log, "w");
  const args = ["sandbox/clouds/main.ts", "--port", `${port}`];
  if (machines === undefined) args.push("--state", join(folder, "clouds.json"));
  else args.push("--machines", machines.folder, "--postgres", machines.postgres);
  args.push("--latency", `${options.latency ?? 0}`);
  const { host, plugins } = toolchain.standIns;
  if (!host && plugins.length === 0) args.push("--no-plugins");
  // The clouds start the stand-in plugins themselves. So their environment contains no plugin addresses.
  const target: Target = {
    url,
    plugins: {},
    home: join(folder, "home"),
    backend: join(folder, "stacks"),
    ...(options.credentials && { credentials: options.credentials }),
  };
  const child = spawn(
    process.execPath,
    outlive ? args : ["--import", "./sandbox/toolchain/tether.ts", ...args],
    {
      cwd: root,
      env: {
        ...cleanEnvironment(toolchain),
        ...variables({ ...toolchain, standIns: { ...toolchain.standIns, host: false, plugins: [] } }, target),
      },
      // The clouds get a process group of their own. Ctrl-C in the terminal does not reach them, so they
      // still answer an engine that finishes its work. `stop` signals the group, and so every process
      // that they started.
      detached: true,
      // stdin is the tether: the pipe closes when this process ends, however it ends.
      stdio: [outlive ? "ignore" : "pipe", "pipe", logFile],
    },
  );
  closeSync(logFile);
  try {
    const ready = await firstLine(child, log);
    const stop = () => stopGroup(child);
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    // Nothing after the first line of stdout is read. Clouds that outlive this process must not keep it alive.
    if (outlive) {
      child.stdout?.destroy();
      child.unref();
    } else child.stdout?.resume();
    return { url, port, pid: ready.pid, plugins: ready.plugins, log, ended, stop };
  } catch (error) {
    await stopGroup(child);
    throw error;
  }
}

interface Ready {
  url: string;
  plugins: Record<string, number>;
  pid: number;
}

/** Reads the line of JSON that the clouds print when all of them listen. */
async function firstLine(child: ChildProcess, log: string): Promise<Ready> {
  const { stdout } = child;
  if (stdout === null) throw new Error("the clouds have no stdout");
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      const last = readFileSync(log, "utf8").trim().split("\n").slice(-15).join("\n");
      reject(new Error(`the local clouds ${why}:\n${last}`));
    };
    const timer = setTimeout(() => fail(`did not come up in ${startLimitMs / 1000} s`), startLimitMs);
    child.once("error", (error) => fail(`could not be started (${error.message})`));
    const closed = (code: number | null, signal: string | null) =>
      fail(`ended at once (${signal ?? `exit code ${code}`})`);
    child.once("close", closed);
    createInterface({ input: stdout }).once("line", (line) => {
      clearTimeout(timer);
      child.off("close", closed);
      resolve(JSON.parse(line) as Ready);
    });
  });
}

async function stopGroup(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    signalGroup(pid, "SIGTERM");
    const timer = setTimeout(() => signalGroup(pid, "SIGKILL"), stopLimitMs);
    await ended;
    clearTimeout(timer);
  }
  // Processes that the clouds started and did not wait for.
  signalGroup(pid, "SIGKILL");
}

/** Signals a process group. A group that no longer exists is not an error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Finds a port on which nothing listens at the moment. */
export function freePort(): Promise<number> {
  return portIfFree(0).then((port) => {
    if (port === undefined) throw new Error("this machine has no free port");
    return port;
  });
}

/** Resolves to the port when nothing listens on it, else to undefined. 0 asks for any free port. */
export function portIfFree(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });
}
