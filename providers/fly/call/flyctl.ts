import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pRetry from "p-retry";
import type { Argv } from "./argv-parts.ts";
import { failureStatus, folderPrefix, gapIn, sweep } from "./config-folder.ts";
import { flyctlEnvironment } from "./environment.ts";
import { FlyctlFailure, passes } from "./errors.ts";
import { errorMessage, jsonIn, plain } from "./parse.ts";
import { patiently } from "./patience.ts";
import { reasonOf } from "./reason.ts";
import { redactor, showArgv } from "./redact.ts";
import { shell } from "./shell.ts";
import { longestSilenceMs, Silence } from "./silence.ts";

/**
 * The only place that runs the flyctl binary.
 *
 * flyctl keeps state in its config folder: a debug log with whole HTTP bodies (secrets in clear), and the
 * lowest secrets version that a new machine of an app must wait for, written without a lock across
 * processes. So each app gets a folder of its own (a lane) for as long as the driver runs, calls within a lane
 * go one after the other, and the folder goes when the driver does, whichever way it ends.
 *
 *   Fly ── lane(app) ── queue ── flyctl, argv in an empty folder, stdin piped and closed
 *    └─ base folder, 0700, removed by close(), on exit, and by the next driver after a kill -9
 */
export interface CallOptions {
  /** The app whose lane the call takes. Default: the lane of calls about no app. */
  app?: string;
  stdin?: string;
  /** How long the call may take; 0: as long as it says something now and then. Default 120 s. */
  timeoutMs?: number;
  /** The answer counts only if Fly answered each request behind it: flyctl leaves out what it was refused. */
  whole?: boolean;
  /** Each line of both streams, plain, as it comes. */
  onLine?: (line: string) => void;
}

export class Fly {
  readonly redact: (text: string) => string;
  /** Apps that this very run has made: whatever is in them is its own. */
  readonly made = new Set<string>();
  readonly #base: string;
  readonly #lanes = new Map<string, { dir: string; last: Promise<unknown> }>();
  readonly #stop = new AbortController();
  readonly #remembered: Map<string, Promise<string>> | undefined;

