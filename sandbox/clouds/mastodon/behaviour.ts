/** What the programs in images have in common: what they see, and the questions that they are asked. */
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

/** How it will go on: `milliseconds` until a service listens, or until a job ends. */
export interface Plan {
  kind: "service" | "job";
  milliseconds: number;
}

/** How it went: lines of its log, and an exit code unless it goes on running. */
export interface Outcome {
  lines: string[];
  exit?: number;
  /** The kernel ended it for want of memory. */
  oom?: boolean;
}

/** What a command that is run beside the program prints. */
export interface Execution {
  exit: number;
  stdout: string;
  stderr: string;
}

/** A request as it reaches the program, behind Fly's proxy or from a health check. */
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

/** One kind of image. */
export interface Behaviour {
  plan(seen: Situation): Plan;
  boot(seen: Situation): Outcome;
  /** A command beside the program; undefined: the image has no such executable. */
  execute?(seen: Situation, command: string[]): Execution | undefined;
  /** undefined: it speaks no HTTP on that port. */
  respond?(seen: Situation, request: HttpRequest): HttpAnswer | undefined;
  /** Addresses that it listens on: `[::]:3000`. */
  sockets(seen: Situation): string[];
}

/** The command inside `sh -c`, expanded; of a script with pipes or several commands only the first is understood. */
export function inner(words: string[], env: Record<string, string>): string[] {
  const shell = /^(\/bin\/)?(ba|a)?sh$/.test(words[0] ?? "") && words[1] === "-c";
  if (!shell) return words;
  const command = pipeline(words[2] ?? "", env)[0] ?? [];
  return command[0] === "exec" ? command.slice(1) : command;
}

/** Text as log lines. */
export function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
