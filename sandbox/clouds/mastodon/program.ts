/**
 * The programs that run in machines, by image: how long they take, what they do, what they answer.
 *
 * A program is called twice. `plan` is called when its machine starts: it says whether the program is a
 * service or a job, and how long it takes to listen or to end. `boot` is called when that time is over: it
 * applies the effects on databases and buckets.
 */
import type { Program } from "../fly/images.ts";
import {
  type Behaviour,
  type Execution,
  type HttpAnswer,
  type HttpRequest,
  inner,
  lines,
  type Outcome,
  type Plan,
  type Situation,
} from "./behaviour.ts";
import { postgresFlex } from "./postgres-flex.ts";
import { rails } from "./rails.ts";
import { rclone } from "./rclone.ts";
import { redis } from "./redis.ts";
import { split } from "./shell.ts";
import { streaming } from "./streaming.ts";

/** An image that contains only a shell. */
const bare: Behaviour = {
  plan: (seen) =>
    seen.argv[0] === "sleep" ? { kind: "service", milliseconds: 0 } : { kind: "job", milliseconds: 300 },
  boot(seen) {
    if (seen.argv[0] === "sleep") return { lines: [] };
    const ran = execute(seen, seen.argv, "");
    return { lines: lines(ran.stdout + ran.stderr), exit: ran.exit };
  },
  sockets: () => [],
};

const behaviours: Record<Program, Behaviour> = {
  mastodon: rails,
  "mastodon-streaming": streaming,
  "postgres-flex": postgresFlex,
  postgres: bare,
  rclone,
  redis,
  alpine: bare,
};

/** What a machine's program will do, and how long it takes. */
export function plan(seen: Situation): Plan {
  return behaviours[seen.image.program].plan(seen);
}

/** Runs the program: its effects, its log lines, and its exit code if it ends. */
export function boot(seen: Situation): Outcome {
  return stored(seen, () => behaviours[seen.image.program].boot(seen));
}

/** Lets a program work on databases. One that really runs gets what was changed in its contents. */
function stored<Result>({ world }: Situation, work: () => Result): Result {
  try {
    return work();
  } finally {
    world.real?.store();
  }
}

/** Answers a request to a machine; undefined: no program there accepts it. */
export function respond(seen: Situation, request: HttpRequest): HttpAnswer | undefined {
  if (!seen.machine.ready) return undefined;
  return stored(seen, () => behaviours[seen.image.program].respond?.(seen, request));
}

/** Addresses that a machine's program listens on; none before it is ready. */
export function sockets(seen: Situation): string[] {
  return seen.machine.ready ? behaviours[seen.image.program].sockets(seen) : [];
}

/** Whether a program listens on a port that Fly's proxy can reach: the proxy does not reach the loopback. */
export function listens(seen: Situation, port: number): boolean {
  return sockets(seen).some((at) => at.endsWith(`:${port}`) && !/^(127\.|\[::1\]|localhost)/.test(at));
}

/**
 * Runs a command in a machine. A line is split into words without expansion. `sh -c` expands. The command has
 * the machine's environment. https://fly.io/docs/machines/api/machines-resource/ (exec)
 */
export function execute(seen: Situation, command: string | string[], _stdin: string): Execution {
  const words = typeof command === "string" ? split(command) : command;
  const [name, ...rest] = inner(words, seen.env);
  if (name === undefined) return { exit: 0, stdout: "", stderr: "" };
  const own = stored(seen, () => behaviours[seen.image.program].execute?.(seen, [name, ...rest]));
  if (own !== undefined) return own;
  const plain = basics(seen, name, rest);
  return plain ?? { exit: 127, stdout: "", stderr: `sh: ${name}: not found\n` };
}

/** Commands that every image has. */
function basics(seen: Situation, name: string, args: string[]): Execution | undefined {
  const said = (stdout: string) => ({ exit: 0, stdout, stderr: "" });
  if (name === "echo") return said(`${args.join(" ")}\n`);
  if (name === "true") return said("");
  if (name === "false") return { exit: 1, stdout: "", stderr: "" };
  if (name === "exit") return { exit: Number(args[0] ?? 0), stdout: "", stderr: "" };
  if (name === "sleep") return said("");
  if (name === "printenv") {
    const value = seen.env[args[0] ?? ""];
    return value === undefined ? { exit: 1, stdout: "", stderr: "" } : said(`${value}\n`);
  }
  return undefined;
}
