/** Examines a community on the real internet: asks all checks at once, and says what each bad answer means. */
import { type Check, type Urgency, urgencies } from "./check.ts";
import type { Community } from "./community.ts";
import type { Inspection, Inspector } from "./inspector.ts";
import { outsideChecks } from "./outside.ts";
import { problemOf } from "./run.ts";
import { checks } from "./table.ts";

/** A finding with its advice. */
export interface Diagnosis {
  /** Name of the check. */
  check: string;
  urgency: Urgency;
  asked: string;
  came: string;
  means: string;
  repair: string;
  /** False: there was no answer that could be judged. */
  answered: boolean;
  /** Further checks to which the same host gave no answer for the same reason. */
  also: string[];
}

/** A check that came to its end. `found` is undefined when all is well. */
export interface Progress {
  check: string;
  found: Diagnosis | undefined;
}

/** All checks from outside, in the order in which they are reported. */
export function checksOf(community: Community): Check<unknown, Inspector>[] {
  return [...checks, ...outsideChecks(community)];
}

/**
 * Asks everything at once. A check that takes longer than its limit is over.
 *
 * @param told hears of each check that came to its end
 * @param table the checks. Default: those from outside
 * @returns the findings, the most urgent first; none when all is well
 */
export async function examine(
  { open, limitMs }: Inspection,
  community: Community,
  told: (progress: Progress) => void = () => {},
  table: readonly Check<unknown, Inspector>[] = checksOf(community),
): Promise<Diagnosis[]> {
  const ended = await Promise.all(
    table.map(async (check) => {
      const problem = await problemOf(check, community, () =>
        within(check.limitMs ?? limitMs, (signal) => check.ask(open(signal), community)),
      );
      const found: Diagnosis | undefined = problem && {
        check: check.name,
        urgency: problem.instead.urgency ?? check.urgency,
        asked: check.asked(community),
        came: problem.came,
        means: problem.instead.means ?? check.means,
        repair: problem.instead.repair ?? check.repair,
        answered: problem.answered,
        also: [],
      };
      told({ check: check.name, found });
      return { at: check.at(community), found };
    }),
  );
  const found = ended.flatMap(({ at, found }) => (found === undefined ? [] : [{ at, found }]));
  found.sort((a, b) => rank(b.found.urgency) - rank(a.found.urgency));
  return together(found);
}

/** Whether a finding is as urgent as that, or more. */
export function isAtLeast(urgency: Urgency, least: Urgency): boolean {
  return rank(urgency) >= rank(least);
}

const rank = (urgency: Urgency) => urgencies.indexOf(urgency);

/** A host that is silent fails all of its checks: the first of them speaks for all. */
function together(found: readonly { at: string; found: Diagnosis }[]): Diagnosis[] {
  const silent = new Map<string, Diagnosis>();
  return found.flatMap(({ at, found: one }) => {
    if (one.answered) return [one];
    const key = JSON.stringify([at, one.came]);
    const first = silent.get(key);
    if (first !== undefined) {
      first.also.push(one.check);
      return [];
    }
    silent.set(key, one);
    return [one];
  });
}

/** Does the work for as long as the limit lets it. @throws Error when it takes longer */
export async function within<T>(limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${limitMs / 1000} s`)), limitMs);
  });
  try {
    return await Promise.race([work(over.signal), late]);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}
