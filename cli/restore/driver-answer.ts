/** The driver's answers to a restore and a drill. */
import { runDriver } from "../driver.ts";

/** One run of the driver, without its answer. */
export type Question = Omit<Parameters<typeof runDriver>[0], "stdout">;

/** How a run ended: the driver has said on stderr why it failed. */
export interface Answered<T> {
  code: number;
  /** Undefined after a failure. */
  answer: T | undefined;
}

/** Runs the driver, and reads what it prints. */
export async function driverAnswer<T>(question: Question): Promise<Answered<T>> {
  let printed = "";
  const code = await runDriver({
    ...question,
    stdout(text) {
      printed += text;
    },
  });
  return { code, answer: code === 0 ? (JSON.parse(printed) as T) : undefined };
}
