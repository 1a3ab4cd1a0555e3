/** The checks in Mastodon's initializers. A failed check ends every process, whatever its command. */
import { parseAddresses } from "../mail-address.ts";

const encryption = [
  "ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY",
  "ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT",
  "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY",
] as const;

/** The last lines of a process that an initializer ends; undefined: it passes them all. */
export function bootFault(env: Record<string, string>): string[] | undefined {
  // mastodon/mastodon config/environments/production.rb: Mail::Address.new(outgoing_email_address).domain
  const sender = env.SMTP_FROM_ADDRESS ?? "notifications@localhost";
  if (parseAddresses(sender) === undefined) {
    return [
      `Mail::AddressList can not parse |${sender}|: Only able to parse up to ${JSON.stringify(sender)} (Mail::Field::IncompleteParseError)`,
    ];
  }
  // Rails treats a blank secret_key_base as missing. Any other string is accepted (railties, application.rb).
  if (!env.SECRET_KEY_BASE?.trim()) {
    return [
      "ArgumentError: Missing `secret_key_base` for 'production' environment, set this string with `bin/rails credentials:edit` (ArgumentError)",
    ];
  }
  // mastodon/mastodon config/initializers/active_record_encryption.rb
  if (encryption.some((name) => env[name] === undefined)) {
    return [
      "Mastodon now requires that these variables are set:",
      ...encryption.map((name) => `  - ${name}`),
      "Run `bin/rails db:encryption:init` to generate values and then assign the environment variables.",
    ];
  }
  const fromTests = encryption.find((name) => env[name]?.endsWith("DO_NOT_USE_IN_PRODUCTION"));
  if (fromTests !== undefined) {
    return [
      `It looks like you are trying to run Mastodon in production with a ${fromTests} value from the test environment.`,
      `Please generate fresh secrets using \`bin/rails db:encryption:init\` and use them instead.`,
    ];
  }
  // mastodon/mastodon pull 34664; the text as YunoHost-Apps/glitchsoc_ynh pull 377 quotes it.
  if (env.REDIS_NAMESPACE) {
    return [
      "ERROR: the REDIS_NAMESPACE environment variable is no longer supported, and a migration is required.",
      "Please see documentation at https://github.com/mastodon/redis_namespace_migration",
    ];
  }
  return undefined;
}

/**
 * The encryption keys as one text. Callers hash it, to tell whether the keys are still those that wrote a
 * row.
 */
export function encryptionKeys(env: Record<string, string>): string {
  return encryption.map((name) => env[name] ?? "").join("\n");
}
