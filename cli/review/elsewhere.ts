/** What changes at Cloudflare, at SendGrid and in the state, in words. Pure. */
import { type Describe, type Described, ends, type Interruption } from "./change.ts";
import { forgottenByBucket } from "./forgetting.ts";
import { isForDriver, onFly } from "./on-fly.ts";
import { type Inputs, isSecret, natural, type Step, unknownValue, valueAt } from "./steps.ts";

type DescribeElsewhere = (step: Step, values: Inputs) => Omit<Described, "system" | "words">;

/** Resources by type. `values` are those that the resource will have, or had. */
const kinds: Readonly<Record<string, DescribeElsewhere>> = {
  "cloudflare:index/zone:Zone": (step, { name }) => ({
    part: "dns",
    what: `zone ${name}`,
    interruptions: ends(step)
      ? [{ what: `zone ${name}`, cutOff: "everybody: no name in the zone leads anywhere", lasts: "for good" }]
      : [],
    data: ends(step)
      ? [
          {
            what: `zone ${name}`,
            happens: "is deleted, with all its records, those of others too",
            isLost: true,
          },
        ]
      : [],
  }),
  "cloudflare:index/zoneSetting:ZoneSetting": (_, { settingId }) => ({
    part: "dns",
    what: `setting ${settingId} of the zone`,
  }),
  "cloudflare:index/dnsRecord:DnsRecord": (step, { type, name }) => ({
    part: "dns",
    what: `record ${type} ${name}`,
    interruptions: recordInterruptions(step),
  }),
  "cloudflare:index/ruleset:Ruleset": (_, { phase }) => ({
    part: "dns",
    what: `ruleset of the phase ${phase}`,
  }),
  "pulumi-nodejs:dynamic/cloudflare:PhaseRule": (_, { phase }) => ({
    part: "dns",
    what: `rule in the phase ${phase}`,
  }),
  "cloudflare:index/r2Bucket:R2Bucket": (step, { name }) => ({
    part: "bucket",
    what: `bucket ${name}`,
    interruptions: ends(step)
      ? [{ what: `bucket ${name}`, cutOff: "everybody: no upload is shown", lasts: "for good" }]
      : [],
    data: ends(step)
      ? [{ what: `bucket ${name}`, happens: "is emptied and deleted, with every upload", isLost: true }]
      : step.operation === "create"
        ? [{ what: `bucket ${name}`, happens: "is made, empty", isLost: false }]
        : [],
  }),
  "cloudflare:index/r2BucketCors:R2BucketCors": (_, { bucketName }) => ({
    part: "bucket",
    what: `CORS policy of the bucket ${bucketName}`,
  }),
  "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle": (step, { bucketName }) => ({
    part: "backups",
    what: `how long the bucket ${bucketName} keeps backups`,
    // New rules are those of a bucket without backups, or with the same rules from before.
    data: step.operation === "update" ? forgottenByBucket(step.old, step.next) : [],
  }),
  "cloudflare:index/r2CustomDomain:R2CustomDomain": (step, { domain }) => ({
    part: "bucket",
    what: `host ${domain} of the bucket`,
    interruptions: ends(step) ? [noUploads(String(domain), step)] : [],
  }),
  "pulumi-nodejs:dynamic/cloudflare:PublicHost": (_, { host }) => ({
    part: "bucket",
    what: `host ${host}, switched on`,
  }),
  "cloudflare:index/accountToken:AccountToken": (step) => ({
    part: partOfBucket(step),
    what: "token for one bucket alone",
  }),
  "pulumi-nodejs:dynamic/cloudflare:BucketAccess": (step, { bucket }) => ({
    part: partOfBucket(step),
    what: `key of the bucket ${bucket}`,
  }),
  "pulumi-nodejs:dynamic/cloudflare:KeptBucket": (step, { bucket }) => ({
    part: "backups",
    what: `bucket ${bucket}, which outlives the stack`,
    data: ends(step)
      ? [{ what: `bucket ${bucket}`, happens: "stays, with all that is in it", isLost: false }]
      : [],
  }),
  "pulumi-nodejs:dynamic/sendgrid:AuthenticatedDomain": (_, { domain }) => ({
    part: "mail",
    what: `mail domain ${domain}`,
  }),
  "pulumi-nodejs:dynamic/sendgrid:DomainValidation": () => ({
    part: "mail",
    what: "validation of the mail domain",
  }),
  "pulumi-nodejs:dynamic/sendgrid:LinkBranding": (_, { domain }) => ({
    part: "mail",
    what: `check of the link branding of ${domain}`,
  }),
  "pulumi-nodejs:dynamic/sendgrid:ApiKey": () => ({ part: "mail", what: "API key that sends mail" }),
  "pulumi-nodejs:dynamic/sendgrid:TrackingBefore": () => ({
    part: "mail",
    what: "note of how click tracking was before",
  }),
  "pulumi-nodejs:dynamic/sendgrid:ClickTracking": () => ({ part: "mail", what: "click tracking" }),
  "pulumi-nodejs:dynamic/sendgrid:SingleSender": (_, { fromEmail }) => ({
    part: "mail",
    what: `sender ${fromEmail}`,
  }),
  "pulumi-nodejs:dynamic/openpgp:BackupKey": (step) => ({
    part: "backups",
    what: "key that opens the backups",
    data: ends(step)
      ? [
          {
            what: "key of the backups",
            happens: "is deleted: without another key, no backup opens",
            isLost: true,
          },
        ]
      : [],
  }),
  "random:index/randomPassword:RandomPassword": secret,
  "random:index/randomId:RandomId": () => ({ what: "identity of the stack" }),
  "tls:index/privateKey:PrivateKey": secret,
};

