/** Which secrets may be rotated, and why the others may not. */
import { z } from "zod";

/** Secrets that are rotated when their word in `mastiff:rotate` changes. */
export const rotating = ["smtpKey", "r2Token", "databasePassword", "redisPassword", "ownerPassword"] as const;

/** Words by secret; a secret without one has never been rotated. */
export type Rotation = Partial<Record<(typeof rotating)[number], string>>;

/** What a rotation would break, and what to do instead, by the secret's name. */
const permanent: Record<string, string> = {
  secretKeyBase:
    "cannot be rotated: every session and every signed link would become invalid, and everybody would be logged out",
  vapid: "cannot be rotated: each browser's push subscription depends on the pair, and none would be renewed",
  encryptionKeys:
    "cannot be rotated: the accounts' signing keys and two-factor secrets are encrypted with them, and a server that cannot read them can no longer sign as itself. Leaked keys do harm only together with a dump of the database: keep dumps safe",
  otpSecret: "cannot be rotated: two-factor secrets from before Mastodon 4.4 are encrypted with it",
};
const alsoCalled: Record<string, string> = {
  encryptionPrimaryKey: "encryptionKeys",
  encryptionDeterministicKey: "encryptionKeys",
  encryptionSalt: "encryptionKeys",
  vapidKeys: "vapid",
  vapidPrivateKey: "vapid",
};

/** Description of the secret that each word rotates. */
const words: Record<(typeof rotating)[number], string> = {
  smtpKey: "SendGrid's API key for sending mails.",
  r2Token: "Cloudflare's tokens for the buckets of uploads and backups.",
  databasePassword: "Mastodon's password for the database.",
  redisPassword: "Password of the stack's own Redis.",
  ownerPassword: "The Owner's password in Mastodon.",
};

const wordForm = /^[a-z0-9][a-z0-9-]{0,19}$/;

/** The form of `mastiff:rotate`: an object of words. */
export const rotation = z
  .record(z.string(), z.coerce.string())
  .transform((given, context): Rotation => {
    for (const [name, word] of Object.entries(given)) {
      const refuse = (message: string) => context.addIssue({ code: "custom", path: [name], message });
      const reason = permanent[alsoCalled[name] ?? name];
      if (reason !== undefined) refuse(reason);
      else if (!(rotating as readonly string[]).includes(name))
        refuse(`is not a secret that can be rotated; these can: ${rotating.join(", ")}`);
      else if (!wordForm.test(word))
        refuse("the word must be 1 to 20 lower-case letters, digits and dashes, such as 2026-11");
    }
    return given as Rotation;
  })
  // The rules of the transform, for editors.
  .meta({
    properties: Object.fromEntries(
      Object.entries(words).map(([name, description]) => [
        name,
        { type: ["string", "integer"], pattern: wordForm.source, description },
      ]),
    ),
    additionalProperties: false,
  });

/** Why this stack cannot rotate a secret that somebody else made, by secret. */
export function notOurs(config: {
  smtpServer?: string | undefined;
  r2AccessKeyId?: string | undefined;
  redisKind: "own" | "upstash";
}): Rotation {
  return {
    ...(config.smtpServer !== undefined && {
      smtpKey: `the password of ${config.smtpServer} is yours: create a new one there, pulumi config set --secret mastiff:smtpPassword, pulumi up, then revoke the old one`,
    }),
    ...(config.r2AccessKeyId !== undefined && {
      r2Token:
        "the bucket's key is yours: create a new one, set mastiff:r2AccessKeyId and mastiff:r2SecretAccessKey, pulumi up, then revoke the old one",
    }),
    ...(config.redisKind === "upstash" && {
      redisPassword: "Upstash generates this password, and flyctl has no command that changes it",
    }),
  };
}
