/** A `pulumi` that gives prepared answers: what a command asks of the engine, without an engine. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { required } from "./config.ts";

/** An answer: text on stdout, or what else the program does, in the words of a shell. */
export type Answer = string | { script: string };

/** A folder with such a pulumi. */
export interface ScriptedPulumi extends Disposable {
  folder: string;
  /** The lines with which it was called so far, without `pulumi`. */
  calls(): string[];
}

/** @param answers by the first two words of a call: `stack ls`, `config --json`. Any other call fails. */
export function scriptedPulumi(answers: Record<string, Answer>): ScriptedPulumi {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-"));
  const calls = join(folder, "calls");
  writeFileSync(calls, "");
  const cases = Object.entries(answers).map(([words, answer], i) => {
    if (typeof answer !== "string") return `"${words}") ${answer.script} ;;`;
    const file = join(folder, String(i));
    writeFileSync(file, answer);
    return `"${words}") cat "${file}" ;;`;
  });
  const script = [
    "#!/bin/sh",
    `echo "$*" >> "${calls}"`,
    'case "$1 $2" in',
    ...cases,
    '*) echo "error: unexpected: $*" >&2; exit 255 ;;',
    "esac",
  ];
  writeFileSync(join(folder, "pulumi"), `${script.join("\n")}\n`, { mode: 0o755 });
  return {
    folder,
    calls: () => readFileSync(calls, "utf8").split("\n").slice(0, -1),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Answers about one stack, which is selected. @param config as a stack's file has it, over the required keys */
export function stackAnswers(name: string, config: Record<string, string> = {}): Record<string, Answer> {
  const keys = Object.entries(required).map(([key, value]) => [`mastiff:${key}`, value]);
  const all = Object.entries({ ...Object.fromEntries(keys), ...config } as Record<string, string>);
  return {
    "stack ls": JSON.stringify([{ name, current: true }]),
    "config --json": JSON.stringify(
      Object.fromEntries(all.map(([key, value]) => [key, { value, secret: false }])),
    ),
  };
}
