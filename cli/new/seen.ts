/** What a look at a cloud found, before there is a stack. */
import type { Check } from "../../checks/check.ts";
import { type Diagnosis, examine } from "../../checks/examine.ts";
import { type Inspector, inspection } from "../../checks/inspector.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";
import { type Problem, show } from "../../providers/fly/call/errors.ts";

/** What a look needs to know. */
export interface Place {
  /** Checked. What is not answered yet has a stand-in. */
  settings: CommunitySettings;
  /** Name of the new stack. */
  stack: string;
  /** Base URL of Cloudflare's API. Undefined: the real one. */
  cloudflareUrl: string | undefined;
}

/** What keeps the answers from being used. */
export interface Objection {
  /** What is wrong, with the ways out. */
  words: string;
  /** Question whose answer is at fault. Default: the one after whose answer the look took place. */
  key?: string | undefined;
}

/** What was found. */
export interface Seen {
  problems: readonly Objection[];
  /** What the person should know, a paragraph each. */
  notes: readonly string[];
}

/** Nothing to say. */
export const well: Seen = { problems: [], notes: [] };

/** One problem. @param key the question whose answer is at fault, see {@link Objection} */
export function wrong(problem: Problem, key?: string): Seen {
  return { problems: [{ words: show(problem), key }], notes: [] };
}

/** Both of what two looks found. */
export function both(one: Seen, other: Seen): Seen {
  return { problems: [...one.problems, ...other.problems], notes: [...one.notes, ...other.notes] };
}

/** A look that did not take place, because the environment has no token. */
export function unlooked(variable: string, rights: string): Seen {
  return {
    problems: [],
    notes: [`${variable} is not set, so nothing was looked up with it. It needs ${rights}.`],
  };
}

/** What one of the doctor's checks finds; undefined when all is well. */
export async function diagnosed(
  check: Check<unknown, Inspector>,
  { settings }: Place,
): Promise<Diagnosis | undefined> {
  const [found] = await examine(inspection(), settings, undefined, [check]);
  return found;
}

/** A finding about a token: critical is one that does not work any more. */
export function judgedBy(found: Diagnosis | undefined): Seen {
  if (found === undefined) return well;
  const words = paragraphOf(found);
  const isProblem = found.answered && found.urgency === "critical";
  return isProblem ? { problems: [{ words }], notes: [] } : { problems: [], notes: [words] };
}

/** A finding as a paragraph. */
export function paragraphOf({ came, repair }: Diagnosis): string {
  return `${came}\n  fix     ${repair.replaceAll("\n", "\n          ")}`;
}
