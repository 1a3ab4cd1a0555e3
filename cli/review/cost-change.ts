/** What a community costs before and after a change. Pure. */

import type { CommunitySettings } from "../../components/config/schema.ts";
import { parseRecorded, parseUndecrypted } from "../../components/config/undecrypted.ts";
import { type OverBudget, overBudget } from "../../components/cost/budget.ts";
import { type Cost, type CostPart, costOf } from "../../components/cost/cost.ts";
import type { StateResource } from "../communities.ts";
import { isSecret } from "./steps.ts";

/** The fixed cost of a community, before and after. Amounts are micro-dollars a month. */
export interface CostChange {
  /** Its domain. */
  community: string;
  /** Undefined: it is new, or this Mastiff cannot read the config of the last `up`. */
  beforeMicros: number | undefined;
  /** Undefined: it ends, or its config is refused. */
  afterMicros: number | undefined;
  /** The parts whose cost changes. */
  parts: { what: string; beforeMicros: number; afterMicros: number }[];
  /** What depends on use, at the assumed amounts, afterwards. */
  useMicros: number | undefined;
  /** What is free for a time alone, afterwards: in words, until when. */
  freeUntil: string[];
  over: OverBudget | undefined;
}

/** Compares the costs of one community. */
export function costChange(
  before: CommunitySettings | undefined,
  after: CommunitySettings | undefined,
): CostChange | undefined {
  const community = (after ?? before)?.domain;
  if (community === undefined) return undefined;
  const [old, next] = [before && costOf(before), after && costOf(after)];
  return {
    community,
    beforeMicros: old?.fixedMicros,
    afterMicros: next?.fixedMicros,
    parts: partsOf(old, next),
    useMicros: next?.useMicros,
    freeUntil: (next?.free ?? []).flatMap(({ what, amount, unit, until }) =>
      until === undefined ? [] : [`${what}, ${amount} ${unit}, until ${until}`],
    ),
    over: after && overBudget(after, next),
  };
}

function partsOf(old: Cost | undefined, next: Cost | undefined): CostChange["parts"] {
  if (old === undefined || next === undefined) return [];
  const names = [...new Set([...old.fixed, ...next.fixed].map(({ what }) => what))];
  const micros = (parts: readonly CostPart[], name: string) =>
    parts.filter(({ what }) => what === name).reduce((total, one) => total + one.micros, 0);
  return names
    .map((what) => ({ what, beforeMicros: micros(old.fixed, what), afterMicros: micros(next.fixed, what) }))
    .filter(({ beforeMicros, afterMicros }) => beforeMicros !== afterMicros);
}

/**
 * The settings with which the last `up` made a community.
 *
 * @param resources the exported state
 * @param args the community's recorded arguments; undefined: it is made from config, which the engine records with the
 *   provider of the dynamic resources
 * @returns undefined where the state does not say, or where this Mastiff refuses what an older one took
 */
export function lastSettings(
  resources: readonly StateResource[],
  { name, args }: { name: string; args: object | undefined },
): CommunitySettings | undefined {
  if (args !== undefined) return orUndefined(() => parseRecorded(args, name));
  const provider = resources.find(({ type }) => type === "pulumi:providers:pulumi-nodejs");
  const config = Object.entries(provider?.inputs ?? {}).filter(([key]) => key.startsWith("mastiff:"));
  if (config.length === 0) return undefined;
  const raw = config.map(([key, value]) => [
    key.slice("mastiff:".length),
    isSecret(value) || typeof value !== "string" ? undefined : value,
  ]);
  return orUndefined(() => parseUndecrypted(Object.fromEntries(raw), { stack: name }));
}

/** Settings that the check of config accepts. */
export function orUndefined(parse: () => CommunitySettings): CommunitySettings | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
