import { createHash } from "node:crypto";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** What a changed value would break, by the variable's name. */
const losses: Record<string, string> = {
  SECRET_KEY_BASE:
    "every session and every signed link would become invalid, and everybody would be logged out",
  VAPID_PRIVATE_KEY: "each browser's push subscription depends on the pair, and none would be renewed",
  VAPID_PUBLIC_KEY: "each browser's push subscription depends on the pair, and none would be renewed",
  OTP_SECRET: "two-factor secrets from before Mastodon 4.4 are encrypted with it",
};
const encryption =
  "accounts' signing keys and two-factor secrets are encrypted with it, and a server that cannot read them can no longer sign as itself";

/**
 * Why secrets may not change from one set of fingerprints to another. One sentence each; empty when they may.
 * Pure.
 *
 * @param next an unknown fingerprint, of a secret that is regenerated, differs from every old one
 */
export function keptSecretProblems(
  old: Readonly<Record<string, unknown>>,
  next: Readonly<Record<string, unknown>>,
): string[] {
  return Object.keys(old)
    .filter((name) => old[name] !== next[name])
    .map((name) => `${name}: ${losses[name] ?? encryption}`);
}

/**
 * Stores in the state the fingerprints (not the values) of the secrets that never change, and refuses other
 * values, in previews too. The cause does not matter: a changed argument in a later release,
 * `pulumi state delete` or `--replace`.
 *
 * @returns the values, available once they are accepted.
 */
export function keptSecrets<Values extends Record<string, pulumi.Output<string>>>(
  name: string,
  values: Values,
  parent: pulumi.Resource,
): Values {
  const guard = new pulumi.ResourceHook(
    `${name}-guard`,
    ({ oldInputs, newInputs }) => {
      const problems = keptSecretProblems(fingerprintsIn(oldInputs), fingerprintsIn(newInputs));
      if (problems.length > 0) throw new Error(refusal(problems));
    },
    { onDryRun: true },
  );
  const fingerprints = Object.entries(values).map(([key, value]): [string, pulumi.Output<string>] => [
    key,
    // Not secret, because the guard must read it. Each value is too long to guess from a part of its hash.
    pulumi.unsecret(value.apply((text) => fingerprint(`${key}=${text}`))),
  ]);
  const memory = new command.local.Command(
    `${name}-memory`,
    { environment: Object.fromEntries(fingerprints) },
    { parent, hooks: { beforeUpdate: [guard] } },
  );
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      pulumi.all([value, memory.urn]).apply(([text]) => text),
    ]),
  ) as Values;
}

function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function fingerprintsIn(inputs: Record<string, unknown> | undefined): Record<string, unknown> {
  return (inputs?.environment ?? {}) as Record<string, unknown>;
}

function refusal(problems: string[]): string {
  return [
    "secrets that must never change would be generated again, so nothing is done:",
    ...problems.map((problem) => `  - ${problem}`),
    "    proper way: keep them. If the state has lost them, restore a state that has them: pulumi stack import --file state.json (docs/operations.md, “Secrets”)",
  ].join("\n");
}
