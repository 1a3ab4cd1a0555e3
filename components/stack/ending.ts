/** What an operator has to know before a community ends, and what remains afterwards. Pure. */
import type { DumpOutput } from "../../providers/fly/spec.ts";

/** Facts that both texts use. */
export interface EndingFacts {
  /** Name of the stack. */
  stack: string;
  /** The community's domain. */
  domain: string;
  /** Name of the Cloudflare zone. */
  zone: string;
  /** How the stack holds the zone: only a `created` one is deleted with the stack. */
  zoneMode: "owned" | "shared" | "created";
  /** Name of the web app, with which the names of the others begin. */
  app: string;
  /** The bucket of the uploads. */
  bucket: string;
  /** The bucket of the last dump, which remains. */
  farewellBucket: string;
  /** A Redis machine of the stack's own, or a database at Upstash. */
  redisKind: "own" | "upstash";
  /** Mail through SendGrid, or through a mail server of the operator's. */
  mail: "sendgrid" | "server";
  /** The backups: the app of their machine, their bucket, in R2 or another S3, and the operator's own keys. Default: they are off. */
  backup?:
    | { app: string; bucket: string; recipients: readonly string[]; s3?: { endpoint: string } }
    | undefined;
  /** The mirror of the uploads: its bucket, in R2 or another S3. Default: there is none. */
  uploadsMirror?: { bucket: string; s3?: { endpoint: string } } | undefined;
  /** Days for which Fly keeps snapshots of the volumes. Default: Fly's own five. */
  snapshotRetention?: number | undefined;
  /** Whether backups were taken before they were switched off. Default: none were. */
  hadBackups?: boolean;
}

/** What `pulumi destroy` will delete permanently, and what to do first. */
export function lastWords(facts: EndingFacts): string {
  const { domain, app, bucket } = facts;
  return [
    `mastiff:destroy is set: ${domain} is about to end. This up takes a last dump and removes the protection; pulumi destroy then deletes permanently:`,
    `  - every account of ${domain} with its posts, follows and messages: the database ${app}-db`,
    `  - every upload: all objects of the bucket ${bucket}, and the bucket (the dump has none of them; copy them first if somebody wants them)`,
    `  - the jobs that still wait in Redis, including deliveries to other servers: ${app}-redis`,
    `  - the keys that accounts sign with: without them a dump is readable, but no server can act as ${domain} again. Keep them:`,
    "      pulumi stack export --show-secrets > state.json",
    `  - the apps ${app}, ${app}-streaming, ${app}-db${facts.backup === undefined ? "" : `, ${facts.backup.app}`}${facts.uploadsMirror === undefined ? "" : `, ${app}-mirror`}${facts.redisKind === "own" ? ` and ${app}-redis` : " and the Redis at Upstash"}, with addresses and certificates`,
    facts.zoneMode === "created"
      ? `  - the zone ${facts.zone} with all its records, including those of others`
      : `  - this stack's records in the zone ${facts.zone}`,
    "Other servers remember the community. Notify them before you destroy anything, and leave Sidekiq running until all are notified (hours to days):",
    `      npx mastiff tootctl -s ${facts.stack} self-destruct      (docs/operations.md, “Ending a community”)`,
    `Never use ${domain} for a fresh server afterwards. To keep the community after all: pulumi config rm mastiff:destroy && pulumi up`,
  ].join("\n");
}

/** What remains after `pulumi destroy`, a sentence each, with the way to remove it. */
export function leftAfterDestroy(
  facts: EndingFacts,
  dump: DumpOutput,
  adopted: { mailDomain: boolean; sender: boolean },
): string[] {
  const { zone, domain } = facts;
  const size = dump.bytes === null ? "" : `, ${inWords(dump.bytes)}`;
  const people = dump.users === null ? "" : `, ${dump.users} account(s)`;
  return [
    `the bucket ${dump.bucket} with the last dump ${dump.key}${size}${people}: download it, then delete the bucket in the Cloudflare dashboard. It contains people's data: do not keep it longer than you may`,
    ...(facts.backup === undefined ? [] : [leftBackups(facts.backup)]),
    ...(facts.backup === undefined && facts.hadBackups === true ? [formerBackups] : []),
    ...(facts.uploadsMirror === undefined ? [] : [leftMirror(facts.uploadsMirror)]),
    ...(facts.zoneMode === "created"
      ? []
      : [`the zone ${zone}, and every record in it that this stack did not create`]),
    ...(facts.zoneMode === "owned"
      ? [`the SSL mode of ${zone}, Full (strict): a setting has no "off", and every other mode is weaker`]
      : []),
    ...(adopted.mailDomain ? [`the mail domain ${domain} at SendGrid: it existed before this stack`] : []),
    ...(adopted.sender ? ["the verified sender at SendGrid: it existed before this stack"] : []),
    `Fly's snapshots of the volumes, for the rest of their ${facts.snapshotRetention ?? "five"} days`,
    `the empty stack and its history, which contain the old secrets, encrypted: pulumi stack rm, once nobody needs them`,
  ];
}

function leftBackups({ bucket, recipients, s3 }: NonNullable<EndingFacts["backup"]>): string {
  const keys = `open with the key in the exported state${recipients.length === 0 ? "" : ", and with the keys of mastiff:backup.recipients"}`;
  return s3 === undefined
    ? `the bucket ${bucket} with the backups: they ${keys}. The bucket's own rules delete each of them when its time is over; then delete the bucket in the Cloudflare dashboard`
    : `the backups in your bucket ${bucket} at ${s3.endpoint}: they ${keys}. They contain people's data: do not keep them longer than you may`;
}

function leftMirror({ bucket, s3 }: NonNullable<EndingFacts["uploadsMirror"]>): string {
  const where = s3 === undefined ? "" : ` at ${s3.endpoint}`;
  return `the bucket ${bucket}${where} with the mirror of the uploads: they are people's own. Do not keep them longer than you may`;
}

const formerBackups =
  "the bucket with the backups that were taken before mastiff:backup was off: they open with the key in the exported state, and with the keys that were in mastiff:backup.recipients. They contain people's data: do not keep them longer than you may";

/** 1536 → "1.5 KB". */
function inWords(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB"];
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** step;
  return `${step === 0 ? value : value.toFixed(1)} ${units[step]}`;
}
