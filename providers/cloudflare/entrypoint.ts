import { type CloudClient, orGone } from "../shared/cloud-client.ts";
import { CloudError } from "../shared/cloud-error.ts";
import { markIn } from "../shared/mark.ts";
import { OperatorError } from "../shared/operator-error.ts";
import { repeat } from "../shared/repeat.ts";
import { asCloudSays, waitBefore } from "../shared/waiting.ts";
import type { Envelope } from "./client.ts";
import { rulesetMark } from "./ruleset-mark.ts";

// One rule in a ruleset that all stacks share.
//
// A zone has at most one entrypoint ruleset per phase, and Cloudflare has no conditional write. Two stacks
// may work at the same time, because
//  - rules are added, changed and removed one by one, never by a PUT of the list, which would lose the
//    others' rules;
//  - the ruleset is made by POST, which fails when one exists (code 20217), not by PUT to the entrypoint,
//    which overwrites: two stacks that both saw no ruleset cannot lose each other's rule;
//  - after any failure on the way (gone, exists already, too many writes at once), the ruleset is read again,
//    and the next call follows from what is there now;
//  - a written rule is looked for again: another stack may have deleted the empty ruleset in between.
//
//   none ──POST rulesets──► [mine] ◄──POST rules── [others'] ──PATCH──► [others', mine changed]
//   [mine] ──DELETE rule──► [] ──DELETE ruleset, if ours──► none
//
// @see https://developers.cloudflare.com/ruleset-engine/rulesets-api/

/** A rule as the API sends and takes it. */
export interface Rule {
  id?: string;
  ref?: string;
  description?: string;
  action: string;
  expression: string;
  enabled?: boolean;
  action_parameters?: Record<string, unknown>;
}

interface Ruleset {
  id: string;
  description?: string;
  /** Absent while the ruleset is empty. */
  rules?: Rule[];
}

/** A rule and the id of its ruleset. */
export interface FoundRule {
  rulesetId: string;
  rule: Rule;
}

/** `could not find entrypoint ruleset in the … phase` */
const NO_ENTRYPOINT = 10003;

/** `exceeded maximum number of zone rulesets for phase …` */
const RULESET_EXISTS = 20217;

/** The message of code 20217 when the plan has no more rules for the phase. */
const FULL = "exceeded maximum number of rules";

const TRIES = 8;

/** How often a POST that may have happened is tried, each time after a look. */
const UNCLEAR_TRIES = 4;

/** The rule with this ref, or undefined. */
export async function findRule(
  cloud: CloudClient,
  zoneId: string,
  phase: string,
  ref: string,
): Promise<FoundRule | undefined> {
  const ruleset = await entrypoint(cloud, zoneId, phase);
  const rule = ruleset?.rules?.find((candidate) => candidate.ref === ref);
  return ruleset && rule && { rulesetId: ruleset.id, rule };
}

/** Makes the rule, or changes it to be as given. */
export function keepRule(cloud: CloudClient, zoneId: string, phase: string, rule: Rule): Promise<FoundRule> {
  return inTurn(`${zoneId}/${phase}`, () =>
    persistently(async () => {
      const ruleset = await entrypoint(cloud, zoneId, phase);
      const path = `/zones/${zoneId}/rulesets`;
      const known = ruleset?.rules?.find((candidate) => candidate.ref === rule.ref);
      if (known !== undefined && isAnothers(known, rule.description)) throw anothers(known);
      if (ruleset === undefined) {
        const body = { kind: "zone", phase, name: "default", description: rulesetMark, rules: [rule] };
        await cloud.request("POST", path, { body });
      } else if (known === undefined) {
        await cloud.request("POST", `${path}/${ruleset.id}/rules`, { body: rule });
      } else {
        await cloud.request("PATCH", `${path}/${ruleset.id}/rules/${known.id}`, { body: rule });
      }
      return findRule(cloud, zoneId, phase, String(rule.ref));
    }),
  );
}

/**
 * Removes the rule, and then the ruleset when Mastiff made it and it is empty. Does nothing where the zone is
 * gone. Leaves a rule with this ref that belongs to another stack by now.
 *
 * @param description the rule's description as we wrote it, which contains our mark
 */
