/** Runs the table of checks. */
import type { Check, Instead } from "./check.ts";
import type { Community } from "./community.ts";
import { Finding } from "./expect.ts";
import { reasonOf } from "./reason.ts";
import { checks } from "./table.ts";
import type { Visitor } from "./visitor.ts";

/** How a check ended: `problem` is what was found wrong, undefined when the check passed. */
export interface Result {
  name: string;
  problem: string | undefined;
}

/** What a check found wrong. */
export interface Problem {
  came: string;
  /** False: there was no answer that could be judged. */
  answered: boolean;
  instead: Instead;
}

/** Runs all checks at once, each on its own: one that fails stops no other. Results are in the table's order. */
export function runChecks(
  visitor: Visitor,
  community: Community,
  table: readonly Check[] = checks,
): Promise<Result[]> {
  return Promise.all(
    table.map(async (check) => {
      const problem = await problemOf(check, community, () => check.ask(visitor, community));
      return { name: check.name, problem: problem?.came };
    }),
  );
}

/** Asks, and has the answers judged. @returns undefined when the check passed */
export async function problemOf<Answers>(
  { judge, unanswered = {} }: Pick<Check<Answers>, "judge" | "unanswered">,
  community: Community,
  ask: () => Promise<Answers>,
): Promise<Problem | undefined> {
  let answers: Answers;
  try {
    answers = await ask();
  } catch (error) {
    return { came: reasonOf(error), answered: false, instead: unanswered };
  }
  try {
    judge(answers, community);
    return undefined;
  } catch (error) {
    const instead = error instanceof Finding ? error.instead : {};
    return { came: reasonOf(error), answered: true, instead };
  }
}
