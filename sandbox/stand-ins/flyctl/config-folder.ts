/**
 * The folder that every flyctl run leaves behind: config.yml with the minimum secrets version per app, and
 * logs/ with whole HTTP bodies, including plain secrets and passwords. The stand-in writes the same files as
 * the official flyctl, because tests must show that programs which run flyctl remove them.
 *
 * Source: superfly/flyctl internal/logger/file.go, internal/config/file.go, internal/appsecrets/minvers.go.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

const keptLogs = 10;

/** The config folder of one run. */
export class ConfigFolder {
  private readonly path: string;
  private readonly logFile: string;

  /** Creates the folder if it is missing, and the log of this run. */
  constructor(path: string) {
    this.path = path;
    const logs = join(path, "logs");
    mkdirSync(logs, { recursive: true, mode: 0o700 });
    for (const lock of ["flyctl.cache.lock", "flyctl.config.lock"]) {
      writeFileSync(join(path, lock), "", { mode: 0o600, flag: "a" });
    }
    this.logFile = join(logs, `flyctl-${new Date().toISOString().slice(0, 19)}Z.log`);
    appendFileSync(this.logFile, "");
    const all = readdirSync(logs)
      .filter((name) => name.startsWith("flyctl-"))
      .sort();
    for (const old of all.slice(0, Math.max(0, all.length - keptLogs)))
      rmSync(join(logs, old), { force: true });
  }

  /** Adds to the debug log. Its lines contain the level and no time (flyctl, source of August 2026). */
  log(text: string): void {
    appendFileSync(this.logFile, `DEBUG ${text}\n`);
  }

  /** Minimum version of an app's secrets for its machines; undefined if none is known. */
  minSecretsVersion(app: string): number | undefined {
    return this.readMinvers()[app];
  }

  /** Stores the minimum secrets version of an app. Undefined removes it. */
  setMinSecretsVersion(app: string, version: number | undefined): void {
    const minvers = this.readMinvers();
    if (version === undefined) delete minvers[app];
    else minvers[app] = version;
    const lines = Object.keys(minvers)
      .sort()
      .map((name) => `    ${name}: ${minvers[name]}`);
    const block = lines.length > 0 ? ["app_secrets_minvers:", ...lines] : ["app_secrets_minvers: {}"];
    const others = this.lines().filter((line) => !isMinversLine(line));
    writeFileSync(this.configFile, `${[...others, ...block].join("\n")}\n`, { mode: 0o600 });
  }

  private get configFile(): string {
    return join(this.path, "config.yml");
  }

  private lines(): string[] {
    if (!existsSync(this.configFile)) return [];
    return readFileSync(this.configFile, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  }

  private readMinvers(): Record<string, number> {
    const entries = this.lines()
      .map((line) => /^\s+([\w-]+): (\d+)$/.exec(line))
      .filter((match) => match !== null)
      .map((match) => [match[1] ?? "", Number(match[2])] as const);
    return Object.fromEntries(entries);
  }
}

function isMinversLine(line: string): boolean {
  return line.startsWith("app_secrets_minvers:") || /^\s+[\w-]+: \d+$/.test(line);
}
