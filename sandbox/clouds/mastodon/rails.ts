/**
 * The mastodon image: Puma, Sidekiq, and jobs by their argv. tini runs the command without a shell. Since 4.3
 * the image does not contain Node (mastodon/mastodon Dockerfile).
 *
 * Rails ends a process when an initializer fails. Later problems (database, Redis, bucket, mail) affect only
 * the code that needs them. So a web process with a wrong database passes its check: `/health` is liveness
 * only.
 */

import type { Behaviour, Outcome, Situation } from "./behaviour.ts";
import { inner } from "./behaviour.ts";
import { behind } from "./direct.ts";
import { bootFault } from "./environment.ts";
import { migrate, migrateStatus, prepare, seed } from "./migrations.ts";
import { runner } from "./runner.ts";
import { sidekiq } from "./sidekiq.ts";
import { tootctl } from "./tootctl.ts";
import { puma, pumaPort, respondWeb } from "./web.ts";

/** One kind of command: its duration, the memory that it needs, and its effect. */
interface Command {
  kind: "service" | "job";
  /** Until it listens, or has ended. An order of magnitude for one shared CPU; no published figure. */
  milliseconds: number;
  /**
   * With less memory the kernel kills it. The figures are known from sizes that were too small in the seed
   * guide and the presets (docs: 256 MB).
   */
  memoryMb: number;
  run(seen: Situation, args: string[]): Outcome;
}

const commands: Record<string, Command> = {
  puma: { kind: "service", milliseconds: 22_000, memoryMb: 512, run: puma },
  sidekiq: { kind: "service", milliseconds: 16_000, memoryMb: 512, run: sidekiq },
  "db:prepare": { kind: "job", milliseconds: 45_000, memoryMb: 768, run: prepare },
  "db:setup": { kind: "job", milliseconds: 45_000, memoryMb: 768, run: prepare },
  "db:migrate": { kind: "job", milliseconds: 40_000, memoryMb: 768, run: migrate },
  "db:migrate:status": { kind: "job", milliseconds: 15_000, memoryMb: 512, run: migrateStatus },
  "db:seed": { kind: "job", milliseconds: 15_000, memoryMb: 512, run: seed },
  runner: { kind: "job", milliseconds: 14_000, memoryMb: 512, run: runner },
  tootctl: { kind: "job", milliseconds: 10_000, memoryMb: 512, run: tootctl },
};

export const rails: Behaviour = {
  plan(seen) {
    const { command } = find(seen);
    return { kind: command?.kind ?? "job", milliseconds: command?.milliseconds ?? 200 };
  },

  boot(seen): Outcome {
    const { command, args, words, env } = find(seen);
    if (words.length === 0)
      return { lines: ["Usage: tini [OPTIONS] PROGRAM -- [ARGS] | --version"], exit: 1 };
    if (command === undefined) return unknown(words);
    if (memoryMb(seen) < command.memoryMb) return { lines: [], exit: 137, oom: true };
    const fault = bootFault(env);
    if (fault !== undefined) return { lines: fault, exit: 1 };
    return command.run({ ...seen, env }, args);
  },

  execute(seen, words) {
    const { command, args } = parse(words, seen.env);
    if (command === undefined || command.kind === "service") return undefined;
    const fault = bootFault(seen.env);
    if (fault !== undefined) return { exit: 1, stdout: "", stderr: `${fault.join("\n")}\n` };
    const outcome = command.run(seen, args);
    return { exit: outcome.exit ?? 0, stdout: outcome.lines.map((l) => `${l}\n`).join(""), stderr: "" };
  },

  respond(seen, request) {
    if (find(seen).name !== "puma" || request.port !== pumaPort(seen.env)) return undefined;
    return respondWeb(seen, request);
  },

  sockets(seen) {
    const { name, env } = find(seen);
    if (name === "puma") return [`${seen.env.BIND || "0.0.0.0"}:${pumaPort(seen.env)}`];
    // Sidekiq does not listen, unless its metrics are enabled.
    const metrics = name === "sidekiq" && env.MASTODON_PROMETHEUS_EXPORTER_ENABLED === "true";
    return metrics ? [`${env.MASTODON_PROMETHEUS_EXPORTER_HOST || "localhost"}:9394`] : [];
  },
};

interface Found {
  name: string | undefined;
  command: Command | undefined;
  args: string[];
  /** The command line without tini. */
  words: string[];
  /** The command's environment. */
  env: Record<string, string>;
}

function find(seen: Situation): Found {
  const { words, env } = behind(
    seen.argv.filter(
      (word, index) => !(index === 0 && word.endsWith("tini")) && !(index === 1 && word === "--"),
    ),
    seen.env,
  );
  return parse(words, env);
}

/** `bundle exec rails db:migrate`, `bin/tootctl …`, `bin/rails runner …`; the image contains nothing else. */
function parse(line: string[], env: Record<string, string>): Found {
  const { words, set } = behindEnv(inner(line, env));
  const whole = { ...env, ...set };
  let rest = words;
  if (rest[0] === "bundle" && rest[1] === "exec") rest = rest.slice(2);
  const program = (rest[0] ?? "").replace(/^(\/opt\/mastodon\/|\.\/)?bin\//, "");
  const direct = rest[0] !== program || words[0] === "bundle";
  let name: string | undefined;
  let args = rest.slice(1);
  if (direct && (program === "rails" || program === "rake")) {
    name = args[0];
    args = args.slice(1);
  } else if (direct && ["puma", "sidekiq", "tootctl"].includes(program)) name = program;
  return { name, command: name === undefined ? undefined : commands[name], args, words, env: whole };
}

/** `env NAME=value … command`: the command, and what env sets for it (coreutils). */
function behindEnv(words: string[]): { words: string[]; set: Record<string, string> } {
  if (words[0] !== "env") return { words, set: {} };
  const command = words.findIndex((word, index) => index > 0 && !/^\w+=/.test(word));
  const pairs = words.slice(1, command < 0 ? undefined : command).map((word) => word.split(/=(.*)/s));
  return {
    words: command < 0 ? [] : words.slice(command),
    set: Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, value])),
  };
}

/** The errors of tini, bundler and rails for a command that does not exist. */
function unknown(words: string[]): Outcome {
  const [first = "", second, third = ""] = words;
  if (first === "bundle" && second === "exec") {
    if (third === "rails" || third === "rake") {
      return {
        lines: [`Unrecognized command "${words[3] ?? ""}" (Rails::Command::UnrecognizedCommandError)`],
        exit: 1,
      };
    }
    return {
      lines: [
        `bundler: command not found: ${third}`,
        "Install missing gem executables with `bundle install`",
      ],
      exit: 127,
    };
  }
  if (first === "echo") return { lines: [words.slice(1).join(" ")], exit: 0 };
  if (first === "true") return { lines: [], exit: 0 };
  return { lines: [`[FATAL tini (7)] exec ${first} failed: No such file or directory`], exit: 127 };
}

/** Memory plus swap: the limit above which the kernel kills. */
function memoryMb(seen: Situation): number {
  const swap = seen.machine.config.init?.swap_size_mb;
  return (seen.machine.config.guest?.memory_mb ?? 256) + (typeof swap === "number" ? swap : 0);
}
