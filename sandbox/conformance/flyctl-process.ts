import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { macaroon } from "../clouds/fly/tokens.ts";
import type { OfficialParts, Side } from "./question.ts";
import { quiet } from "./quiet.ts";

/** Settings for one run of flyctl. */
export interface Running {
  /** Base URL of the local Fly. */
  url: string;
  /** Working directory and home folder of flyctl. */
  folder: string;
  /** `undefined`: the operator's token. "": none. */
  token?: string | undefined;
  stdin?: string | undefined;
}

/** Result of one run. */
export interface Ran {
  exitCode: number;
  stdout: string;
  stderr: string;
}

const ownMain = fileURLToPath(new URL("../stand-ins/flyctl/main.ts", import.meta.url));

/** Time limit for a run, in milliseconds. */
const patience = 90_000;

/** Runs the official flyctl or the stand-in. Never throws. A run that was killed has the exit code -1. */
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

/** A new environment without the caller's variables, so that no login and no flyctl setting gets in. */
function environment({ url, folder, token }: Running): Record<string, string> {
  const cache = process.env.NODE_COMPILE_CACHE;
  return {
    PATH: process.env.PATH ?? "",
    // Compiling takes half of the stand-in's start.
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
