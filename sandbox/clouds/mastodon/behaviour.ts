/**
 * What the programs in images have in common: what they see of the world, and the operations that they
 * implement.
 */
import type { Image } from "../fly/images.ts";
import type { App, Disk, Machine } from "../fly/state.ts";
import type { World } from "../world.ts";
import { pipeline } from "./shell.ts";

/** What a program sees of the world. */
export interface Situation {
  world: World;
  app: App;
  machine: Machine;
  image: Image;
  /** Entrypoint and command. */
  argv: string[];
  env: Record<string, string>;
  disk: Disk;
}

/** What a machine's program will do: `milliseconds` until a service listens, or until a job ends. */
export interface Plan {
  kind: "service" | "job";
  milliseconds: number;
}

/** The result: log lines, and an exit code unless the program continues to run. */
export interface Outcome {
  lines: string[];
  exit?: number;
  /** The job has no result yet, and looks again after so many milliseconds. */
  againMs?: number;
  /** The kernel killed it for lack of memory. */
  oom?: boolean;
}

/** The result of a command that is run next to the program. */
export interface Execution {
  exit: number;
  stdout: string;
  stderr: string;
}

/** A request as it reaches the program, from Fly's proxy or from a health check. */
export interface HttpRequest {
  port: number;
  method: string;
  path: string;
  query: URLSearchParams;
  host: string;
  scheme: "http" | "https";
  headers: Headers;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The behaviour of one kind of image. */
export interface Behaviour {
  plan(seen: Situation): Plan;
  boot(seen: Situation): Outcome;
  /** Runs a command next to the program; undefined: the image has no such executable. */
  execute?(seen: Situation, command: string[]): Execution | undefined;
  /** undefined: the program does not speak HTTP on that port. */
  respond?(seen: Situation, request: HttpRequest): HttpAnswer | undefined;
  /** Addresses that the program listens on: `[::]:3000`. */
  sockets(seen: Situation): string[];
}

/**
 * The command inside `sh -c`, expanded. Of a script with pipes or several commands, only the first command is
 * returned.
 */
export function inner(words: string[], env: Record<string, string>): string[] {
  const shell = /^(\/bin\/)?(ba|a)?sh$/.test(words[0] ?? "") && words[1] === "-c";
  if (!shell) return words;
  const command = pipeline(words[2] ?? "", env)[0] ?? [];
  return command[0] === "exec" ? command.slice(1) : command;
}

/** Splits a text into log lines. */
export function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
