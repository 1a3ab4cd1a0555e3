import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { JobsOutput, PeopleOutput } from "../../providers/fly/spec.ts";
import type { Sizes } from "../config/sizes.ts";
import { flyEndpoint } from "../fly/endpoint.ts";
import { databaseIn, factsIn, isReleased, redisAppIn } from "./bound-facts.ts";
import {
  type Facts,
  factProblems,
  homeFacts,
  isHomeChanged,
  isRedisReplaced,
  type MovedFrom,
} from "./fact-rules.ts";
import { type LastState, readLastState } from "./last-state.ts";

/** Arguments of {@link CommunityFacts}. */
export interface CommunityFactsArgs {
  /** The facts that config would make. */
  facts: Facts;
  /** The sizes that config asks for. */
  sizes: Sizes;
  /** What the operator has moved away by hand. */
  movedFrom: MovedFrom;
  /** Whether Redis and the database may be asked what is in them. */
  look: boolean;
  /** Base of Fly's APIs; unset: the real one. */
  endpoint?: string | undefined;
}

/**
 * Compares what config says with what the state has, and refuses what would lose data, in previews too.
 *
 * It comes before everything else: await {@link CommunityFacts.accepted} and nothing is declared, let alone
 * done, when a change is refused.
 */
export class CommunityFacts extends pulumi.ComponentResource {
  /** Resolves when the facts may be as they are; to what the last run left. */
  readonly accepted: Promise<LastState>;

  constructor(name: string, args: CommunityFactsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:mastodon:Facts", name, {}, opts);
    let isNew = false;
    const firstTime = new pulumi.ResourceHook(
      "first-time",
      () => {
        isNew = true;
      },
      { onDryRun: true },
    );
    // A command without commands. A stack that has it in its state has a state, which can then be read.
    const memory = new command.local.Command(
      `${name}-memory`,
      {},
      { parent: this, hooks: { beforeCreate: [firstTime] } },
    );
    const known = new Promise<void>((resolve) => memory.urn.apply(() => resolve()));
    this.accepted = known.then(async () => {
      const last = isNew ? {} : await readLastState();
      await refuseLosses(args, last);
      return last;
    });
    this.registerOutputs();
  }
}

/** @throws RunError with all that would be lost */
async function refuseLosses(args: CommunityFactsArgs, last: LastState): Promise<void> {
  const { facts, sizes, movedFrom } = args;
  const old = factsIn(last, facts.redisKind);
  if (!isReleased(last) && isHomeChanged(old, facts) && (await peopleIn(last, args)) === 0)
    for (const fact of homeFacts) delete old[fact];
  const waiting = isRedisReplaced(old, facts) ? await jobsIn(last, args) : undefined;
  const problems = factProblems(old, facts, { sizes, movedFrom, waiting });
  if (problems.length > 0) throw new pulumi.RunError(refusal(problems));
}

/** Jobs in the own Redis that is there; undefined where nobody can tell from here: Upstash's has no way in. */
async function jobsIn(last: LastState, args: CommunityFactsArgs): Promise<number | undefined> {
  const app = redisAppIn(last);
  if (app === undefined) return undefined;
  return (await ask<JobsOutput>("jobs", { app }, args))?.waiting;
}

/** Accounts in the database that is there; undefined where it does not tell. */
async function peopleIn(last: LastState, args: CommunityFactsArgs): Promise<number | undefined> {
  const database = databaseIn(last);
  if (database === undefined) return undefined;
  return (await ask<PeopleOutput>("people", database, args))?.people;
}

/** What the driver sees; undefined where it may not look or gets no answer: then the answer is the careful one. */
async function ask<T>(
  kind: string,
  spec: object,
  { look, endpoint }: CommunityFactsArgs,
): Promise<T | undefined> {
  if (!look) return undefined;
  try {
    const { stdout } = await command.local.run({
      interpreter: ["node", "providers/fly/start.mjs", kind],
      command: "look",
      environment: { ...flyEndpoint(endpoint), SPEC: JSON.stringify(spec) },
      logging: command.local.Logging.None,
    });
    return JSON.parse(stdout) as T;
  } catch {
    return undefined;
  }
}

function refusal(problems: string[]): string {
  return `this would lose data, so nothing is done:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`;
}
