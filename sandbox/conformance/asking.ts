/** Asks both sides the questions of a comparison, and finds the answers that differ. */
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Question, Side } from "./question.ts";
import type { Difference } from "./report.ts";

/** Result of a comparison. */
export interface Asked {
  differences: Difference[];
  /** Names of questions whose answers differed the first time, and were equal when asked again alone. */
  onlyOnce: string[];
}

/** Time limit for one side's answer, in milliseconds. Most answers take a second. */
const patience = 180_000;

/**
 * Asks every question. A question whose answers differ is asked once more after all others, because an
 * overloaded machine can make an answer late on either side.
 *
 * @param told called after each question, with the number of questions asked and of those to be asked again.
 */
export async function askAll(
  questions: Question[],
  atOnce: number,
  told: (through: number, suspects: number) => void = () => {},
): Promise<Asked> {
  const waiting = [...questions];
  const suspects: Question[] = [];
  let through = 0;
  const worker = async () => {
    for (let question = waiting.shift(); question !== undefined; question = waiting.shift()) {
      if ((await difference(question)) !== undefined) suspects.push(question);
      through += 1;
      told(through, suspects.length);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));

  const asked: Asked = { differences: [], onlyOnce: [] };
  for (const question of suspects) {
    const found = await difference(question);
    if (found === undefined) asked.onlyOnce.push(question.name);
    else asked.differences.push(found);
  }
  return asked;
}

async function difference(question: Question): Promise<Difference | undefined> {
  const [official, ours] = await Promise.all([answer(question, "official"), answer(question, "ours")]);
  if (isDeepStrictEqual(official, ours)) return undefined;
  return { part: question.part, question: question.name, official, ours };
}

/**
 * A side's answer. A timeout and an error count as answers, so that a side that hangs is reported and the
 * other questions are still asked.
 */
async function answer(question: Question, side: Side): Promise<unknown> {
  const limit = new AbortController();
  const silence = setTimeout(patience, { silent: `no answer within ${patience / 1000} s` }, limit).catch(
    () => {},
  );
  try {
    return await Promise.race([question.ask(side), silence]);
  } catch (error) {
    return { threw: error instanceof Error ? error.message : String(error) };
  } finally {
    limit.abort();
  }
}
