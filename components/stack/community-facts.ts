import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { JobsOutput, PeopleOutput } from "../../providers/fly/spec.ts";
import type { Sizes } from "../config/sizes.ts";
import { askDriver } from "../fly/driver-call.ts";
import { type CommunityInState, databaseIn, factsIn, isReleased, redisAppIn } from "./bound-facts.ts";
import {
  type Facts,
  factProblems,
  homeFacts,
  isHomeChanged,
  isRedisReplaced,
  type MovedFrom,
} from "./fact-rules.ts";
import { type LastState, readLastState } from "./last-state.ts";
import type { ComponentNames } from "./logical-names.ts";

/** Arguments of {@link CommunityFacts}. */
export interface CommunityFactsArgs {
  /** Logical names of the community's components. */
  names: ComponentNames;
  /** The facts that follow from config. */
  facts: Facts;
  /** The sizes that config asks for. */
  sizes: Sizes;
  /** Old facts whose data the operator has moved, restored or given up by hand; `{}`: none. */
  movedFrom: MovedFrom;
  /**
   * Whether the program may ask Redis and the database for their contents. If not, changes that depend on the
   * contents are refused, unless `movedFrom` allows them.
   */
  look: boolean;
  /** Base URL of Fly's APIs. Default: the real one. */
  endpoint?: string | undefined;
}

/**
 * Compares config with the state, and refuses changes that would lose data, in previews too.
 *
 * It comes before everything else: await {@link CommunityFacts.accepted} first, and after a refused change
 * nothing is declared, let alone done.
 *
 * @example
 * const facts = new CommunityFacts("dogs-facts", {
 *   names: componentNames("dogs"),
 *   facts: factsOf(settings),
 *   sizes: settings.sizes,
 *   movedFrom: {},
 *   look: true,
 * });
 * const last = await facts.accepted;
 */
export class CommunityFacts extends pulumi.ComponentResource {
  /**
   * Resolves to the state that the last run left, once the facts are accepted.
   *
   * @throws RunError with everything that would be lost
   */
  readonly accepted: Promise<LastState>;

  constructor(name: string, args: CommunityFactsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:mastodon:Facts", name, {}, opts);
    let isNew = false;
    const firstTime = new pulumi.ResourceHook(
      `${name}-first-time`,
      () => {
        isNew = true;
      },
      { onDryRun: true },
    );
    // A command that runs nothing. A stack that already has it in its state has a state that can be read.
    const memory = new command.local.Command(
      `${name}-memory`,
      {},
      { parent: this, hooks: { beforeCreate: [firstTime] } },
    );
    const known = new Promise<void>((resolve) => memory.urn.apply(() => resolve()));
    this.accepted = known.then(async () => {
      const last = isNew ? {} : await readLastState();
      await refuseLosses(args, last, this);
      return last;
    });
    this.registerOutputs();
  }
}

/** @throws RunError with everything that would be lost */
async function refuseLosses(
  args: CommunityFactsArgs,
  last: LastState,
  parent: pulumi.Resource,
): Promise<void> {
  const { facts, sizes, movedFrom } = args;
  const asked: AskedCommunity = { ...args, last, parent };
  const old = factsIn(asked, facts.redisKind);
  if (!isReleased(asked) && isHomeChanged(old, facts) && (await peopleIn(asked)) === 0)
    for (const fact of homeFacts) delete old[fact];
  const waiting = isRedisReplaced(old, facts) ? await jobsIn(asked) : undefined;
  const problems = factProblems(old, facts, { sizes, movedFrom, waiting });
  if (problems.length > 0) throw new pulumi.RunError(refusal(problems));
}

/** A community in the state, and how to ask about its contents. */
interface AskedCommunity extends CommunityInState, Pick<CommunityFactsArgs, "look" | "endpoint"> {
  parent: pulumi.Resource;
}

/** Jobs waiting in the own Redis; undefined when unknown: a Redis at Upstash cannot be reached from here. */
async function jobsIn(community: AskedCommunity): Promise<number | undefined> {
  const app = redisAppIn(community);
  if (app === undefined) return undefined;
  return (await ask<JobsOutput>("jobs", { app }, community))?.waiting;
}

/** Number of accounts in the existing database; undefined when unknown. */
async function peopleIn(community: AskedCommunity): Promise<number | undefined> {
  const database = databaseIn(community);
  if (database === undefined) return undefined;
  return (await ask<PeopleOutput>("people", database, community))?.people;
}

/**
 * The driver's answer; undefined if it may not look or gets no answer. The change is then refused, unless
 * `movedFrom` allows it.
 */
async function ask<T>(
  kind: string,
  spec: object,
  { look, endpoint, parent }: AskedCommunity,
): Promise<T | undefined> {
  if (!look) return undefined;
  try {
    return await askDriver<T>({ kind, verb: "look", spec, endpoint, parent });
  } catch {
    return undefined;
  }
}

function refusal(problems: string[]): string {
  return `this would lose data, so nothing is done:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`;
}
