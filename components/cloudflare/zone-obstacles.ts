/** Finds every obstacle in a zone that keeps this stack from being brought up. Pure. */
import { rulesetMark } from "../../providers/cloudflare/ruleset-mark.ts";
import {
  type PhaseRuleset,
  r2Target,
  type ZoneReading,
  type ZoneRecord,
} from "../../providers/cloudflare/zone-reading.ts";
import { marked } from "../../providers/shared/mark.ts";
import type { CommunitySettings } from "../config/schema.ts";
import { proofOf } from "../fly/certificate.ts";
import type { FlyPlan } from "../fly/plan.ts";
import { mailRecordsOf } from "../mail/mail-records.ts";
import { isOurRecord } from "./community-records.ts";
import { foreignAddresses, foreignMailRecords, type WantedName } from "./foreign-records.ts";
import { headerPhase } from "./header-rule.ts";
import { bucketHosts, type Host, hostsOf } from "./hosts.ts";
import { fullKinds, recordsDoNotFit, type WantedRule } from "./zone-room.ts";
import { notFullSetup } from "./zone-setup.ts";

/** What the stack needs in the zone. */
export interface ZoneWishes {
  community: CommunitySettings;
  /** The stack's mark; in the preview before the first `up`, which has no mark yet, the stack's name. */
  stack: string;
  certificates: FlyPlan["certificates"];
  rules: readonly WantedRule[];
  /** Name of the ruleset for response headers that this stack alone owns; undefined in a shared zone. */
  ownRuleset: string | undefined;
}

/** The errors for all obstacles; empty when there are none. */
export function obstaclesIn(reading: ZoneReading, wishes: ZoneWishes): string[] {
  const { zone, records, rulesets, hostIsOfBucket } = reading;
  const { community, rules, ownRuleset } = wishes;
  const partial = notFullSetup(zone);
  // If the zone's DNS is served elsewhere, the other checks mean nothing.
  if (partial !== undefined) return [partial];
  const comment = marked(wishes.stack);
  const mail = mailRecordsOf(community);
  // Nobody asks R2 about an old host: its record there is taken for the one of this stack's bucket.
  const isOfBucket = (host: string) => host !== community.filesHost || hostIsOfBucket !== false;
  const isR2s = ({ name, content }: ZoneRecord) =>
    content === r2Target && bucketHosts(community).includes(name) && isOfBucket(name);
  const ours = records.filter((record) => isOurRecord(record, comment) || isR2s(record)).length;
  const foreign =
    wholeRuleset(zone, rulesets, wishes.stack) ??
    (ownRuleset === undefined ? undefined : foreignRuleset(zone, rulesets, ownRuleset));
  return [
    ...foreignAddresses(wantedNames(wishes), records, comment, isOfBucket),
    ...foreignMailRecords(mail, records, comment),
    // A ruleset of others is refused as a whole, so its room does not matter.
    foreign ?? fullKinds(rules, rulesets, zone),
    recordsDoNotFit(zone, records, recordCount(wishes), ours),
  ]
    .flat()
    .filter((text) => text !== undefined);
}

const keys = {
  root: "domain",
  streaming: "streamingHost",
  assets: "assetsHost",
  files: "filesHost",
} as const;

/** Names at which the stack creates address records or a CNAME. */
export function wantedNames({ community, certificates }: ZoneWishes): WantedName[] {
  const hosts = Object.values(hostsOf(community)).map(
    (host): WantedName => ({
      name: host.name,
      what: whatIsAt(host, community.domain),
      key: keys[host.role],
      isOfBucket: host.servedBy === "bucket",
    }),
  );
  const challenges = certificates
    .filter(({ hostname }) => proofOf(hostname, community.zone).challenge)
    .map(({ hostname }) => ({
      name: `_acme-challenge.${hostname.replace(/^\*\./, "")}`,
      what: `the CNAME that proves ${hostname} to Let's Encrypt`,
    }));
  const oldHosts = community.oldFilesHosts.map(
    (name): WantedName => ({
      name,
      what: "an old host of its bucket",
      key: "oldFilesHosts",
      isOfBucket: true,
    }),
  );
  return [...hosts, ...oldHosts, ...challenges, ...dkimNames(community)];
}