/** The kinds that Mastiff has beside those on Fly, for a test. */
export const kindsElsewhere: ReadonlySet<string> = new Set(Object.keys(kinds));

/** Any resource of a community; resources of the program's own too, by their type. */
export const described: Describe = (step) => {
  if (isForDriver(step)) return onFly(step);
  const values = Object.keys(step.next).length > 0 ? step.next : step.old;
  const kind = kinds[step.type];
  const system = systemOf(step);
  if (kind === undefined) return { system, what: isNote(step) ? "note in the state" : typeName(step.type) };
  return { system, ...kind(step, values), words: differences(step) };
};

function systemOf({ type, name, within }: Step): Described["system"] {
  if (/^(cloudflare:|pulumi-nodejs:dynamic\/cloudflare:)/.test(type)) return "Cloudflare";
  if (type.startsWith("pulumi-nodejs:dynamic/sendgrid:")) return "SendGrid";
  if (isNote({ type, within }) || /-identity-id$/.test(name)) return "state";
  return kinds[type] === undefined ? "other" : "secrets";
}

/** Commands that run nothing: Mastiff keeps facts in them. */
function isNote({ type, within }: Pick<Step, "type" | "within">): boolean {
  return type === "command:local:Command" && within.includes("mastiff:index:Community");
}

/** `dnsRecord` of `cloudflare:index/dnsRecord:DnsRecord`. */
function typeName(type: string): string {
  return type.split(":").at(-1) ?? type;
}

/** Inputs that no person reads: the code of a dynamic resource, and its own parts of a cloud's address. */
const silent = /^(__provider|baseUrl|apiToken|accountId|zoneId|kind|__defaults|__internal)\b/;
/** Words for a list that a change may have. */
const most = 6;

/** The properties that change, with both values where they are short. */
function differences(step: Step): string[] {
  if (step.operation !== "update" && step.operation !== "replace") return [];
  const paths = step.differs.length > 0 ? step.differs : changedKeys(step);
  const words = paths
    .filter((path) => !silent.test(path))
    .map((path) => {
      const [old, next] = [shortValue(valueAt(step.old, path)), shortValue(valueAt(step.next, path))];
      if (old === undefined || next === undefined || old === next) return `${path} changes`;
      return `${path}: ${old} → ${next}`;
    });
  return words.length > most ? [...words.slice(0, most), `and ${words.length - most} more`] : words;
}

function changedKeys({ old, next }: Step): string[] {
  const keys = [...new Set([...Object.keys(old), ...Object.keys(next)])];
  return keys.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(next[key])).sort(natural);
}

/** A value that may be shown and is worth it; undefined for a secret, an object, and what no `up` has made yet. */
export function shortValue(value: unknown): string | undefined {
  if (value === undefined || value === null) return "none";
  if (isSecret(value) || typeof value === "object" || value === unknownValue) return undefined;
  const text = String(value);
  return text.length > 80 ? undefined : text;
}

function secret(step: Step): Omit<Described, "system" | "words"> {
  const isForGood = /-(encryption-[\w-]+|secret-key-base|vapid)$/.test(step.name);
  return {
    part: "secrets",
    what: `secret ${step.name}`,
    data:
      ends(step) && isForGood
        ? [{ what: `secret ${step.name}`, happens: "is deleted, and can never be made again", isLost: true }]
        : [],
  };
}

function partOfBucket({ within }: Step): "backups" | "bucket" {
  return within.includes("mastiff:cloudflare:MediaBucket") ? "bucket" : "backups";
}

function noUploads(host: string, { operation }: Step): Interruption {
  return {
    what: `host ${host}`,
    cutOff: "everybody: no upload is shown",
    lasts: operation === "replace" ? "some minutes, until R2 has connected it again" : "for good",
  };
}

/** A record that leads somewhere else takes its time to live to reach everybody: five minutes at Cloudflare (ttl 1). */
function recordInterruptions(step: Step): Interruption[] {
  const { type, name } = step.old;
  if (!["A", "AAAA", "CNAME"].includes(String(type)) || !String(name).includes(".")) return [];
  // Proofs for certificates and mail lead no visitor.
  if (String(name).startsWith("_") || /-(dkim\d|return-path|challenge)$/.test(step.name)) return [];
  const what = `name ${name} (${type})`;
  if (step.operation === "delete") return [{ what, cutOff: "visitors of this name", lasts: "for good" }];
  if (step.operation === "create" || step.old.content === step.next.content) return [];
  return [
    {
      what,
      cutOff: "visitors whose resolver still has the old answer go where it leads",
      lasts: "up to five minutes",
    },
  ];
}
