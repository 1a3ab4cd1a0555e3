/** DNS records of others at the names where this stack puts its own. Pure. */
import { r2Target, type ZoneRecord } from "../../providers/cloudflare/zone-reading.ts";
import type { MailRecord } from "../mail/mail-records.ts";
import { isOfMastiff, isOurRecord } from "./community-records.ts";

/** A name at which this stack makes address records or a CNAME. */
export interface WantedName {
  name: string;
  /** What the stack puts there, for people. */
  what: string;
  /** The config key that says another name; undefined where the name follows from others. */
  key?: "domain" | "assetsHost" | "filesHost" | "streamingHost" | undefined;
  /** Whether R2 makes the record itself, so that it bears no comment. */
  isOfBucket?: boolean | undefined;
}

/**
 * Types that cannot stand beside ours: an address or CNAME leads visitors elsewhere or is refused by Cloudflare (81053,
 * 81054; 10057 at a bucket's host), NS hands the name to other servers.
 */
const inTheWay = ["A", "AAAA", "CNAME", "NS"];

/**
 * The records of others that stand in the way, one text a name, each with its ways out.
 *
 * @param isOfBucket whether R2's own record at the bucket's host is of this stack's bucket
 */
export function foreignAddresses(
  wanted: readonly WantedName[],
  records: readonly ZoneRecord[],
  ownComment: string,
  isOfBucket: boolean | undefined,
): string[] {
  return wanted.flatMap((name) => {
    const isOurs = (record: ZoneRecord) =>
      name.isOfBucket && record.content === r2Target ? isOfBucket !== false : isOurRecord(record, ownComment);
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
    `${name} has DNS records that this stack did not make, where it puts ${what}:`,
    ...foreign.map((record) => `  ${lineOf(record)}`),
    ...(key === undefined ? [] : [`  set in  mastiff:${key}`]),
    ...(ofStack ? ofAnotherStack(ofStack) : ofNobodyKnown(wanted, foreign, records)),
  ].join("\n");
}

function lineOf({ type, content, proxied, comment }: ZoneRecord): string {
  const more = [
    proxied ? "proxied" : "",
    content === r2Target ? "shows another R2 bucket" : "",
    comment ? `comment: ${comment}` : "",
  ].filter((word) => word !== "");
  return `${type.padEnd(6)}${content}${more.length > 0 ? ` (${more.join(", ")})` : ""}`;
}

/** A community may be served there: nothing of it is to be removed by hand. */
function ofAnotherStack({ comment }: ZoneRecord): string[] {
  return [
    `  fix     they are of the stack that their comment names (${comment}): a community may be served there. Go on with`,
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
    "  fix     nothing needs them any more (an old site, what an import left behind)? See what is still there:",
    `            ${key === undefined ? `dig +short ${name}` : `curl -sI https://${name}`}`,
    ofBucket
      ? "          then take the host off that bucket yourself (Cloudflare dashboard, R2, the bucket, Settings, Custom Domains)"
      : "          then remove them yourself (Cloudflare dashboard, DNS, Records) and run again",
    ...(key === undefined
      ? [
          "          something still needs them? They have to stay; then this name cannot be used: choose another domain",
        ]
      : [
          "          something still needs them? Choose another name for this community:",
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

/** A name has at most one SPF and one DMARC record; two make both void (RFC 7208 4.5, RFC 7489 6.6.3). */
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
        `${host} has a ${prefix} record already that this stack did not make: ${foreign.content}`,
        `  set in  mastiff:${key}, which asks for one of ours`,
        `  fix     keep theirs: pulumi config rm mastiff:${key}`,
        "          or take over what theirs says, then remove it yourself in the Cloudflare dashboard and run again",
      ].join("\n"),
    ];
  });
}
