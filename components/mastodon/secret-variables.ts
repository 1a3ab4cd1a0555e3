import * as pulumi from "@pulumi/pulumi";
import type { MediaBucket } from "../cloudflare/media-bucket.ts";
import type { GivenSettings } from "../config/given.ts";
import type { MailServer } from "./environment.ts";

/** Arguments of {@link secretVariables}. */
export interface SecretVariablesArgs {
  /** The operator's own secret variables and the password of the mail server. */
  given: GivenSettings;
  /** The bucket of the uploads, with its key. */
  media: MediaBucket;
  /** The server that sends Mastodon's mails. Without authentication it needs no password. */
  mail: MailServer;
  /** SendGrid's key; undefined where config names a mail server. */
  apiKey: pulumi.Output<string> | undefined;
}

/**
 * Mastodon's secret variables, except those that `MastodonSecrets` generates: the key of the uploads' bucket, the
 * password of the mail server, and the variables of the operator.
 */
export function secretVariables({
  given: { settings, secrets },
  media,
  mail,
  apiKey,
}: SecretVariablesArgs): Record<string, pulumi.Output<string>> {
  // Neither "" below is ever sent. The names are the keys of `secretEnv` itself. Where the mail server needs a
  // password, the config's rules require one, or there is SendGrid's key.
  const own = settings.secretEnvNames.map((name): [string, pulumi.Output<string>] => [
    name,
    secrets.secretEnv.apply((env) => env[name] ?? ""),
  ]);
  return {
    AWS_ACCESS_KEY_ID: media.accessKeyId,
    AWS_SECRET_ACCESS_KEY: media.secretAccessKey,
    ...(mail.auth !== "none" && { SMTP_PASSWORD: apiKey ?? secrets.smtpPassword ?? pulumi.secret("") }),
    ...Object.fromEntries(own),
  };
}
