/**
 * Mastodon's variables that an operator may not set, and why. Operators may set all other variables.
 *
 * Sources: docs.joinmastodon.org/admin/config (2026-07), .env.production.sample, config/*.yml,
 * config/environments/production.rb, config/initializers and lib/mastodon of mastodon/mastodon.
 */

/** Why a variable is reserved. */
export type Reservation =
  /** Mastiff sets it from config keys. */
  | { kind: "key"; keys: readonly string[] }
  /** Mastiff generates it and keeps it in the state. */
  | { kind: "generated" }
  /** Mastiff always sets it to the same value. */
  | { kind: "fixed" }
  /** It has no effect beside another variable, which Mastiff sets. */
  | { kind: "idle"; beside: string }
  /** It would break something; `why` is the reason in words. */
  | { kind: "breaks"; why: string };

const key = (...keys: string[]): Reservation => ({ kind: "key", keys });
const generated: Reservation = { kind: "generated" };
const fixed: Reservation = { kind: "fixed" };
const idle = (beside: string): Reservation => ({ kind: "idle", beside });
const breaks = (why: string): Reservation => ({ kind: "breaks", why });

const ownMark = breaks("is Mastiff's own mark");
const ownScript = breaks("is an input of Mastiff's own script that creates the first account");

/** Reservations by the variable's name. */
export const reservedNames: Readonly<Record<string, Reservation>> = {
  LOCAL_DOMAIN: key("domain"),
  WEB_DOMAIN: breaks(
    "would give handles a domain other than the community's, which Mastiff does not support",
  ),
  ALTERNATE_DOMAINS: key("alternateDomains", "assetsHost", "app"),
  CDN_HOST: key("assetsHost"),
  STREAMING_API_BASE_URL: key("streamingHost"),

  S3_ENABLED: fixed,
  S3_REGION: fixed,
  S3_PROTOCOL: fixed,
  S3_PERMISSION: fixed,
  S3_BUCKET: key("bucket"),
  S3_ENDPOINT: key("cloudflareAccountId", "bucketJurisdiction"),
  S3_HOSTNAME: key("cloudflareAccountId", "bucketJurisdiction"),
  S3_ALIAS_HOST: key("filesHost"),
  S3_CLOUDFRONT_HOST: idle("S3_ALIAS_HOST"),
  S3_OVERRIDE_PATH_STYLE: breaks(
    "would put the bucket's name into the host; Mastiff tests the bucket's key with the name in the path, which is Mastodon's default",
  ),
  S3_SIGNATURE_VERSION: breaks("must be v4, which is Mastodon's default and the only value that R2 accepts"),
  AWS_REQUEST_CHECKSUM_CALCULATION: fixed,
  AWS_RESPONSE_CHECKSUM_VALIDATION: fixed,
  AWS_ACCESS_KEY_ID: key("r2AccessKeyId"),
  AWS_SECRET_ACCESS_KEY: key("r2SecretAccessKey"),
  PAPERCLIP_ROOT_PATH: idle("S3_ENABLED"),
  PAPERCLIP_ROOT_URL: idle("S3_ENABLED"),

  SMTP_SERVER: key("smtpServer"),
  SMTP_PORT: key("smtpPort"),
  SMTP_LOGIN: key("smtpLogin"),
  SMTP_PASSWORD: key("smtpPassword"),
  SMTP_AUTH_METHOD: key("smtpAuth"),
  SMTP_ENABLE_STARTTLS: key("smtpEncryption", "smtpPort"),
  SMTP_TLS: key("smtpEncryption", "smtpPort"),
  SMTP_ENABLE_STARTTLS_AUTO: idle("SMTP_ENABLE_STARTTLS"),
  SMTP_SSL: breaks("duplicates SMTP_TLS and SMTP_ENABLE_STARTTLS: use mastiff:smtpEncryption"),
  SMTP_DELIVERY_METHOD: breaks(
    "must be smtp, which is the default and the only way in which Mastodon's image sends mails",
  ),
  SMTP_FROM_ADDRESS: key("fromAddress", "fromName"),

  DATABASE_URL: generated,
  DB_HOST: idle("DATABASE_URL"),
  DB_PORT: idle("DATABASE_URL"),
  DB_NAME: idle("DATABASE_URL"),
  DB_USER: idle("DATABASE_URL"),
  DB_PASS: idle("DATABASE_URL"),
  DB_SSLMODE: idle("DATABASE_URL"),
  DB_POOL: breaks(
    "would override the default of Rails, one connection for each thread; for streaming, set mastiff:streaming.databasePool",
  ),
  REDIS_URL: generated,
  REDIS_HOST: idle("REDIS_URL"),
  REDIS_PORT: idle("REDIS_URL"),
  REDIS_DB: idle("REDIS_URL"),
  REDIS_USER: idle("REDIS_URL"),
  REDIS_PASSWORD: idle("REDIS_URL"),
  REDIS_NAMESPACE: breaks("stops Mastodon v4.4 and newer"),
  SKIP_POST_DEPLOYMENT_MIGRATIONS: breaks(
    "would skip migrations permanently: Mastodon skips them whenever the variable is set",
  ),

  SECRET_KEY_BASE: generated,
  SECRET_KEY_BASE_DUMMY: breaks("makes Rails use another SECRET_KEY_BASE at each start"),
  OTP_SECRET: key("otpSecret"),
  VAPID_PRIVATE_KEY: generated,
  VAPID_PUBLIC_KEY: generated,
  ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: generated,
  ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: generated,
  ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: generated,

  TRUSTED_PROXY_IP: breaks("is set by Mastiff from the addresses that Fly gave the app"),
  BIND: fixed,
  PORT: fixed,
  SOCKET: breaks("would make Puma listen where Fly's proxy does not reach it"),
  PROXY_PROTO_V1: breaks("would make Puma wait for a header that Fly's proxy does not send"),
  RAILS_ENV: fixed,
  NODE_ENV: fixed,
  RAILS_SERVE_STATIC_FILES: fixed,
  WEB_CONCURRENCY: key("web.workers"),
  MAX_THREADS: key("web.threads"),
  MIN_THREADS: breaks("follows MAX_THREADS, which mastiff:web.threads sets; a greater value stops Puma"),
  SIDEKIQ_CONCURRENCY: key("sidekiq.threads"),
  PATH: breaks("would hide the programs of Mastodon's image"),
  BUNDLE_GEMFILE: breaks("would start Mastodon with gems other than those of its image"),
  MASTODON_USE_LIBVIPS: breaks("is set by Mastodon's image and must not be overridden"),

  SELF_DESTRUCT: breaks("tells the whole fediverse that the community is gone"),
  OWNER_USERNAME: ownScript,
  OWNER_EMAIL: ownScript,
  OWNER_PASSWORD: ownScript,
  OWNER_SEALED: ownScript,
  OWNER_SKIP_DNS: ownScript,
  OWNER_ROTATE: ownScript,
  PRIMARY_REGION: breaks("is set by Fly in each machine"),
};

