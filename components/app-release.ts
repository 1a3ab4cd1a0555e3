import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { ReleaseSpec, SecretsSpec } from "../flyctl/spec.ts";
import { FlyCommand } from "./driver.ts";
import type { FlyPlace } from "./fly-app.ts";
import { versionOf, versionProblem } from "./version-rule.ts";

/** Arguments of {@link AppRelease}. */
export interface AppReleaseArgs {
  place: FlyPlace;
  /** App to release. Take it from `FlyApp.appName`: order follows data. */
  appName: pulumi.Input<string>;
  image: string;
  /** Rendered fly.toml. */
  flyToml: pulumi.Input<string>;
  /** Secret variables by name. The names are plain: they decide what exists. */
  secrets: Record<string, pulumi.Input<string>>;
  /** Machines by process group. */
  groups: Record<string, { count: number }>;
  /** Memory of the machine that sets up and migrates the database; null: not this app's task. */
  database: { memoryMb: number } | null;
  /** Whether Redis has to show that it is new enough before anything depends on it. */
  redisGate: boolean;
  /** What has to be there before the machines start. */
  after: pulumi.Resource[];
}

/**
 * The machines of one app: its secrets, staged so that one release takes all of them, then the release itself.
 *
 * Destroyed, the machines go first; so nobody writes into the bucket while it is emptied, and nobody holds a
 * connection to the database while it is dropped.
 */
export class AppRelease extends pulumi.ComponentResource {
  /** The release, for what has to come after it. */
  readonly released: pulumi.Resource;

  constructor(name: string, args: AppReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:fly:Release", name, {}, opts);
    const { endpoint, stack, org, region } = args.place;
    const names = Object.keys(args.secrets).sort();
    const values = pulumi.secret(pulumi.all(args.secrets));

    const secrets = new FlyCommand(
      `${name}-secrets`,
      {
        kind: "secrets",
        spec: pulumi.output(args.appName).apply((app): SecretsSpec => ({ app, names })),
        endpoint,
        secrets: values,
      },
      { parent: this },
    );
    const spec = pulumi.output(args.appName).apply(
      (app): ReleaseSpec => ({
        stack,
        org,
        app,
        region,
        image: args.image,
        groups: args.groups,
        database: args.database,
        redisGate: args.redisGate,
        smoke: args.database !== null,
      }),
    );
    this.released = new FlyCommand(
      `${name}-release`,
      {
        kind: "release",
        spec,
        endpoint,
        environment: {
          FLY_TOML: args.flyToml,
          // A changed secret needs a release, but what Fly answers is unknown in a preview; this is not.
          // Not marked secret: one of the values is always too long to guess, so the digest tells nothing. Marked,
          // it would hide the whole environment, and with it the image, from the guard below.
          SECRETS_DIGEST: pulumi.unsecret(values.apply(digest)),
        },
      },
      { parent: this, dependsOn: [secrets, ...args.after], hooks: { beforeUpdate: [upgradeGuard(name)] } },
    );
    this.registerOutputs();
  }
}

/** Refuses an image that may not follow the one that runs, in previews too. */
function upgradeGuard(name: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    `${name}-upgrade-guard`,
    ({ oldInputs, newInputs }) => {
      const problem = versionProblem(versionIn(oldInputs), versionIn(newInputs));
      if (problem !== undefined) throw new Error(`mastiff:mastodonVersion: ${problem}`);
    },
    { onDryRun: true },
  );
}

/** Version in a release's inputs; empty where it is not known yet. */
function versionIn(inputs: Record<string, unknown> | undefined): string {
  const { SPEC } = (inputs?.environment ?? {}) as Record<string, unknown>;
  return typeof SPEC === "string" && SPEC.startsWith("{")
    ? versionOf((JSON.parse(SPEC) as ReleaseSpec).image)
    : "";
}

/** Changes when one of the values does. */
export function digest(values: Record<string, string>): string {
  const sorted = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
}
