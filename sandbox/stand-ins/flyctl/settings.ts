/**
 * Sources of flyctl's token, addresses and folder: the flag, then the environment, then the config folder.
 *
 * Source: superfly/flyctl internal/config/config.go (Load, applyEnv, applyFile), helpers/config.go.
 */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Line } from "./cli/parse.ts";

/** The settings of one run. */
export interface Settings {
  token: string;
  /** True: the token comes from a flag or the environment, so its age is not checked. */
  tokenIsExternal: boolean;
  /** When the token of the config file was created; undefined if the file does not contain it. */
  lastLogin: Date | undefined;
  json: boolean;
  organization: string;
  region: string;
  /** Folder of config.yml and logs/. */
  configDir: string;
  /** GraphQL and logs. */
  apiUrl: string | undefined;
  /** Machines API. */
  flapsUrl: string | undefined;
  /** Organisations, builds, releases. */
  uiexUrl: string | undefined;
}

/** Reads the settings of a run. */
export function readSettings(line: Line, env: NodeJS.ProcessEnv): Settings {
  const configDir = env.FLY_CONFIG_DIR ? env.FLY_CONFIG_DIR : join(homedir(), ".fly");
  const file = readConfigFile(join(configDir, "config.yml"));
  const flag = (name: string) => line.flags.get(name);
  // A variable counts even if it is empty: FLY_ACCESS_TOKEN="" hides FLY_API_TOKEN.
  const first = (...names: string[]) =>
    names.map((name) => env[name]).find((value) => value !== undefined) ?? "";
  const fromEnv = first("FLY_ACCESS_TOKEN", "FLY_API_TOKEN");
  const fromFlag = flag("access-token");
  const token =
    typeof fromFlag === "string" ? fromFlag : fromEnv === "" ? (file.access_token ?? "") : fromEnv;
  return {
    token: token.trim().replace(/^(FlyV1|Bearer) /i, ""),
    tokenIsExternal: fromEnv !== "" || (typeof fromFlag === "string" && fromFlag !== ""),
    lastLogin: file.last_login === undefined ? undefined : new Date(file.last_login),
    json: typeof flag("json") === "boolean" ? flag("json") === true : isTruthy(env.FLY_JSON),
    organization: stringOr(flag("org"), first("FLY_ORG", "FLY_ORGANIZATION")),
    region: stringOr(flag("region"), first("FLY_REGION")),
    configDir,
    apiUrl: env.FLY_API_BASE_URL,
    flapsUrl: env.FLY_FLAPS_BASE_URL || undefined,
    uiexUrl: env.FLY_UIEX_BASE_URL || undefined,
  };
}

/** The values that mean true for flyctl (internal/env/env.go). */
export function isTruthy(value: string | undefined): boolean {
  return ["1", "ok", "t", "true"].includes((value ?? "").toLowerCase().trim());
}

function stringOr(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

/** The top-level scalars of config.yml. flyctl writes this file itself, and it contains nothing else that is needed. */
function readConfigFile(path: string): Record<string, string> {
  if (!existsSync(path)) return {};
  const pairs = readFileSync(path, "utf8")
    .split("\n")
    .map((line) => /^(\w+):\s*"?([^"]*)"?\s*$/.exec(line))
    .filter((match) => match !== null)
    .map((match) => [match[1] ?? "", match[2] ?? ""] as const);
  return Object.fromEntries(pairs);
}