  /**
   * @param secrets values that must not show up in anything that is printed.
   * @param remember ask each question only once: for looking at many things at one moment.
   */
  constructor(o: { secrets?: Iterable<string>; remember?: boolean } = {}) {
    this.redact = redactor(o.secrets ?? []);
    this.#remembered = o.remember === true ? new Map() : undefined;
    // Short: some of flyctl's commands put a unix socket in there, whose path may have 104 characters at most.
    this.#base = mkdtempSync(join(shell().temporaryFolder, folderPrefix(process.pid)));
    mkdirSync(join(this.#base, "cwd"));
    process.once("exit", this.#remove);
  }

  /** A read: repeated when Fly is busy or unwell. Answers stdout. */
  async read(argv: Argv, options: CallOptions = {}): Promise<string> {
    if (this.#remembered === undefined) return this.repeatable(argv, options);
    const key = JSON.stringify(argv);
    const known = this.#remembered.get(key) ?? this.repeatable(argv, options);
    this.#remembered.set(key, known);
    return known;
  }

  /** A read that answers JSON. */
  async json<T>(argv: Argv, options: CallOptions = {}): Promise<T> {
    return jsonIn(await this.read(argv, options)) as T;
  }

  /** An act that may run twice without harm (set, unset, remove): repeated like a read. */
  async repeatable(argv: Argv, options: CallOptions = {}): Promise<string> {
    return pRetry(() => this.once(argv, options), {
      retries: 5,
      minTimeout: 500,
      factor: 2,
      randomize: true,
      signal: this.#stop.signal,
      shouldRetry: ({ error, attemptNumber }) =>
        error instanceof FlyctlFailure &&
        passes(error.reason) &&
        // What there is without the missing part is of use, too.
        (error.exitCode !== 0 || attemptNumber < 4) &&
        // Nobody there, or no such name: that is seldom over in seconds, and a person waits.
        (attemptNumber < 3 || !/connection refused|no such host/.test(error.said)),
    });
  }

  /** An act that must not run twice: one call, whatever comes. */
  async once(argv: Argv, options: CallOptions = {}): Promise<string> {
    const lane = this.#lane(options.app ?? "");
    const turn = lane.last.then(() => this.#run(argv, options, lane.dir));
    lane.last = turn.catch(() => undefined);
    return turn;
  }

  /** A file that a call reads by path (a fly.toml). Private, gone with the driver. */
  file(name: string, content: string): string {
    const path = join(this.#base, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  /** Ends what runs, as Ctrl-C would: flyctl gives its leases back. */
  stop(): void {
    this.#stop.abort();
  }

  get stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Waits, unless the driver is told to stop. */
  async pause(ms: number): Promise<void> {
    if (this.stopped) throw this.#failure("stopped", [], { said: "the driver was told to stop" });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(done, ms);
      const stopped = () => {
        clearTimeout(timer);
        reject(this.#failure("stopped", [], { said: "the driver was told to stop" }));
      };
      const { signal } = this.#stop;
      signal.addEventListener("abort", stopped, { once: true });
      function done() {
        signal.removeEventListener("abort", stopped);
        resolve();
      }
    });
  }

  /** Waits for what runs, then removes every trace on disk, also of drivers that were killed. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#lanes.values()].map((lane) => lane.last));
    this.#remove();
    process.off("exit", this.#remove);
    sweep();
  }

  readonly #remove = (): void => rmSync(this.#base, { recursive: true, force: true });

  #lane(app: string): { dir: string; last: Promise<unknown> } {
    let lane = this.#lanes.get(app);
    if (lane === undefined) {
      lane = { dir: join(this.#base, String(this.#lanes.size)), last: Promise.resolve() };
      mkdirSync(lane.dir, { mode: 0o700 });
      this.#lanes.set(app, lane);
    }
    return lane;
  }

  async #run(argv: Argv, options: CallOptions, dir: string): Promise<string> {
    const { stdin, timeoutMs = 120_000, onLine } = options;
    if (this.stopped) throw this.#failure("stopped", argv, { said: "the driver was told to stop" });
    const limitMs = patiently(timeoutMs);
    const silence = new Silence(timeoutMs === 0 ? patiently(longestSilenceMs) : undefined);
    const lines = { stdout: lineByLine(onLine), stderr: lineByLine(onLine) };
    const ended = await shell().runProgram("flyctl", argv, {
      env: flyctlEnvironment(dir),
      cwd: join(this.#base, "cwd"),
      input: stdin ?? "",
      timeoutMs: limitMs,
      signal: AbortSignal.any([this.#stop.signal, silence.signal]),
      onOutput(stream, text) {
        silence.broken();
        lines[stream](text);
      },
    });
    silence.end();
    const status = failureStatus(dir);
    const gap = options.whole === true ? gapIn(dir) : undefined;
    rmSync(join(dir, "logs"), { recursive: true, force: true });
    const { exitCode, stdout } = ended;
    if (exitCode === 0 && ended.stopped === undefined) {
      if (gap === undefined) return stdout;
      throw this.#failure(gap === "silence" ? "network" : reasonOf("", gap), argv, {
        exitCode,
        stdout,
        said: "flyctl left out what Fly did not answer",
        status: gap === "silence" ? undefined : gap,
      });
    }
    if (ended.stopped === "signal" && this.stopped)
      throw this.#failure("stopped", argv, { exitCode, stdout, said: "the driver was told to stop" });
    if (ended.stopped === "signal")
      throw this.#failure("timeout", argv, { stdout, said: `no word for ${silence.limitMs / 1000} s` });
    if (ended.stopped === "timeout")
      throw this.#failure("timeout", argv, { stdout, said: `no end after ${limitMs / 1000} s` });
    if (ended.missing !== undefined) throw this.#failure("missing", argv, { said: ended.missing });
    const said = errorMessage(ended.stderr, stdout);
    throw this.#failure(reasonOf(said, status, argv), argv, { exitCode, stdout, said, status });
  }

  #failure(
    reason: FlyctlFailure["reason"],
    argv: Argv,
    ended: { said: string; exitCode?: number | undefined; stdout?: string; status?: number | undefined },
  ): FlyctlFailure {
    const { said, exitCode, stdout = "", status } = ended;
    // A private file's folder is gone when anybody reads this.
    const shown = showArgv(argv, this.redact).replaceAll(`${this.#base}/`, "");
    const how = [
      ...(exitCode === undefined ? [] : [`exit ${exitCode}`]),
      // Beyond 399 it is Fly's own word for what is wrong; flyctl's message often leaves it out.
      ...(status !== undefined && status >= 400 ? [`HTTP ${status}`] : []),
    ];
    const call = how.length === 0 ? shown : `${shown} (${how.join(", ")})`;
    return new FlyctlFailure({ reason, call, exitCode, said: this.redact(said), stdout });
  }
}

/** Takes a stream piece by piece and hands on its whole lines, plain. */
function lineByLine(onLine: CallOptions["onLine"]): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine?.(plain(line));
  };
}