function whatIsAt(host: Host, root: string): string {
  if (host.servedBy === "bucket") return "the host of its bucket";
  return host.record === "cname" ? `a CNAME to ${root}` : "the addresses of its app";
}

/** SendGrid's automatic security: https://www.twilio.com/docs/sendgrid/ui/account-and-settings/how-to-set-up-domain-authentication */
function dkimNames({ domain, smtpServer }: CommunitySettings): WantedName[] {
  if (smtpServer !== undefined) return [];
  return ["s1", "s2"].map((label) => ({
    name: `${label}._domainkey.${domain}`,
    what: "the CNAME by which SendGrid signs mails",
  }));
}

/** How many records the stack has after the run. */
function recordCount({ community, certificates }: ZoneWishes): number {
  const perHost = { addresses: 2, cname: 1, none: 1 };
  const hosts = Object.values(hostsOf(community)).map((host) => perHost[host.record]);
  const proofs = certificates.map(({ hostname }) => {
    const { ownership, challenge } = proofOf(hostname, community.zone);
    return Number(ownership) + Number(challenge);
  });
  const mail = mailRecordsOf(community).length + (community.smtpServer === undefined ? 3 : 0);
  return [...hosts, community.oldFilesHosts.length, ...proofs, mail].reduce((sum, count) => sum + count, 0);
}

/** The error for a ruleset that another stack owns as a whole, as older versions of Mastiff did. */
function wholeRuleset(
  zone: ZoneReading["zone"],
  rulesets: readonly PhaseRuleset[],
  stack: string,
): string | undefined {
  const there = rulesets.find(({ phase }) => phase === headerPhase);
  const owner = /^Mastiff (.+)$/.exec(there?.name ?? "")?.[1];
  if (owner === undefined || owner === stack) return undefined;
  return [
    `The stack ${owner} owns the whole ruleset for response headers of the zone ${zone.name}: its next change would drop a rule of this stack.`,
    "  fix     bring that stack up once with this version of Mastiff, which keeps one rule and leaves the others alone:",
    `            pulumi up --stack ${owner.split("/").at(-1)}`,
    "          then run this again",
  ].join("\n");
}

/** The error for a ruleset that Mastiff did not create: it shows that others use the owned zone too. */
function foreignRuleset(
  zone: ZoneReading["zone"],
  rulesets: readonly PhaseRuleset[],
  own: string,
): string | undefined {
  const foreign = rulesets.find(
    ({ phase, name, description }) => phase === headerPhase && name !== own && description !== rulesetMark,
  );
  if (foreign === undefined) return undefined;
  const rules = foreign.rules.map((rule) => JSON.stringify(rule.description || rule.expression.slice(0, 60)));
  return [
    `The zone ${zone.name} already has a ruleset for response headers: ${JSON.stringify(foreign.name)} (${foreign.id}).`,
    "A zone has one ruleset for each phase, and this stack is configured to own it.",
    `  its rules are ${rules.join(", ") || "none: it is empty"}`,
    "  set in  mastiff:zoneMode",
    "  fix     let this stack add its one rule to that ruleset and leave the others alone:",
    "            pulumi config set mastiff:zoneMode shared",
    ...(rules.length > 0
      ? [
          "          or, if nothing needs its rules any more, remove them yourself (Cloudflare dashboard, Rules, Overview)",
          "          and run again",
        ]
      : [
          "          or, since it is empty, remove it and run again:",
          '            curl -X DELETE -H "Authorization: Bearer $CLOUDFLARE_API_TOKEN" \\',
          `              https://api.cloudflare.com/client/v4/zones/${zone.id}/rulesets/${foreign.id}`,
        ]),
  ].join("\n");
}
