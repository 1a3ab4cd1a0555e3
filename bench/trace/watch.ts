/** Watches an operation while it runs: the engine's events, and how long each counted process lives. */
import { closeSync, openSync, readSync } from "node:fs";
import type { EngineEvent } from "@pulumi/pulumi/automation/events.js";
import { isAlive } from "../../sandbox/toolchain/alive.ts";
import type { Start } from "../counting-toolchain.ts";

/** An event with the time at which the engine wrote it. The event's own time is in whole seconds. */
export interface Seen {
  at: number;
  event: EngineEvent;
}

export interface Watch {
  events: Seen[];
  /** When a process was gone, by its number. */
  ends: Map<number, number>;
  /** Ends the watch, after a last look. */
  stop(): void;
}

/** How often it looks. All times are right to within this. */
const intervalMs = 20;

/**
 * @param log file that the engine writes its events to, one JSON document a line
 * @param starts the processes that were started until now
 */
export function watch(log: string, starts: () => Start[]): Watch {
  const events: Seen[] = [];
  const ends = new Map<number, number>();
  let read = 0;
  let rest = "";
  const look = () => {
    const at = Date.now();
    const text = textAfter(log, read);
    read += text.length;
    const lines = (rest + text.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.filter((one) => one !== ""))
      events.push({ at, event: JSON.parse(Buffer.from(line, "latin1").toString()) as EngineEvent });
    for (const { pid } of starts()) if (!ends.has(pid) && !isAlive(pid)) ends.set(pid, at);
  };
  const timer = setInterval(look, intervalMs);
  return {
    events,
    ends,
    stop() {
      clearInterval(timer);
      look();
    },
  };
}

/** The bytes of a file after the first `read` ones; none while there is no file. */
function textAfter(file: string, read: number): Buffer {
  let open: number;
  try {
    open = openSync(file, "r");
  } catch {
    return Buffer.alloc(0);
  }
  try {
    const chunks: Buffer[] = [];
    for (let at = read; ; ) {
      const chunk = Buffer.alloc(65_536);
      const length = readSync(open, chunk, 0, chunk.length, at);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
      at += length;
    }
  } finally {
    closeSync(open);
  }
}
