/** The redis image: a community's own server, configured by arguments or by standard input. */

import { createHash } from "node:crypto";
import type { Behaviour, Execution, Outcome, Situation } from "./behaviour.ts";
import { pipeline } from "./shell.ts";

/** The parts of a server's configuration that its clients notice. */
export interface RedisConfig {
  password: string | null;
  bindsAll: boolean;
  appendOnly: boolean;
}

/** Parses the configuration in the machine's command. `error` is a fault that stops Redis. */
export function redisConfig(seen: Situation): RedisConfig | { error: string } {
  const command = seen.argv.filter((word) => word !== "docker-entrypoint.sh");
  if (command[0] === "sh" && command[1] === "-c") return fromScript(command[2] ?? "", seen.env);
  if (command[0] !== "redis-server") return { error: `${command[0]}: not found` };
  const lines: string[] = [];
  for (const word of command.slice(1)) {
    if (word.startsWith("--")) lines.push(word.slice(2));
    else lines.push(`${lines.pop() ?? ""} ${word}`);
  }
  return fromLines(lines);
}

/** `printf "<format>" "$VALUE" | exec redis-server -`: the configuration comes through the pipe. */
function fromScript(script: string, env: Record<string, string>): RedisConfig | { error: string } {
  const [writer = [], reader = []] = pipeline(script, env);
  const server = reader[0] === "exec" ? reader.slice(1) : reader;
  if (writer[0] === "exec" || writer[0] === "redis-server") return redisServer(writer);
  if (writer[0] !== "printf" || server[0] !== "redis-server" || server[1] !== "-") {
    return { error: `sh: syntax error: unexpected command ${writer[0]}` };
  }
  let argument = 2;
  const text = (writer[1] ?? "").replaceAll("\\n", "\n").replaceAll("%s", () => writer[argument++] ?? "");
  return fromLines(text.split("\n"));
}

function redisServer(words: string[]): RedisConfig | { error: string } {
  const args = words.filter((word) => word !== "exec" && word !== "redis-server");
  return fromLines(args.join(" ").split("--"));
}

function fromLines(lines: string[]): RedisConfig | { error: string } {
  const config: RedisConfig = { password: null, bindsAll: true, appendOnly: false };
  for (const [index, line] of lines.entries()) {
    const [name = "", ...values] = line.trim().split(/\s+/);
    if (name === "") continue;
    if (values.length === 0) {
      return {
        error: `*** FATAL CONFIG FILE ERROR (Redis 7.4.6) ***\nReading the configuration file, at line ${index + 1}\n>>> '${line.trim()}'\nwrong number of arguments`,
      };
    }
    if (name === "requirepass") config.password = values[0] === '""' ? null : (values[0] ?? null);
    if (name === "bind") config.bindsAll = values.some((v) => ["*", "-::*", "::", "0.0.0.0"].includes(v));
    if (name === "appendonly") config.appendOnly = values[0] === "yes";
  }
  return config;
}

export const redis: Behaviour = {
  plan: () => ({ kind: "service", milliseconds: 800 }),

  boot(seen): Outcome {
    const config = redisConfig(seen);
    if ("error" in config) return { lines: config.error.split("\n"), exit: 1 };
    delete seen.machine.disk.redisPasswords;
    if (config.appendOnly) seen.disk.redis ??= { savedAt: seen.world.now().toISOString() };
    return {
      lines: [
        "1:C # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo",
        `1:C * Redis version=${seen.image.version}, bits=64, commit=00000000, modified=0, pid=1, just started`,
        "1:M * Running mode=standalone, port=6379.",
        "1:M * Server initialized",
        "1:M * Ready to accept connections tcp",
      ],
    };
  },

  execute(seen, command) {
    return command[0] === "redis-cli" ? redisCli(seen, command.slice(1)) : undefined;
  },

  sockets: () => ["0.0.0.0:6379", "[::]:6379"],
};

/**
 * Whether the default user may log in with this password: the configured one, or one added since the start.
 */
export function lets(seen: Situation, config: RedisConfig, password: string): boolean {
  const added = seen.machine.disk.redisPasswords ?? [];
  return config.password === password || added.includes(createHash("sha256").update(password).digest("hex"));
}