/** Reservations by the beginning of the variable's name. */
const reservedBeginnings: readonly [string, Reservation][] = [
  ["REDIS_SENTINEL", idle("REDIS_URL")],
  [
    "SIDEKIQ_REDIS_",
    breaks("would put jobs into a Redis other than the one that Mastiff manages and checks for waiting jobs"),
  ],
  ["SWIFT_", breaks("configures another storage for uploads, but uploads are in R2")],
  ["AZURE_", breaks("configures another storage for uploads, but uploads are in R2")],
  ["FLY_", breaks("is set by Fly in each machine")],
  ["MASTIFF_", ownMark],
];

/** Why an operator may not set a variable; undefined when they may. */
export function reservation(name: string): Reservation | undefined {
  return (
    (Object.hasOwn(reservedNames, name) ? reservedNames[name] : undefined) ??
    reservedBeginnings.find(([start]) => name.startsWith(start))?.[1]
  );
}

/** A variable's reservation in words; undefined when the variable is not reserved. */
export function reservedReason(name: string): string | undefined {
  const found = reservation(name);
  switch (found?.kind) {
    case "key":
      return `is set by Mastiff from ${found.keys.map((one) => `mastiff:${one}`).join(" and ")}`;
    case "generated":
      return "is generated by Mastiff and kept in the stack's state";
    case "fixed":
      return "is set by Mastiff, because Mastodon on Fly and R2 works only with this value";
    case "idle":
      return `has no effect together with ${found.beside}, which Mastiff sets`;
    case "breaks":
      return found.why;
    default:
      return undefined;
  }
}
