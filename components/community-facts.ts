import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { JobsOutput } from "../flyctl/spec.ts";
import { type Facts, factProblems, isRedisReplaced, type MovedFrom } from "./fact-rules.ts";
import { flyEndpoint } from "./fly-endpoint.ts";

/** Arguments of {@link CommunityFacts}. */
export interface CommunityFactsArgs {
  facts: Facts;
  /** What the operator has moved away by hand. */
  movedFrom: MovedFrom;
  /** Whether Redis may be asked for its jobs. */
  look: boolean;
  /** Base of Fly's APIs; unset: the real one. */
  endpoint?: string | undefined;
}

/**
 * Remembers the facts of a community in its state and refuses to change them, in previews too.
 *
 * It comes before everything else: await {@link CommunityFacts.accepted} and nothing is declared, let alone
 * done, when a change is refused.
 */
export class CommunityFacts extends pulumi.ComponentResource {
  /** Resolves when the facts may be as they are; to whether they are new, because the stack never was up. */
  readonly accepted: Promise<{ isNew: boolean }>;

  constructor(name: string, args: CommunityFactsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:mastodon:Facts", name, {}, opts);
    const { facts, movedFrom } = args;
    const guard = new pulumi.ResourceHook(
      "data-guard",
      async ({ oldInputs, newInputs }) => {
        const [old, next] = [factsIn(oldInputs), factsIn(newInputs) as Facts];
        const waiting = args.look && isRedisReplaced(old, next) ? await jobsIn(old, args) : undefined;
        const problems = factProblems(old, next, movedFrom, waiting);
        if (problems.length > 0) throw new Error(refusal(problems));
      },
      { onDryRun: true },
    );
    let isNew = false;
    const firstTime = new pulumi.ResourceHook(
      "first-time",
      () => {
        isNew = true;
      },
      { onDryRun: true },
    );
    // A command without commands: it does nothing but be remembered, and be compared.
    const memory = new command.local.Command(
      `${name}-memory`,
      { environment: { FACTS: JSON.stringify(facts) } },
      { parent: this, hooks: { beforeCreate: [firstTime], beforeUpdate: [guard] } },
    );
    this.accepted = new Promise((resolve) => memory.urn.apply(() => resolve({ isNew })));
    this.registerOutputs();
  }
}

function factsIn(inputs: Record<string, unknown> | undefined): Partial<Facts> {
  const environment = inputs?.environment as Record<string, string> | undefined;
  return JSON.parse(environment?.FACTS ?? "{}") as Partial<Facts>;
}

/** Jobs in the own Redis that is there; undefined where nobody can tell from here: Upstash's has no way in. */
async function jobsIn(old: Partial<Facts>, { endpoint }: CommunityFactsArgs): Promise<number | undefined> {
  if (old.redisKind !== "own" || old.app === undefined) return undefined;
  const spec = { app: `${old.app}-redis` };
  try {
    const { stdout } = await command.local.run({
      interpreter: ["node", "flyctl/start.mjs", "jobs"],
      command: "look",
      environment: { ...flyEndpoint(endpoint), SPEC: JSON.stringify(spec) },
      logging: command.local.Logging.None,
    });
    return (JSON.parse(stdout) as JobsOutput).waiting;
  } catch {
    // A Redis that does not answer: its end is refused by the driver, with the cause.
    return undefined;
  }
}

function refusal(problems: string[]): string {
  return `this would lose data, so nothing is done:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`;
}