/**
 * The contents of Sidekiq's keys (sidekiq/sidekiq lib/sidekiq/api.rb): a set of the queues' names, a list for
 * each queue, and two sorted sets. Without a terminal redis-cli prints numbers and members bare (redis/redis
 * src/redis-cli.c).
 */
function count({ disk }: Situation, command: string, words: string[]): string | undefined {
  const [key = ""] = words;
  const jobs = disk.redis?.jobs ?? { queues: {}, schedule: 0, retry: 0 };
  const isWrong = words.length !== 1;
  if (!["SMEMBERS", "LLEN", "ZCARD"].includes(command)) return undefined;
  if (isWrong) return `ERR wrong number of arguments for '${command.toLowerCase()}' command`;
  const queue = key.startsWith("queue:") ? jobs.queues[key.slice("queue:".length)] : undefined;
  const held: Record<string, string | undefined> = {
    SMEMBERS: key === "queues" ? Object.keys(jobs.queues).join("\n") : undefined,
    LLEN: queue === undefined ? undefined : String(queue),
    ZCARD: key === "schedule" || key === "retry" ? String(jobs[key]) : undefined,
  };
  const other = key === "queues" || queue !== undefined || key === "schedule" || key === "retry";
  if (held[command] === undefined && other)
    return "WRONGTYPE Operation against a key holding the wrong kind of value";
  return held[command] ?? (command === "SMEMBERS" ? "" : "0");
}

/**
 * `SORT_RO processes BY nosort GET # GET *->beat` (redis.io/docs, SORT): each process and its last heartbeat.
 * The heartbeat is empty once its key has expired, after 60 s (sidekiq/sidekiq lib/sidekiq/launcher.rb).
 */
function beats({ world, disk }: Situation): string {
  const machines = Object.values(world.state.fly.apps).flatMap((app) => Object.values(app.machines));
  return (disk.sidekiqs ?? [])
    .flatMap((identity) => {
      const machine = machines.find((one) => one.id === identity.split(":")[0]);
      const isAlive = machine?.state === "started" && machine.ready && machine.hangs !== true;
      return [identity, isAlive ? String(world.now().getTime() / 1000) : ""];
    })
    .join("\n");
}

/**
 * redis-cli exits 0 whatever the server answers (redis/redis src/redis-cli.c). It reports a failed -a on
 * stderr.
 */
function redisCli(seen: Situation, args: string[]): Execution {
  const at = args.indexOf("-a");
  const words = args.filter((word, index) => !word.startsWith("-") && (at < 0 || index !== at + 1));
  const said = (stdout: string, stderr = "") => ({ exit: 0, stdout: `${stdout}\n`, stderr });
  const config = redisConfig(seen);
  if (!seen.machine.ready || "error" in config)
    return {
      exit: 1,
      stdout: "",
      stderr: "Could not connect to Redis at 127.0.0.1:6379: Connection refused\n",
    };
  if (config.password !== null && (at < 0 || !lets(seen, config, args[at + 1] ?? ""))) {
    const refusal = "AUTH failed: WRONGPASS invalid username-password pair or user is disabled.\n";
    return said("NOAUTH Authentication required.", at < 0 ? "" : refusal);
  }
  const [command = "", ...rest] = words;
  if (command.toUpperCase() === "PING") return said("PONG");
  const [verb, user, rule = ""] = rest;
  if (command.toUpperCase() === "ACL" && verb?.toUpperCase() === "SETUSER" && user === "default") {
    if (!/^#[0-9a-f]{64}$/.test(rule))
      return said(`ERR Error in ACL SETUSER modifier '${rule}': Syntax error`);
    const known = seen.machine.disk.redisPasswords ?? [];
    seen.machine.disk.redisPasswords = [...new Set([...known, rule.slice(1)])];
    seen.world.changed();
    return said("OK");
  }
  if ([command.toUpperCase(), ...rest].join(" ") === "SORT_RO processes BY nosort GET # GET *->beat")
    return said(beats(seen));
  const counted = count(seen, command.toUpperCase(), rest);
  if (counted !== undefined) return said(counted);
  return said(`ERR unknown command '${command}', with args beginning with: `);
}
