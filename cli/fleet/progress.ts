/**
 * What happens to each stack, while it happens: rows that are drawn again and again on a terminal, else a line for each
 * step. A stack that has ended is one line for good, so a long run needs no more room than a short one.
 */
import type { Shell } from "../../providers/shared/shell.ts";
import type { Row } from "./row.ts";

/** Shows a run. */
export interface Progress {
  begin(stack: string): void;
  step(stack: string, words: string): void;
  end(row: Row): void;
  /** Why no further stack begins; undefined: one does. */
  wait(why: string | undefined): void;
  /** Ends the drawing. */
  close(): void;
}

/** Where to show it. */
export type Screen = Pick<Shell, "stderr" | "columns">;

/**
 * @param total how many stacks there are
 * @param now in milliseconds; only differences count
 */
export function progressOn(screen: Screen, total: number, now: () => number): Progress {
  return screen.columns === undefined ? lines(screen) : rows(screen, total, now);
}

/** The last line of a row. */
export function endWords({ stack, result, seconds }: Row): string {
  return `${stack}: ${result} after ${Math.round(seconds)} s`;
}

function lines(screen: Screen): Progress {
  const stderr = (text: string) => screen.stderr(text);
  const last = new Map<string, string>();
  let waits: string | undefined;
  return {
    begin: (stack) => stderr(`${stack}: begins\n`),
    step(stack, words) {
      if (last.get(stack) === words) return;
      last.set(stack, words);
      stderr(`${stack}: ${words}\n`);
    },
    end(row) {
      last.delete(row.stack);
      stderr(`${endWords(row)}\n`);
    },
    wait(why) {
      if (why !== undefined && why !== waits) stderr(`${why}\n`);
      waits = why;
    },
    close() {},
  };
}

/** Often enough for seconds that count up; cheap, because a terminal far away draws slowly. */
const frameMs = 250;

/** More would not fit on a small terminal, and what has left the screen cannot be erased. */
const mostRows = 20;

function rows(screen: Screen, total: number, now: () => number): Progress {
  const running = new Map<string, { since: number; words: string }>();
  let ended = 0;
  let why: string | undefined;
  let drawn = 0;

  /** Back to the first of the rows, and what was drawn is gone (ECMA-48: CUU, ED). */
  const erase = () => (drawn === 0 ? "" : `\u001b[${drawn}A\u001b[J`);
  const draw = (forGood = "") => {
    const shown = [...running].slice(0, mostRows);
    const width = Math.max(...shown.map(([stack]) => stack.length));
    const hidden = running.size - shown.length;
    const texts = [
      ...shown.map(([stack, { since, words }]) => {
        const seconds = String(Math.floor((now() - since) / 1000)).padStart(4);
        return `${stack.padEnd(width)}  ${seconds} s  ${words}`;
      }),
      [
        `${ended} of ${total} stacks have ended`,
        ...(hidden > 0 ? [`${hidden} more are at work`] : []),
        ...(why === undefined ? [] : [why]),
      ].join("; "),
    ];
    // A row that goes on in a second line of the terminal would not be erased.
    const room = (screen.columns ?? 80) - 1;
    screen.stderr(`${erase()}${forGood}${texts.map((text) => `${text.slice(0, room)}\n`).join("")}`);
    drawn = texts.length;
  };
  const timer = setInterval(() => draw(), frameMs);
  return {
    begin(stack) {
      running.set(stack, { since: now(), words: "begins" });
    },
    step(stack, words) {
      const row = running.get(stack);
      if (row !== undefined) row.words = words;
    },
    end(row) {
      running.delete(row.stack);
      ended += 1;
      draw(`${endWords(row)}\n`);
    },
    wait(words) {
      why = words;
    },
    close() {
      clearInterval(timer);
      screen.stderr(erase());
      drawn = 0;
    },
  };
}
