/** The form of a check. What asks and what judges are apart: judges are pure. */
import type { Community } from "./community.ts";
import type { Visitor } from "./visitor.ts";

/**
 * How soon somebody should act on a finding. `critical`: people or other servers are kept out now, or in days, or nothing
 * protects the data.
 */
export type Urgency = "info" | "warning" | "critical";

/** From the least to the most urgent. */
export const urgencies: readonly Urgency[] = ["info", "warning", "critical"];

/** Words of a check that do not fit one of its findings, and those that do. */
export interface Instead {
  urgency?: Urgency;
  means?: string;
  repair?: string;
}

/** One thing that must hold. `By` is what the check asks with. */
export interface Check<Answers = unknown, By extends Visitor = Visitor> {
  /** Shown as it is. */
  name: string;
  /** The host that answers, or whose records are asked for. Checks of one host fail together when it is silent. */
  at(community: Community): string;
  /** What is asked, so that a person can ask it too. */
  asked(community: Community): string;
  /** @throws Error when there was no answer. */
  ask(by: By, community: Community): Promise<Answers>;
  /** Pure. @throws Finding with what is wrong with the answers. */
  judge(answers: Answers, community: Community): void;
  /** What a bad answer means for the people of the community. One sentence. */
  means: string;
  /** What to do about it. A line for each step. */
  repair: string;
  urgency: Urgency;
  /** How long it may take, in milliseconds. Default: the inspection's limit. */
  limitMs?: number;
  /** What holds instead when there was no answer at all. Default: the same. */
  unanswered?: Instead;
}

/** Lets the compiler know the answers of a check, which the table forgets. */
export function check<Answers, By extends Visitor = Visitor>(one: Check<Answers, By>): Check<unknown, By> {
  return one;
}
