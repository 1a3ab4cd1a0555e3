import { createHash } from "node:crypto";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** What would break with another value, by the variable's name. */
const losses: Record<string, string> = {
  SECRET_KEY_BASE: "every session and every signed link would be void, so everybody would be logged out",
  VAPID_PRIVATE_KEY: "each browser's push subscription hangs on the pair, and none would be renewed",
  VAPID_PUBLIC_KEY: "each browser's push subscription hangs on the pair, and none would be renewed",
  OTP_SECRET: "two-factor secrets from before Mastodon 4.4 are encrypted with it",
};
const encryption =
  "accounts' signing keys and two-factor secrets are encrypted with it, and a server that cannot read them can no longer sign as itself";

/**
 * Why secrets may not go from one set of fingerprints to another; one sentence each, empty when they may. Pure.
 *
 * @param next what is not known yet, because something makes the secret anew, is another text than any that was
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
 * Remembers in the state what the secrets that never change look like (not their values), and refuses others, in
 * previews too: whatever made one anew, an argument of a later release, a `pulumi state delete` or `--replace`.
 *
 * @returns the values, which wait until they are accepted.
 */
export function keptSecrets(
  name: string,
  values: Record<string, pulumi.Output<string>>,
  parent: pulumi.Resource,
): Record<string, pulumi.Output<string>> {
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
    // Each value is too long to be guessed from a part of its hash. Marked secret, the guard could not read it.
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
  );
}

function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function fingerprintsIn(inputs: Record<string, unknown> | undefined): Record<string, unknown> {
  return (inputs?.environment ?? {}) as Record<string, unknown>;
}

function refusal(problems: string[]): string {
  return [
    "secrets that must never change would be made anew, so nothing is done:",
    ...problems.map((problem) => `  - ${problem}`),
    "    proper way: keep them. Where the state has lost them, bring back one that has them: pulumi stack import --file state.json (docs/operations.md, “Secrets”)",
  ].join("\n");
}
