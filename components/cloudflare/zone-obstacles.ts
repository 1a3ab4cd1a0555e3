/** What in a zone keeps this stack from being brought up: every obstacle at once. Pure. */
import { rulesetMark } from "../../providers/cloudflare/ruleset-mark.ts";
import type { PhaseRuleset, ZoneReading } from "../../providers/cloudflare/zone-reading.ts";
import { marked } from "../../providers/shared/mark.ts";
import type { Community } from "../config/schema.ts";
import { proofOf } from "../fly/certificate.ts";
import type { FlyPlan } from "../fly/plan.ts";
import { mailRecordsOf } from "../mail/mail-records.ts";
import { isOurRecord } from "./community-records.ts";
import { foreignAddresses, foreignMailRecords, type WantedName } from "./foreign-records.ts";
import { headerPhase } from "./header-rule.ts";
import { type Host, hostsOf } from "./hosts.ts";
import { fullKinds, recordsDoNotFit, type WantedRule } from "./zone-room.ts";
import { notFullSetup } from "./zone-setup.ts";

/** What the stack wants of the zone. */
export interface ZoneWishes {
  community: Community;
  /** The stack's mark; in the preview before the first `up`, when it has none, its name. */
  stack: string;
  certificates: FlyPlan["certificates"];
  rules: readonly WantedRule[];
  /** Name of the ruleset for response headers that is this stack's alone; undefined in a shared zone. */
  ownRuleset: string | undefined;
}

/** The texts of all obstacles; empty when the way is free. */
export function obstaclesIn(reading: ZoneReading, wishes: ZoneWishes): string[] {
  const { zone, records, rulesets, hostIsOfBucket } = reading;
  const { community, rules, ownRuleset } = wishes;
  const partial = notFullSetup(zone);
  // Of a zone that is served elsewhere the rest says nothing.
  if (partial !== undefined) return [partial];
  const comment = marked(wishes.stack);
  const mail = mailRecordsOf(community);
  const ours = records.filter((record) => isOurRecord(record, comment)).length + (hostIsOfBucket ? 1 : 0);
  const foreign =
    wholeRuleset(zone, rulesets, wishes.stack) ??
    (ownRuleset === undefined ? undefined : foreignRuleset(zone, rulesets, ownRuleset));
  return [
    ...foreignAddresses(wantedNames(wishes), records, comment, hostIsOfBucket),
    ...foreignMailRecords(mail, records, comment),
    // A ruleset of others is refused as a whole: whether it has room is another question.
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

/** Names at which the stack makes address records or a CNAME. */
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
  return [...hosts, ...challenges, ...dkimNames(community)];
}

function whatIsAt(host: Host, root: string): string {
  if (host.servedBy === "bucket") return "the host of its bucket";
  return host.record === "cname" ? `a CNAME to ${root}` : "the addresses of its app";
}

/** SendGrid's automatic security: https://www.twilio.com/docs/sendgrid/ui/account-and-settings/how-to-set-up-domain-authentication */
function dkimNames({ domain, smtpServer }: Community): WantedName[] {
  if (smtpServer !== undefined) return [];
  return ["s1", "s2"].map((label) => ({
    name: `${label}._domainkey.${domain}`,
    what: "the CNAME by which SendGrid signs mails",
  }));
}

/** How many records the stack has in the end. */
function recordCount({ community, certificates }: ZoneWishes): number {
  const perHost = { addresses: 2, cname: 1, none: 1 };
  const hosts = Object.values(hostsOf(community)).map((host) => perHost[host.record]);
  const proofs = certificates.map(({ hostname }) => {
    const { ownership, challenge } = proofOf(hostname, community.zone);
    return Number(ownership) + Number(challenge);
  });
  const mail = mailRecordsOf(community).length + (community.smtpServer === undefined ? 3 : 0);
  return [...hosts, ...proofs, mail].reduce((sum, count) => sum + count, 0);
}

/** A ruleset that another stack owns as a whole, as an older Mastiff did in an owned zone. */
function wholeRuleset(
  zone: ZoneReading["zone"],
  rulesets: readonly PhaseRuleset[],
  stack: string,
): string | undefined {
  const there = rulesets.find(({ phase }) => phase === headerPhase);
  const owner = /^Mastiff (.+)$/.exec(there?.name ?? "")?.[1];
  if (owner === undefined || owner === stack) return undefined;
  return [
    `The ruleset for response headers of the zone ${zone.name} is the stack ${owner}'s as a whole: its next change would drop a rule of this stack.`,
    "  fix     bring that stack up once with this version of Mastiff, which keeps one rule and leaves the others alone:",
    `            pulumi up --stack ${owner.split("/").at(-1)}`,
    "          then run this again",
  ].join("\n");
}

/** In an owned zone, a ruleset that no Mastiff made says that the zone is not this stack's alone. */
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
    `The zone ${zone.name} has a ruleset for response headers already: ${JSON.stringify(foreign.name)} (${foreign.id}).`,
    "A zone has one for each phase, and this stack is set to own it.",
    `  its rules are ${rules.join(", ") || "none: it is empty"}`,
    "  set in  mastiff:zoneMode",
    "  fix     let this stack add its one rule to that ruleset and leave the others alone:",
    "            pulumi config set mastiff:zoneMode shared",
    ...(rules.length > 0
      ? [
          "          or, when nothing needs its rules any more, remove them yourself (Cloudflare dashboard, Rules, Overview)",
          "          and run again",
        ]
      : [
          "          or, since it is empty, remove it and run again:",
          '            curl -X DELETE -H "Authorization: Bearer $CLOUDFLARE_API_TOKEN" \\',
          `              https://api.cloudflare.com/client/v4/zones/${zone.id}/rulesets/${foreign.id}`,
        ]),
  ].join("\n");
}
