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
  /** The facts that follow from config. */
  facts: Facts;
  /** The sizes that config asks for. */
  sizes: Sizes;
  /** Old facts whose data the operator has moved, restored or given up by hand. */
  movedFrom: MovedFrom;
  /** Whether the program may ask Redis and the database for their contents. */
  look: boolean;
  /** Base URL of Fly's APIs. Default: the real one. */
  endpoint?: string | undefined;
}

/**
 * Compares config with the state, and refuses changes that would lose data, in previews too.
 *
 * It comes before everything else: await {@link CommunityFacts.accepted} first, and after a refused change
 * nothing is declared, let alone done.
 */
export class CommunityFacts extends pulumi.ComponentResource {
  /** Resolves to the state that the last run left, once the facts are accepted. */
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
    // A command that runs nothing. A stack that already has it in its state has a state that can be read.
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

/** @throws RunError with everything that would be lost */
async function refuseLosses(args: CommunityFactsArgs, last: LastState): Promise<void> {
  const { facts, sizes, movedFrom } = args;
  const old = factsIn(last, facts.redisKind);
  if (!isReleased(last) && isHomeChanged(old, facts) && (await peopleIn(last, args)) === 0)
    for (const fact of homeFacts) delete old[fact];
  const waiting = isRedisReplaced(old, facts) ? await jobsIn(last, args) : undefined;
  const problems = factProblems(old, facts, { sizes, movedFrom, waiting });
  if (problems.length > 0) throw new pulumi.RunError(refusal(problems));
}

/** Jobs waiting in the own Redis; undefined when unknown: a Redis at Upstash cannot be reached from here. */
async function jobsIn(last: LastState, args: CommunityFactsArgs): Promise<number | undefined> {
  const app = redisAppIn(last);
  if (app === undefined) return undefined;
  return (await ask<JobsOutput>("jobs", { app }, args))?.waiting;
}

/** Number of accounts in the existing database; undefined when unknown. */
async function peopleIn(last: LastState, args: CommunityFactsArgs): Promise<number | undefined> {
  const database = databaseIn(last);
  if (database === undefined) return undefined;
  return (await ask<PeopleOutput>("people", database, args))?.people;
}

/**
 * The driver's answer; undefined if it may not look or gets no answer. The change is then refused, unless
 * `movedFrom` allows it.
 */
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
