/**
 * Names of what a community has in the clouds, from the names that config gives it. Pure.
 *
 * The same config gives the same names for ever, other domains give other names, and each fits its cloud
 * (providers/rules/names.ts). A name that is too long is cut, and a digest of the whole tells it from its like.
 */
import { createHash } from "node:crypto";
import { type NameRule, nameProblem, nameRules } from "../../providers/rules/names.ts";

/** What the longest of an app's suffixes takes: `-streaming`. */
export const longestApp = nameRules.flyApp.longest - "-streaming".length;

/** A domain as one label: dots become dashes, so dashes are doubled, or `a-b.c` would be `a.b.c`. */
export function dashed(domain: string, longest: number): string {
  const label = domain.replaceAll("-", "--").replaceAll(".", "-");
  return label.length > longest ? shortened(label, longest, domain) : label;
}

/** App of a domain. */
export function appOf(domain: string): string {
  const label = dashed(domain, longestApp);
  // Of an internationalised domain: as a label of its own it would decode to nothing.
  return label.startsWith("xn--") ? shortened(`idn-${label.slice(4)}`, longestApp, domain) : label;
}

/** Bucket of a domain's uploads. */
export function bucketOf(domain: string): string {
  const prefix = "files-";
  return `${prefix}${dashed(domain, nameRules.bucket.longest - prefix.length)}`;
}

/** Bucket that keeps the last dump. */
export function farewellBucket(bucket: string): string {
  const suffix = "-farewell";
  const longest = nameRules.bucket.longest - suffix.length;
  return `${bucket.length > longest ? shortened(bucket, longest, bucket) : bucket}${suffix}`;
}

/** Host of a role, proxied by Cloudflare: one label below the zone, because its certificate covers no more. */
export function proxiedHost(role: string, domain: string, zone: string): string {
  const below = domain === zone ? "" : domain.slice(0, -zone.length - 1);
  return below === "" ? `${role}.${zone}` : `${role}-${dashed(below, 62 - role.length)}.${zone}`;
}

/** Database and role of an app: what PostgreSQL would not take as it is gets a `_` before it, which no app has. */
export function databaseOf(app: string): string {
  const name = app.replaceAll("-", "_");
  const fits = [nameRules.database, nameRules.role].every((rule) => nameProblem(rule, name) === undefined);
  return fits ? name : `_${name}`;
}

/** What tells a community's rules from others' in a zone. */
export function ruleRefOf(domain: string): string {
  const ref = domain.replaceAll("-", "__").replaceAll(".", "_");
  // The longest of the prefixes is `access_control_allow_origin_`.
  const longest = nameRules.ruleRef.longest - 28;
  return ref.length > longest ? shortened(ref, longest, domain, "_") : ref;
}

/** As much of a text as fits, and eight digits that follow from the whole. */
function shortened(text: string, longest: number, whole: string, joint = "-"): string {
  const digest = createHash("sha256").update(whole).digest("hex").slice(0, 8);
  const head = text.slice(0, longest - digest.length - 1).replace(/[-_.]+$/, "");
  return `${head}${joint}${digest}`;
}

/** A name, which rule it is held to, and the key by which an operator may choose another. */
export interface DerivedName {
  key: string;
  rule: NameRule;
  name: string;
}

/** What names follow from. */
export interface NamesFrom {
  domain: string;
  app: string;
  bucket: string;
  assetsHost: string;
  filesHost: string;
  streamingHost: string;
  smtpServer?: string | undefined;
  sendgridSubdomain?: string | undefined;
}

/** Every name that a community has in a cloud with a rule for names. */
export function derivedNames(community: NamesFrom): DerivedName[] {
  const { domain, app, bucket } = community;
  const { flyApp, database, role, bucket: bucketRule, dnsName, returnPath, ruleRef } = nameRules;
  const label = community.sendgridSubdomain;
  const sendgrid =
    community.smtpServer === undefined
      ? [
          ...(label === undefined ? [] : [{ key: "sendgridSubdomain", rule: returnPath, name: label }]),
          { key: "sendgridSubdomain", rule: dnsName, name: `${label ?? "em00000"}.${domain}` },
          { key: "domain", rule: dnsName, name: `s1._domainkey.${domain}` },
        ]
      : [];
  return [
    ...["", "-streaming", "-db", "-redis"].map((end) => ({ key: "app", rule: flyApp, name: `${app}${end}` })),
    { key: "app", rule: database, name: databaseOf(app) },
    { key: "app", rule: role, name: databaseOf(app) },
    { key: "bucket", rule: bucketRule, name: bucket },
    { key: "bucket", rule: bucketRule, name: farewellBucket(bucket) },
    { key: "filesHost", rule: dnsName, name: community.filesHost },
    // What proves a host to Fly; of the two, the longer one.
    ...(["domain", "assetsHost", "streamingHost"] as const).map((key) => ({
      key,
      rule: dnsName,
      name: `_acme-challenge.${community[key]}`,
    })),
    { key: "domain", rule: dnsName, name: `_dmarc.${domain}` },
    ...sendgrid,
    ...["strict_tls_", "access_control_allow_origin_"].map((start) => ({
      key: "domain",
      rule: ruleRef,
      name: `${start}${ruleRefOf(domain)}`,
    })),
  ];
}
