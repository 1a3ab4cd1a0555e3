/** The context of a command: its line, its outputs, its environment and the clients of Fly's APIs. */
import { Flaps } from "./api/flaps.ts";
import { Graphql } from "./api/graphql.ts";
import { Http } from "./api/http.ts";
import { Uiex } from "./api/uiex.ts";
import { commands, flagsOf } from "./cli/grammar.ts";
import { type FlagValue, type Line, readValue } from "./cli/parse.ts";
import { ConfigFolder } from "./config-folder.ts";
import { FlyError } from "./go/errors.ts";
import { encode } from "./go/json.ts";
import type { Settings } from "./settings.ts";
import type { Shell } from "./shell.ts";

/** It is yellow even without a terminal. */
export const warnLabel = "\u001b[33mWARN\u001b[0m";

/** One run of flyctl. */
export class Run {
  readonly line: Line;
  readonly settings: Settings;
  readonly shell: Shell;
  readonly folder: ConfigFolder;
  private readonly http: Http;
  private standardInput: string | undefined;

  constructor(line: Line, settings: Settings, shell: Shell) {
    this.line = line;
    this.settings = settings;
    this.shell = shell;
    this.folder = new ConfigFolder(settings.configDir);
    this.http = new Http(settings.token, this.folder, shell.signal);
  }

  get env(): NodeJS.ProcessEnv {
    return this.shell.env;
  }

  get args(): string[] {
    return this.line.args;
  }

  /** GraphQL. */
  get graphql(): Graphql {
    return new Graphql(this.http, this.localUrl("FLY_API_BASE_URL", this.settings.apiUrl));
  }

  /** Machines API. */
  get flaps(): Flaps {
    return new Flaps(this.http, this.localUrl("FLY_FLAPS_BASE_URL", this.settings.flapsUrl));
  }

  /** Organisations, builds, releases. */
  get uiex(): Uiex {
    return new Uiex(this.http, this.localUrl("FLY_UIEX_BASE_URL", this.settings.uiexUrl));
  }

  /** Logs use the address of GraphQL and the REST paths of the web. */
  get logs(): Uiex {
    return new Uiex(this.http, this.localUrl("FLY_API_BASE_URL", this.settings.apiUrl));
  }

  /** The token must not leave this machine. Therefore the stand-in accepts only local addresses. */
  private localUrl(variable: string, url: string | undefined): string {
    const host = url === undefined || url === "" ? "" : new URL(url).hostname;
    if (host === "127.0.0.1" || host === "localhost" || host === "[::1]")
      return (url ?? "").replace(/\/$/, "");
    throw new FlyError(
      `this is the stand-in flyctl: it speaks to a local Fly only, and ${variable} is ${url ? `"${url}"` : "not set"}`,
    );
  }

  /** Writes to stdout. */
  out(text: string): void {
    this.shell.stdout(text);
  }

  /** Writes a line to stdout. */
  print(text = ""): void {
    this.out(`${text}\n`);
  }

  /** Writes JSON to stdout. */
  json(value: unknown): void {
    this.out(encode(value));
  }

  /** Writes a line to stderr. */
  warn(text: string): void {
    this.shell.stderr(`${text}\n`);
  }

  /** Writes a warning of flyctl's terminal package, which goes to stdout (terminal/terminal.go). */
  caution(text: string): void {
    this.print(`${warnLabel} ${text}`);
  }

  /** Whether the line contains the flag. */
  has(name: string): boolean {
    return this.line.flags.has(name);
  }

  /** Text of a flag. If the line does not contain it: its default, or "". */
  string(name: string): string {
    const value = this.value(name);
    return value === undefined ? "" : String(value);
  }

  /** Whether a switch is on. */
  bool(name: string): boolean {
    return this.value(name) === true;
  }

  /** Number of a flag; 0 if it is not given. */
  int(name: string): number {
    return Number(this.value(name) ?? 0);
  }

  /** All values of a flag that may be repeated. */
  list(name: string): string[] {
    const value = this.value(name);
    return Array.isArray(value) ? value : [];
  }

  private value(name: string): FlagValue | undefined {
    const given = this.line.flags.get(name);
    if (given !== undefined) return given;
    const spec = flagsOf(this.line.path)[name];
    return spec?.default === undefined || spec.type === "stringArray"
      ? undefined
      : readValue(spec, spec.default);
  }

  /** The help text of the command. */
  get help(): string {
    return commands[this.line.path]?.help ?? "";
  }

  /** Standard input. It is read to its end once; "" on a terminal. */
  stdin(): string {
    if (this.standardInput === undefined) {
      this.standardInput = this.shell.isTerminal ? "" : this.shell.stdin();
    }
    return this.standardInput;
  }
}

/** The function that runs a command. */
export type Command = (run: Run) => Promise<void>;
