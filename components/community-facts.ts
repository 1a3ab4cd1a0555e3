import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** What is for good once a community has been up. */
export interface Facts {
  /** Handles and every other server's memory of the community hang on it. */
  domain: string;
  /** Prefix of all apps: another one is another database. */
  app: string;
  /** Where volumes are; they do not move. */
  region: string;
  bucket: string;
  bucketJurisdiction: string;
  redisKind: "own" | "upstash";
  /** Volumes grow and never shrink. */
  postgresVolumeGb: number;
  redisVolumeGb: number | null;
}

interface Rule {
  fact: keyof Facts;
  /** What would be lost, and the proper way. */
  because: string;
  proper: string;
}

const rules: readonly Rule[] = [
  {
    fact: "domain",
    because: "every account's handle and its identity at other servers hang on the domain",
    proper:
      "bring up a second stack with the new domain, and let people move their accounts there (Preferences, Account, Move)",
  },
  {
    fact: "app",
    because: "the database and Redis would be made anew, empty, and the old ones deleted",
    proper: "keep the name; it is seen nowhere but at <app>.fly.dev",
  },
  {
    fact: "region",
    because: "volumes do not move between regions: database and Redis would be made anew, empty",
    proper: "bring up a second stack there and restore a dump into it (docs/operations.md, “Moving house”)",
  },
  {
    fact: "bucket",
    because: "every upload would stay behind in the old bucket, which would be emptied and deleted",
    proper: "copy the objects first and import the new bucket (docs/operations.md, “Moving house”)",
  },
  {
    fact: "bucketJurisdiction",
    because: "a bucket never changes its jurisdiction: it would be emptied, deleted and made anew",
    proper: "copy the objects first and import the new bucket (docs/operations.md, “Moving house”)",
  },
  {
    fact: "redisKind",
    because: "jobs that wait in Redis (deliveries, mails, deletions) would be lost with it",
    proper:
      "stop web, let Sidekiq empty its queues, then replace Redis (docs/operations.md, “Another Redis”)",
  },
];

/**
 * Why config may not change from `old` to `next`; one sentence each, empty when it may. Pure.
 *
 * Only facts that both sides have are compared, so that a stack of an older Mastiff is not refused.
 */
export function factProblems(old: Partial<Facts>, next: Facts): string[] {
  const changed = rules.filter(({ fact }) => old[fact] !== undefined && old[fact] !== next[fact]);
  const problems = changed.map(
    ({ fact, because, proper }) =>
      `${fact} would change from ${old[fact]} to ${next[fact]}: ${because}.\n    proper way: ${proper}`,
  );
  for (const fact of ["postgresVolumeGb", "redisVolumeGb"] as const) {
    const [before, after] = [old[fact], next[fact]];
    if (typeof before === "number" && typeof after === "number" && after < before) {
      problems.push(
        `${fact} would shrink from ${before} to ${after}: a volume of Fly's only grows.\n    proper way: keep ${before}, or restore a dump into a smaller one (docs/operations.md, “Moving house”)`,
      );
    }
  }
  return problems;
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

  constructor(name: string, facts: Facts, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:mastodon:Facts", name, {}, opts);
    const guard = new pulumi.ResourceHook(
      "data-guard",
      ({ oldInputs, newInputs }) => {
        const problems = factProblems(factsIn(oldInputs), factsIn(newInputs) as Facts);
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

function refusal(problems: string[]): string {
  return `this would lose data, so nothing is done:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`;
}
