/**
 * A review: what an `up` would do, for a person to judge. Pure.
 *
 *   events of a preview ─► steps ─► changes: words, interruptions, data
 *          │           └► what the refresh found ─► drift
 *          └► errors, warnings, policies ─► refused, warnings
 *   state, config ─► cost before and after
 */
import { componentNames } from "../../components/stack/logical-names.ts";
import type { Change, Interruption, TouchedData } from "./change.ts";
import type { CostChange } from "./cost-change.ts";
import { type Drift, driftIn } from "./drift.ts";
import { described } from "./elsewhere.ts";
import { driftOf, failedRunsOf } from "./on-fly.ts";
import type { Preview } from "./preview.ts";
import { type Notice, noticesIn } from "./refusals.ts";
import { foundIn, natural, type Step, stepsIn } from "./steps.ts";

/** What a review found that matters most, in rising order. */
export const verdicts = ["nothing", "change", "drift", "failed", "refused"] as const;
export type Verdict = (typeof verdicts)[number];

/** A machine whose last run by its schedule failed, or is missing. */
export interface FailedRun {
  /** Logical name of the resource that stands for the machine. */
  name: string;
  /** A sentence for each thing that went wrong. */
  words: readonly string[];
}

/**
 * Everything that a review says. `--json` prints it. The order of each list depends only on what it says, so that two
 * reviews of one change are one text.
 */
export interface Review {
  stack: string;
  verdict: Verdict;
  refused: Notice[];
  warnings: Notice[];
  changes: Change[];
  interruptions: Interruption[];
  data: TouchedData[];
  drift: Drift[];
  failed: FailedRun[];
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
  const failed = steps.flatMap((step) => {
    const words = failedRunsOf(step);
    return words.length === 0 ? [] : [{ name: step.name, words }];
  });
  const empty = new Set(steps.flatMap(nothingToLose));
  const changes = steps.map((step) => changeOf(step, drifted, empty));
  const found = { refused, failed, drift, change: changes };
  return {
    stack,
    verdict: verdicts.findLast((verdict) => verdict !== "nothing" && found[verdict].length > 0) ?? "nothing",
    refused,
    warnings,
    changes,
    interruptions: unique(changes.flatMap(({ interruptions }) => interruptions)).sort(
      (a, b) => Number(isNobody(a)) - Number(isNobody(b)),
    ),
    data: unique(changes.flatMap(({ data }) => data)),
    drift,
    failed,
    cost: cost.toSorted((a, b) => natural(a.community, b.community)),
  };
}

/** What is new with the first release of a community: there is nothing yet that it could delete. */
function nothingToLose({ name, operation }: Step): string[] {
  const [community = "", ...rest] = name.split(/-web-machines-release$/);
  if (operation !== "create" || rest.length === 0) return [];
  const { housekeeping } = componentNames(community);
  return [`${housekeeping}-retention`, `${housekeeping}-machine`];
}

function changeOf(step: Step, drifted: ReadonlySet<string>, empty: ReadonlySet<string>): Change {
  const { part, words = [], interruptions = [], data = [], ...rest } = described(step);
  const { operation, name } = step;
  const isRepair = drifted.has(name) || driftOf(step).length > 0;
  const touched = empty.has(name) ? data.filter(({ isLost }) => !isLost) : [...data];
  return { ...rest, part, words, interruptions, data: touched, operation, name, isRepair };
}

/** Whether people do not notice it. */
export function isNobody({ cutOff }: Interruption): boolean {
  return cutOff.startsWith("nobody");
}

function unique<T>(list: readonly T[]): T[] {
  const texts = list.map((one) => JSON.stringify(one));
  return list.filter((_, index) => texts.indexOf(texts[index] ?? "") === index);
}