export async function dropRule(
  cloud: CloudClient,
  zoneId: string,
  phase: string,
  { ref, description }: { ref: string; description: string },
): Promise<void> {
  const dropped = inTurn(`${zoneId}/${phase}`, () =>
    persistently(async () => {
      const found = await findRule(cloud, zoneId, phase, ref);
      const path = `/zones/${zoneId}/rulesets`;
      if (found && !isAnothers(found.rule, description))
        await cloud.request("DELETE", `${path}/${found.rulesetId}/rules/${found.rule.id}`);
      const left = await entrypoint(cloud, zoneId, phase);
      const isOursAndEmpty = left?.description === rulesetMark && (left.rules ?? []).length === 0;
      if (left && isOursAndEmpty) await cloud.request("DELETE", `${path}/${left.id}`);
      return true;
    }),
  );
  await orGone(dropped);
}

/** Whether a rule carries the mark of another stack than a description of ours does. */
function isAnothers(rule: Rule, ours: string | undefined): boolean {
  const theirs = markIn(rule.description)?.identity;
  return theirs !== undefined && theirs !== markIn(ours)?.identity;
}

function anothers({ ref, description }: Rule): OperatorError {
  return new OperatorError(
    `The rule ${ref} belongs to another stack: “${description}”. It acts on a community that is up.\n` +
      "  fix     if it is this community's, restore the state that created it: pulumi login <its backend>, or pulumi stack import\n" +
      "          if not, its domain is taken in this zone: set another mastiff:domain",
  );
}

async function entrypoint(cloud: CloudClient, zoneId: string, phase: string): Promise<Ruleset | undefined> {
  try {
    return (await cloud.get<Envelope<Ruleset>>(`/zones/${zoneId}/rulesets/phases/${phase}/entrypoint`))
      .result;
  } catch (error) {
    if (error instanceof CloudError && error.status === 404 && error.codes.includes(NO_ENTRYPOINT))
      return undefined;
    throw error;
  }
}

/**
 * Repeats a look and the call that follows from it until both succeed: after a conflict, and when the result
 * is gone again.
 */
async function persistently<T>(lookAndAct: () => Promise<T | undefined>): Promise<T> {
  const done = await repeat(lookAndAct, {
    tries: TRIES,
    passes: mayBeConflict,
    // A conflict between two stacks ends soon. A failing cloud gets a longer wait, or the one that it names.
    waitMs: (attempt, error) =>
      error instanceof CloudError && error.mayHaveHappened
        ? asCloudSays(attempt, error)
        : waitBefore(attempt, undefined, {}, Date.now()) / 2,
  });
  if (done === undefined)
    throw new OperatorError("the rule was written several times, and removed again each time");
  return done;
}

/**
 * Whether somebody else changed the ruleset between our look and our call: the ruleset or the rule is gone
 * (404), the ruleset exists now (400, code 20217), or too many writes came at once (409). Other conflicts are
 * 400 too, so each 400 gets one more look.
 */
function mayBeConflict(error: unknown, attempt: number): error is CloudError {
  if (!(error instanceof CloudError)) return false;
  const { status, codes, messages, mayHaveHappened } = error;
  // A look that finds no zone will not find it next time either.
  const hasGone = status === 404 && !error.call.startsWith("GET");
  // The same code also means that a phase is full, and a second look makes no room in it.
  const isFull = messages.some((message) => message.includes(FULL));
  const isConflict = hasGone || status === 409 || (codes.includes(RULESET_EXISTS) && !isFull);
  // The client has already repeated all other calls, and each 429, to its limit: eight times that is hours.
  const isUnclear = mayHaveHappened && error.call.startsWith("POST") && attempt < UNCLEAR_TRIES;
  return isConflict || isUnclear || (status === 400 && attempt === 1 && !isFull);
}

const queues = new Map<string, Promise<unknown>>();

/**
 * One call after the other for each key in this process: Cloudflare also limits concurrent writes to one
 * ruleset.
 */
function inTurn<T>(key: string, act: () => Promise<T>): Promise<T> {
  const before = queues.get(key) ?? Promise.resolve();
  const mine = before.then(act, act);
  queues.set(key, mine);
  return mine;
}
