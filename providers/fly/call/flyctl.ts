import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Repetition, repeat } from "../../shared/repeat.ts";
import { shell } from "../../shared/shell.ts";
import { answerOf } from "./api-reads.ts";
import type { Argv } from "./argv-parts.ts";
import { failureStatus, folderPrefix, gapIn, sweep } from "./config-folder.ts";
import { flyctlEnvironment } from "./environment.ts";
import { FlyctlFailure, isPassing } from "./errors.ts";
import { errorMessage, jsonIn, plain } from "./parse.ts";
import { patiently } from "./patience.ts";
import { reasonOf } from "./reason.ts";
import { redactor, showArgv } from "./redact.ts";
import { longestSilenceMs, Silence } from "./silence.ts";

/**
 * The only place that runs the flyctl binary.
 *
 * flyctl keeps state in its config folder: a debug log with whole HTTP bodies (secrets in clear), and the
 * lowest secrets version that a new machine of an app must wait for, written without a lock across processes.
 * So each app has its own config folder (a lane) while the driver runs. Calls within a lane run one after the
 * other. The folder is removed when the driver ends, however it ends.
 *
 *   Fly ── lane(app) ── queue ── flyctl, argv in an empty folder, stdin piped and closed
 *    └─ base folder, 0700, removed by close(), on exit, and by the next driver after a kill -9
 */
export interface CallOptions {
  /** The app whose lane runs the call. Default: the lane for calls about no app. A look's reads have lanes of their own. */
  app?: string;
  /** Lane for a call about the app that must not wait for the others: {@link syncSecrets} comes first in it. Default: the app's. */
  lane?: string;
  stdin?: string;
  /** Time limit in milliseconds; 0: none, as long as the call keeps printing. Default 120 s. */
  timeoutMs?: number;
  /** Fail unless Fly answered every request of the call: flyctl omits refused parts from its output. */
  whole?: boolean;
  /** Called with each new line of both streams, without terminal escapes. */
  onLine?: (line: string) => void;
}

/** How many calls of a look run at once: each takes some 60 MB, and Fly answers in tenths of a second. */
const looksAtOnce = 8;

export class Fly {
  readonly redact: (text: string) => string;
  /** What a person types to have this run's work done again, for the errors. */
  readonly again: string;
  /** Apps that this run has created: everything in them comes from this run. */
  readonly made = new Set<string>();
  /** Apps that this run has destroyed: Fly may free their names a little later. */
  readonly destroyed = new Set<string>();
  readonly #base: string;
  readonly #lanes = new Map<string, { dir: string; last: Promise<unknown> }>();
  readonly #stop = new AbortController();
  /** Apps whose secrets this run has changed. */
  readonly #changed = new Set<string>();
  readonly #remembered: Map<string, Promise<string>> | undefined;

