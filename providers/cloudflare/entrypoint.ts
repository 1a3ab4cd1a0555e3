import { type CloudClient, orGone } from "../shared/cloud-client.ts";
import { CloudError } from "../shared/cloud-error.ts";
import { markIn } from "../shared/mark.ts";
import { OperatorError } from "../shared/operator-error.ts";
import { sleep, waitBefore } from "../shared/waiting.ts";
import type { Envelope } from "./client.ts";
import { rulesetMark } from "./ruleset-mark.ts";

// One rule in a ruleset that everybody shares.
//
// A zone has at most one entrypoint ruleset a phase, and Cloudflare has no conditional write. What makes two
// stacks safe at once:
//  - rules are added, changed and removed one by one, never by a PUT of the list, which would lose the others';
//  - the ruleset is made by POST, which fails when there is one (code 20217), not by PUT to the entrypoint,
//    which overwrites: two stacks that both saw none cannot lose each other's rule;
//  - whatever goes wrong on the way (gone, there already, too many writes at once), the ruleset is read anew and
//    the right act for what is there now is chosen;
//  - a rule that was written is looked for again: another stack may have taken away the empty ruleset between.
//
//   none ──POST rulesets──► [mine] ◄──POST rules── [others'] ──PATCH──► [others', mine changed]
//   [mine] ──DELETE rule──► [] ──DELETE ruleset, if ours──► none
//
// @see https://developers.cloudflare.com/ruleset-engine/rulesets-api/

/** A rule on the wire. */
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
  /** Missing while it is empty. */
  rules?: Rule[];
}

/** A rule and where it is. */
export interface FoundRule {
  rulesetId: string;
  rule: Rule;
}

/** `could not find entrypoint ruleset in the … phase` */
const NO_ENTRYPOINT = 10003;

/** `exceeded maximum number of zone rulesets for phase …` */
const RULESET_EXISTS = 20217;

/** What 20217 says when the plan has no more rules for the phase. */
const FULL = "exceeded maximum number of rules";

const TRIES = 8;

/** How often a POST is tried that may have happened, each time after a look. */
const UNCLEAR_TRIES = 4;

/** The rule of this name, or undefined. */
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

/** Makes the rule so, whatever is there. */
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
 * Takes the rule away, and the ruleset when we made it and it is empty. Nothing to do where the zone is gone, or where
 * the rule of this name is another stack's by now.
 *
 * @param description of the rule as we wrote it, in which our mark stands
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

/** Whether a rule bears the mark of another stack than the one that a description of ours bears. */
function isAnothers(rule: Rule, ours: string | undefined): boolean {
  const theirs = markIn(rule.description)?.identity;
  return theirs !== undefined && theirs !== markIn(ours)?.identity;
}

function anothers({ ref, description }: Rule): OperatorError {
  return new OperatorError(
    `The rule ${ref} is another stack's: “${description}”. It acts on a community that is up.\n` +
      "  fix     if that is this one, bring back the state that made it: pulumi login <its backend>, or pulumi stack import\n" +
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

/** Runs a look with its act until it is done; a conflict, or a result that is gone again, means to look anew. */
async function persistently<T>(lookAndAct: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    // Two that meet part again soon; a cloud that is unwell, or says when to come again, is left alone for longer.
    let wait = waitBefore(attempt, undefined, {}, Date.now()) / 2;
    try {
      const done = await lookAndAct();
      if (done !== undefined) return done;
      if (attempt >= TRIES)
        throw new OperatorError("the rule was written and taken away again, several times");
    } catch (error) {
      if (attempt >= TRIES || !mayBeConflict(error, attempt)) throw error;
      const { status, headers, mayHaveHappened } = error;
      if (mayHaveHappened) wait = waitBefore(attempt, status, headers, Date.now());
    }
    await sleep(wait);
  }
}

/**
 * Whether somebody else was at the ruleset between our look and our act: it or the rule has gone (404), it has
 * come (400, code 20217), too much at once (409). Conflicts have more than one 400, so each gets one more look.
 */
function mayBeConflict(error: unknown, attempt: number): error is CloudError {
  if (!(error instanceof CloudError)) return false;
  const { status, codes, messages, mayHaveHappened } = error;
  // A look that finds no zone will not find it the next time either.
  const hasGone = status === 404 && !error.call.startsWith("GET");
  // The same code says that a phase is full, and no second look makes room in it.
  const isFull = messages.some((message) => message.includes(FULL));
  const isConflict = hasGone || status === 409 || (codes.includes(RULESET_EXISTS) && !isFull);
  // All but a POST, and 429 in any case, the client has repeated to the end of its patience: eight times that is hours.
  const isUnclear = mayHaveHappened && error.call.startsWith("POST") && attempt < UNCLEAR_TRIES;
  return isConflict || isUnclear || (status === 400 && attempt === 1 && !isFull);
}

const queues = new Map<string, Promise<unknown>>();

/** One after the other within this process: Cloudflare limits concurrent writes to one ruleset further. */
function inTurn<T>(key: string, act: () => Promise<T>): Promise<T> {
  const before = queues.get(key) ?? Promise.resolve();
  const mine = before.then(act, act);
  queues.set(key, mine);
  return mine;
}
