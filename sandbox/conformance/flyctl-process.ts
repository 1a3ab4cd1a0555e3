import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { macaroon } from "../clouds/fly/tokens.ts";
import type { OfficialParts, Side } from "./question.ts";
import { quiet } from "./quiet.ts";

/** How one flyctl is run. */
export interface Running {
  /** Base URL of the local Fly. */
  url: string;
  /** Folder to run in, and home of its settings. */
  folder: string;
  /** `undefined` is the operator's, "" none. */
  token?: string | undefined;
  stdin?: string | undefined;
}

/** What came of it. */
export interface Ran {
  exitCode: number;
  stdout: string;
  stderr: string;
}

const ownMain = fileURLToPath(new URL("../stand-ins/flyctl/main.ts", import.meta.url));

/** Longest that a run may take, in milliseconds. */
const patience = 90_000;

/** Runs the official flyctl or the stand-in; never throws. A run that was ended has the exit code -1. */
export function runFlyctl(
  official: OfficialParts,
  side: Side,
  args: string[],
  running: Running,
): Promise<Ran> {
  const [program, all] =
    side === "official" ? [join(official.bin, "flyctl"), args] : [process.execPath, [ownMain, ...args]];
  return new Promise((resolve) => {
    const child = execFile(
      program,
      all,
      { cwd: running.folder, env: environment(running), timeout: patience, maxBuffer: 1e8 },
      (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ exitCode, stdout, stderr });
      },
    );
    child.stdin?.end(running.stdin ?? "");
  });
}

/** Nothing of the caller's own environment: neither a login nor a setting of flyctl. */
function environment({ url, folder, token }: Running): Record<string, string> {
  const cache = process.env.NODE_COMPILE_CACHE;
  return {
    PATH: process.env.PATH ?? "",
    // Half of the stand-in's start is compiling.
    ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }),
    HOME: folder,
    FLY_CONFIG_DIR: join(folder, ".fly"),
    FLY_API_BASE_URL: url,
    FLY_FLAPS_BASE_URL: url,
    FLY_UIEX_BASE_URL: url,
    ...quiet,
    FLY_API_TOKEN: token ?? macaroon("local-operator"),
  };
}
