/** Finds DNS records of others at the names where this stack creates its own. Pure. */
import { r2Target, type ZoneRecord } from "../../providers/cloudflare/zone-reading.ts";
import type { MailRecord } from "../mail/mail-records.ts";
import { isOfMastiff, isOurRecord } from "./community-records.ts";

/** A name at which this stack creates address records or a CNAME. */
export interface WantedName {
  name: string;
  /** What the stack creates there, in words. */
  what: string;
  /** The config key that sets another name; undefined if the name is derived from other names. */
  key?: "domain" | "assetsHost" | "filesHost" | "oldFilesHosts" | "streamingHost" | undefined;
  /** Whether R2 itself creates the record, so that the record has no comment. */
  isOfBucket?: boolean | undefined;
}

/**
 * Types that conflict with this stack's records. An address or CNAME leads visitors elsewhere, or Cloudflare
 * refuses the second record (81053, 81054; 10057 at a bucket's host). NS delegates the name to other servers.
 */
const inTheWay = ["A", "AAAA", "CNAME", "NS"];

/**
 * The errors for conflicting records of others, one for each name, with the possible fixes.
 *
 * @param isOfBucket whether R2's own record at a host of the bucket belongs to this stack's bucket
 */
export function foreignAddresses(
  wanted: readonly WantedName[],
  records: readonly ZoneRecord[],
  ownComment: string,
  isOfBucket: (host: string) => boolean,
): string[] {
  return wanted.flatMap((name) => {
    const isOurs = (record: ZoneRecord) =>
      name.isOfBucket && record.content === r2Target
        ? isOfBucket(name.name)
        : isOurRecord(record, ownComment);
    const foreign = records.filter(
      (record) => record.name === name.name && inTheWay.includes(record.type) && !isOurs(record),
    );
    return foreign.length === 0 ? [] : [textOf(name, foreign, records)];
  });
}

function textOf(wanted: WantedName, foreign: readonly ZoneRecord[], records: readonly ZoneRecord[]): string {
  const { name, what, key } = wanted;
  const ofStack = foreign.find(isOfMastiff);
  return [
    `${name} has DNS records that this stack did not create, and this stack needs ${name} for ${what}:`,
    ...foreign.map((record) => `  ${lineOf(record)}`),
    ...(key === undefined ? [] : [`  set in  mastiff:${key}`]),
    ...(ofStack ? ofAnotherStack(ofStack) : ofNobodyKnown(wanted, foreign, records)),
  ].join("\n");
}

function lineOf({ type, content, proxied, comment }: ZoneRecord): string {
  const more = [
    proxied ? "proxied" : "",
    content === r2Target ? "points to another R2 bucket" : "",
    comment ? `comment: ${comment}` : "",
  ].filter((word) => word !== "");
  return `${type.padEnd(6)}${content}${more.length > 0 ? ` (${more.join(", ")})` : ""}`;
}

/** Another community may be served there, so the fix never tells the operator to remove its records. */
function ofAnotherStack({ comment }: ZoneRecord): string[] {
  return [
    `  fix     they belong to the stack that their comment names (${comment}), which may serve a community. Continue with`,
    "          that stack and its state (pulumi stack ls; pulumi login, if its state is elsewhere), or choose another domain:",
    "            pulumi config set mastiff:domain <another domain>",
  ];
}

function ofNobodyKnown(
  { name, key }: WantedName,
  foreign: readonly ZoneRecord[],
  records: readonly ZoneRecord[],
): string[] {
  const ofBucket = foreign.some(({ content }) => content === r2Target);
  return [
    "  fix     if nothing needs them any more (an old site, leftovers of an import), first see what still answers there:",
    `            ${key === undefined ? `dig +short ${name}` : `curl -sI https://${name}`}`,
    ofBucket
      ? "          then disconnect the host from that bucket yourself (Cloudflare dashboard, R2, the bucket, Settings, Custom Domains)"
      : "          then remove them yourself (Cloudflare dashboard, DNS, Records) and run again",
    ...(key === undefined
      ? ["          if something still needs them, they have to stay: choose another domain"]
      : key === "oldFilesHosts"
        ? [
            "          if something still needs them, the host cannot serve uploads: leave it out of mastiff:oldFilesHosts",
          ]
        : [
            "          if something still needs them, choose another name for this community:",
            `            pulumi config set mastiff:${key} ${key === "domain" ? "<another domain>" : freeName(name, records)}`,
          ]),
  ];
}

/** A host of the same depth at which the zone has no record. */
function freeName(host: string, records: readonly ZoneRecord[]): string {
  const taken = new Set(records.map((record) => record.name));
  const candidates = ["mastodon", "fedi", "social"].map((word) => `${word}-${host}`);
  return candidates.find((candidate) => !taken.has(candidate)) ?? `<host below ${host}'s zone>`;
}

/** The errors for SPF and DMARC records of others: two make both void (RFC 7208 4.5, RFC 7489 6.6.3). */
export function foreignMailRecords(
  wanted: readonly MailRecord[],
  records: readonly ZoneRecord[],
  ownComment: string,
): string[] {
  return wanted.flatMap(({ host, prefix, key }) => {
    const foreign = records.find(
      (record) =>
        record.type === "TXT" &&
        record.name === host &&
        record.content.replace(/^"/, "").startsWith(prefix) &&
        !isOurRecord(record, ownComment),
    );
    if (foreign === undefined) return [];
    return [
      [
        `${host} already has a ${prefix} record that this stack did not create: ${foreign.content}`,
        `  set in  mastiff:${key}, which asks for a record of this stack`,
        `  fix     keep the existing record: pulumi config rm mastiff:${key}`,
        "          or carry over what it says, then remove it yourself in the Cloudflare dashboard and run again",
      ].join("\n"),
    ];
  });
}
