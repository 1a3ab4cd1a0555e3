/**
 * Shows the toolchain's progress: steps with a spinner on a terminal, plain lines elsewhere. Progress goes to
 * stderr, so that a program's result on stdout can be piped.
 */
import * as clack from "@clack/prompts";

/** A step in progress. End it with exactly one of `done` and `fail`. */
export interface Step {
  /** Replaces the text beside the spinner. Plain output prints at most one line in ten seconds. */
  update(text: string): void;
  done(text: string): void;
  fail(text: string): void;
}

/** Where progress is shown. */
export interface Terminal {
  step(text: string): Step;
  info(text: string): void;
  success(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/** Shortest time between two printed updates of one step on plain output. */
const plainIntervalMs = 10_000;

/** Uses spinners on a terminal that can draw them, and plain lines in CI, in pipes and with TERM=dumb. */
export function openTerminal(stream: NodeJS.WriteStream = process.stderr): Terminal {
  const fancy = stream.isTTY && process.env.TERM !== "dumb" && !process.env.CI;
  return fancy ? fancyTerminal(stream) : plainTerminal((line) => stream.write(`${line}\n`));
}

/** Shows nothing, for callers that need only the result. */
export const silentTerminal: Terminal = plainTerminal(() => {});

function fancyTerminal(output: NodeJS.WriteStream): Terminal {
  type Kind = "info" | "success" | "warn" | "error";
  const print = (kind: Kind) => (text: string) => {
    // A spinner may be on this line. It draws itself again on the next line.
    output.write(clearLine);
    clack.log[kind](text, { output, spacing: 0 });
  };
  return {
    step(text) {
      const began = Date.now();
      const spinner = spin(output, text);
      return {
        update: spinner.update,
        done(end) {
          spinner.stop();
          print("success")(`${end}${took(began)}`);
        },
        fail(end) {
          spinner.stop();
          print("error")(end);
        },
      };
    },
    info: print("info"),
    success: print("success"),
    warn: print("warn"),
    error: print("error"),
  };
}

const clearLine = "\r\x1b[K";

/**
 * A spinner on one line. clack's own spinner is not used: it puts the terminal into raw mode, so Ctrl-C
 * reaches no child, and it ends this process with code 0 before anything is cleaned up (`block` in
 * @clack/core).
 */
function spin(output: NodeJS.WriteStream, first: string): { update(text: string): void; stop(): void } {
  const frames = ["◒", "◐", "◓", "◑"];
  let text = first;
  let turn = 0;
  const draw = () => {
    const line = `${frames[turn++ % frames.length]}  ${text}`.slice(0, Math.max(20, output.columns - 1));
    output.write(`\r${line}\x1b[K`);
  };
  draw();
  const timer = setInterval(draw, 120);
  timer.unref();
  return {
    update(next) {
      text = next;
    },
    stop() {
      clearInterval(timer);
      output.write(clearLine);
    },
  };
}

/** Prints one line per event through `print`. Exported for its tests and for other programs that show progress. */
export function plainTerminal(print: (line: string) => void, now: () => number = Date.now): Terminal {
  return {
    step(text) {
      const began = now();
      let shown = began;
      print(`...   ${text}`);
      return {
        update(next) {
          if (now() - shown < plainIntervalMs) return;
          shown = now();
          print(`...   ${next}`);
        },
        done: (end) => print(`ok    ${end}${took(began, now())}`),
        fail: (end) => print(`FAIL  ${end}`),
      };
    },
    info: (text) => print(`      ${text}`),
    success: (text) => print(`ok    ${text}`),
    warn: (text) => print(`warn  ${text}`),
    error: (text) => print(`FAIL  ${text}`),
  };
}

/** " (12 s)", or nothing for less than a second. */
function took(began: number, ended = Date.now()): string {
  const seconds = Math.round((ended - began) / 1000);
  return seconds < 1 ? "" : ` (${seconds} s)`;
}
