/**
 * A review: what an `up` would do, for a person to judge. Pure.
 *
 *   events of a preview ─► steps ─► changes: words, interruptions, data
 *          │           └► what the refresh found ─► drift
 *          └► errors, warnings, policies ─► refused, warnings
 *   state, config ─► cost before and after
 */
import type { Change, Interruption, TouchedData } from "./change.ts";
import type { CostChange } from "./cost-change.ts";
import { type Drift, driftIn } from "./drift.ts";
import { described } from "./elsewhere.ts";
import { driftOf } from "./on-fly.ts";
import type { Preview } from "./preview.ts";
import { type Notice, noticesIn } from "./refusals.ts";
import { foundIn, type Step, stepsIn } from "./steps.ts";

/** What a review found that matters most: `change` is less than `drift`, `drift` less than `refused`. */
export const verdicts = ["nothing", "change", "drift", "refused"] as const;
export type Verdict = (typeof verdicts)[number];

/** Everything that a review says. `--json` prints it. */
export interface Review {
  stack: string;
  verdict: Verdict;
  refused: Notice[];
  warnings: Notice[];
  changes: Change[];
  interruptions: Interruption[];
  data: TouchedData[];
  drift: Drift[];
  cost: CostChange[];
}

/** Reviews a preview of a stack. */
export function reviewOf(
  stack: string,
  preview: Pick<Preview, "events" | "isAccepted" | "output">,
  cost: CostChange[],
): Review {
  const steps = stepsIn(preview.events);
  const { refused, warnings } = noticesIn(preview.events, preview);
  const drift = driftIn(steps, foundIn(preview.events));
  const drifted = new Set(drift.map(({ name }) => name));
  const changes = steps.map((step) => changeOf(step, drifted));
  return {
    stack,
    verdict:
      refused.length > 0 ? "refused" : drift.length > 0 ? "drift" : changes.length > 0 ? "change" : "nothing",
    refused,
    warnings,
    changes,
    interruptions: unique(changes.flatMap(({ interruptions }) => interruptions)).sort(
      (a, b) => Number(isNobody(a)) - Number(isNobody(b)),
    ),
    data: unique(changes.flatMap(({ data }) => data)),
    drift,
    cost,
  };
}

function changeOf(step: Step, drifted: ReadonlySet<string>): Change {
  const { part, words = [], interruptions = [], data = [], ...rest } = described(step);
  const { operation, name } = step;
  const isRepair = drifted.has(name) || driftOf(step).length > 0;
  return { ...rest, part, words, interruptions, data, operation, name, isRepair };
}

/** Whether people do not notice it. */
export function isNobody({ cutOff }: Interruption): boolean {
  return cutOff.startsWith("nobody");
}

function unique<T>(list: readonly T[]): T[] {
  const texts = list.map((one) => JSON.stringify(one));
  return list.filter((_, index) => texts.indexOf(texts[index] ?? "") === index);
}