  /**
   * @param secrets values to redact from everything that is printed.
   * @param remember run each read only once: for observing many resources at one moment.
   * @param again what a person types to have this run's work done again. Default: pulumi up.
   */
  constructor(o: { secrets?: Iterable<string>; remember?: boolean; again?: string } = {}) {
    this.redact = redactor(o.secrets ?? []);
    this.again = o.again ?? "pulumi up";
    this.#remembered = o.remember === true ? new Map() : undefined;
    // A short name: some flyctl commands put a unix socket here, and its path has at most 104 characters.
    this.#base = mkdtempSync(join(shell().temporaryFolder, folderPrefix(process.pid)));
    mkdirSync(join(this.#base, "cwd"));
    process.once("exit", this.#remove);
  }

  /** A read: by this process where it can (api-reads.ts), else by flyctl, retried while Fly is busy or failing. */
  async read(argv: Argv, options: CallOptions = {}): Promise<string> {
    if (this.#remembered === undefined) return this.#ask(argv, options);
    const key = JSON.stringify(argv);
    // A look only reads, so that its calls need no lane of their app's: they are spread over a few.
    const lane = `look ${this.#remembered.size % looksAtOnce}`;
    const known = this.#remembered.get(key) ?? this.#ask(argv, { ...options, app: lane });
    this.#remembered.set(key, known);
    return known;
  }

  /** A read that is tried once, where an answer is worth little later. */
  async glance(argv: Argv, options: CallOptions = {}): Promise<string> {
    return (await this.#answer(argv, options)) ?? this.once(argv, options);
  }

  async #ask(argv: Argv, options: CallOptions): Promise<string> {
    return (await this.#answer(argv, options)) ?? this.repeatable(argv, options);
  }

  async #answer(argv: Argv, options: CallOptions): Promise<string | undefined> {
    if (this.#isFlyctls(argv)) return undefined;
    const { timeoutMs } = options;
    const limit = timeoutMs ? [AbortSignal.timeout(patiently(timeoutMs))] : [];
    const signal = AbortSignal.any([this.#stop.signal, ...limit]);
    return answerOf(argv, signal, (other) => this.json(other, options));
  }

  /** After a change, flyctl's config folder has the version of the secrets that a list has to have at least. */
  #isFlyctls(argv: Argv): boolean {
    return argv[0] === "secrets" && argv.some((word) => this.#changed.has(word));
  }

  /** A read whose output is JSON, parsed. */
  async json<T>(argv: Argv, options: CallOptions = {}): Promise<T> {
    return jsonIn(await this.read(argv, options)) as T;
  }

  /** A change that may safely run twice (set, unset, remove): retried like a read. */
  async repeatable(argv: Argv, options: CallOptions = {}): Promise<string> {
    return this.repeat(() => this.once(argv, options), {
      tries: 6,
      // Random, so that drivers that failed at the same moment do not all come back at the same moment.
      waitMs: (attempt) => 500 * 2 ** (attempt - 1) * (1 + Math.random()),
      passes: (error, attempt) =>
        isPassing(error) &&
        // Exit 0: only a part is missing, and the rest is useful too, so fewer retries.
        (error.exitCode !== 0 || attempt < 4) &&
        // These two rarely pass within seconds, and a person waits: fewer retries.
        (attempt < 3 || !/connection refused|no such host/.test(error.said)),
    });
  }

  /** A change that must not run twice: one call, no retry. */
  async once(argv: Argv, options: CallOptions = {}): Promise<string> {
    if (argv[0] === "secrets" && argv[1] !== "list") this.#changed.add(options.app ?? "");
    const lane = this.#lane(options.lane ?? options.app ?? "");
    const turn = lane.last.then(() => this.#run(argv, options, lane.dir));
    lane.last = turn.catch(() => undefined);
    return turn;
  }

  /**
   * As {@link repeat}, until the driver is told to stop; `limitMs` is multiplied by the operator's patience.
   * A change that must not run twice needs `made` or `look`: a call that failed may have reached Fly.
   */
  repeat<T>(act: (attempt: number) => Promise<T>, how: Partial<Repetition<T, FlyctlFailure>>): Promise<T> {
    const made = async (error: unknown) =>
      error instanceof FlyctlFailure && error.reason !== "stopped" ? how.made?.(error) : undefined;
    return repeat<T>(act, {
      waitMs: (attempt) => 500 * 2 ** attempt,
      pause: (ms) => this.pause(ms),
      ...how,
      limitMs: how.limitMs && patiently(how.limitMs),
      made,
    });
  }

  /** Writes a file that a call reads by path (a fly.toml). Private, and removed when the driver ends. */
  file(name: string, content: string): string {
    const path = join(this.#base, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  /** Stops the running calls as Ctrl-C would: flyctl then releases its leases. */
  stop(): void {
    this.#stop.abort();
  }

  get stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Waits. Rejects when the driver is told to stop. */
  async pause(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.#stop.signal }).catch(() => {
      throw this.#failure("stopped", [], { said: "the driver was told to stop" });
    });
  }

  /** Waits for the running calls, then removes all files on disk, including those of killed drivers. */
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
        said: "flyctl omitted what Fly did not answer",
        status: gap === "silence" ? undefined : gap,
      });
    }
    if (ended.stopped === "signal" && this.stopped)
      throw this.#failure("stopped", argv, { stdout, said: "the driver was told to stop" });
    if (ended.stopped === "signal")
      throw this.#failure("timeout", argv, { stdout, said: `no output for ${silence.limitMs / 1000} s` });
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
    // Without the path of the private folder: it no longer exists when somebody reads this.
    const shown = showArgv(argv, this.redact).replaceAll(`${this.#base}/`, "");
    const how = [
      ...(exitCode === undefined ? [] : [`exit ${exitCode}`]),
      // From 400 on, the status is Fly's own name for the error; flyctl's message often omits it.
      ...(status !== undefined && status >= 400 ? [`HTTP ${status}`] : []),
    ];
    const call = how.length === 0 ? shown : `${shown} (${how.join(", ")})`;
    return new FlyctlFailure({ reason, call, exitCode, said: this.redact(said), stdout });
  }
}

/** Takes a stream in pieces and passes on its complete lines, without terminal escapes. */
function lineByLine(onLine: CallOptions["onLine"]): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine?.(plain(line));
  };
}
