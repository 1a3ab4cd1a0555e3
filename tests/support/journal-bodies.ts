/** Which calls carry which secrets because that is what they are for; all others must hold none. */
import type { JournalEntry } from "./world.ts";

interface Purpose {
  cloud: JournalEntry["cloud"];
  method: string;
  path: RegExp;
  side: "requestBody" | "responseBody";
  /** Secrets by their place in the state. */
  secrets: RegExp;
}

const redisAtUpstash = /REDIS_URL$|^redis-upstash/;
const connections = new RegExp(
  `${redisAtUpstash.source}|DATABASE_URL$|^secrets-database-password|^database-`,
);
/** The secrets that can never be made again. */
const permanent =
  /(SECRET_KEY_BASE|ACTIVE_RECORD_ENCRYPTION_\w+|VAPID_PRIVATE_KEY|OTP_SECRET|secretKeyBase)$|^secrets-(secret-key-base|encryption-|vapid|otp)/;

const purposes: readonly Purpose[] = [
  // A cloud tells a key that it made, once.
  {
    cloud: "sendgrid",
    method: "POST",
    path: /\/v3\/api_keys$/,
    side: "responseBody",
    secrets: /^mail-key|SMTP_PASSWORD$/,
  },
  {
    cloud: "cloudflare",
    method: "POST",
    path: /\/tokens$/,
    side: "responseBody",
    secrets: /^(media|backups)-token/,
  },
  // The only way to learn a Redis' password (`redis status`, `redis create`).
  { cloud: "fly", method: "POST", path: /^\/graphql$/, side: "responseBody", secrets: redisAtUpstash },
  // What an app is to know: streaming its connections, web all but the operator's own tokens and the bucket's token,
  // of which it gets a hash.
  {
    cloud: "fly",
    method: "POST",
    path: /-streaming\/secrets$/,
    side: "requestBody",
    secrets: connections,
  },
  {
    cloud: "fly",
    method: "POST",
    path: /\/apps\/mastiff-party\/secrets$/,
    side: "requestBody",
    secrets: /^(?!operator|media-token|secrets-redis-password|backups-(token|key|access))/,
  },
  // The way to the database and to its own bucket, and the escrow.
  {
    cloud: "fly",
    method: "POST",
    path: /\/apps\/mastiff-party-backup\/secrets$/,
    side: "requestBody",
    secrets: new RegExp(
      `${permanent.source}|DATABASE_URL$|^secrets-database-password|^database-|backups[\\w.-]*\\.secretAccessKey$|BACKUP_KEY_SECRET$`,
    ),
  },
];

/** Names of the secrets that this body is for; undefined: for none. */
export function bodiesThatMayHold(
  entry: JournalEntry,
  side: "requestBody" | "responseBody",
): RegExp | undefined {
  return purposes.find(
    (one) =>
      one.cloud === entry.cloud &&
      one.method === entry.method &&
      one.side === side &&
      one.path.test(entry.path),
  )?.secrets;
}
