/**
 * Derives the names of a community's cloud resources from the names in the config. Pure.
 *
 * The same config always gives the same names, different domains give different names, and each name is valid
 * in its cloud (providers/rules/names.ts). A name that is too long is cut and ends in a digest of the whole.
 */
import { createHash } from "node:crypto";
import { type NameRule, nameProblem, nameRules } from "../../providers/rules/names.ts";

/** Maximum length of an app's name, which leaves room for the longest suffix: `-streaming`. */
export const longestApp = nameRules.flyApp.longest - "-streaming".length;

/** A domain as one label: dots become dashes. Dashes are doubled, so that `a-b.c` and `a.b.c` differ. */
export function dashed(domain: string, longest: number): string {
  const label = domain.replaceAll("-", "--").replaceAll(".", "-");
  return label.length > longest ? shortened(label, longest, domain) : label;
}

/** Name of a domain's app. */
export function appOf(domain: string): string {
  const label = dashed(domain, longestApp);
  // From an internationalised domain: the dashed label begins with `xn--` but is not valid Punycode.
  return label.startsWith("xn--") ? shortened(`idn-${label.slice(4)}`, longestApp, domain) : label;
}

/** Names of all apps of a community. */
export function appsOf({
  app,
  backup,
  uploadsMirror,
}: Pick<NamesFrom, "app" | "backup" | "uploadsMirror">): string[] {
  const ends = ["", "-streaming", "-db", "-redis", ...(uploadsMirror === undefined ? [] : ["-mirror"])];
  return [...ends.map((end) => `${app}${end}`), ...(backup === undefined ? [] : [backup.app])];
}

/** Name of the bucket for a domain's uploads. */
export function bucketOf(domain: string): string {
  const prefix = "files-";
  return `${prefix}${dashed(domain, nameRules.bucket.longest - prefix.length)}`;
}

/** Name of the bucket for the backups of a domain's database. */
export function backupsBucketOf(domain: string): string {
  const prefix = "backups-";
  return `${prefix}${dashed(domain, nameRules.bucket.longest - prefix.length)}`;
}

/** Name of the bucket for the mirror of a domain's uploads. */
export function mirrorBucketOf(domain: string): string {
  const prefix = "mirror-";
  return `${prefix}${dashed(domain, nameRules.bucket.longest - prefix.length)}`;
}

/** Name of the bucket that keeps the last dump. */
export function farewellBucket(bucket: string): string {
  const suffix = "-farewell";
  const longest = nameRules.bucket.longest - suffix.length;
  return `${bucket.length > longest ? shortened(bucket, longest, bucket) : bucket}${suffix}`;
}

/** Host of a role, proxied by Cloudflare: one label below the zone, since the certificate covers no more. */
export function proxiedHost(role: string, domain: string, zone: string): string {
  const below = domain === zone ? "" : domain.slice(0, -zone.length - 1);
  return below === "" ? `${role}.${zone}` : `${role}-${dashed(below, 62 - role.length)}.${zone}`;
}

/** Name of an app's database and role, with a leading `_` (never in app names) if PostgreSQL refuses it. */
export function databaseOf(app: string): string {
  const name = app.replaceAll("-", "_");
  const fits = [nameRules.database, nameRules.role].every((rule) => nameProblem(rule, name) === undefined);
  return fits ? name : `_${name}`;
}

/** Identifies a community's rules among those of others in a zone. */
export function ruleRefOf(domain: string): string {
  const ref = domain.replaceAll("-", "__").replaceAll(".", "_");
  // The longest of the prefixes is `access_control_allow_origin_`.
  const longest = nameRules.ruleRef.longest - 28;
  return ref.length > longest ? shortened(ref, longest, domain, "_") : ref;
}

/** The part of a text that fits, and eight hexadecimal digits that depend on the whole name. */
function shortened(text: string, longest: number, whole: string, joint = "-"): string {
  const digest = createHash("sha256").update(whole).digest("hex").slice(0, 8);
  const head = text.slice(0, longest - digest.length - 1).replace(/[-_.]+$/, "");
  return `${head}${joint}${digest}`;
}

/** A name, the rule that it must satisfy, and the config key that changes it. */
export interface DerivedName {
  key: string;
  rule: NameRule;
  name: string;
}

/** The config values from which names are derived. */
export interface NamesFrom {
  domain: string;
  app: string;
  bucket: string;
  /** The app of the backups; undefined: none are taken. */
  backup: { app: string } | undefined;
  /** Undefined: the uploads have no mirror. */
  uploadsMirror?: object | undefined;
  assetsHost: string;
  filesHost: string;
  streamingHost: string;
  smtpServer?: string | undefined;
  sendgridSubdomain?: string | undefined;
}

/** Every name of a community that must satisfy a cloud's rule for names. */
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
    // Backups have a name that config has judged, or a shorter one than streaming.
    ...appsOf({ app, backup: undefined }).map((name) => ({ key: "app", rule: flyApp, name })),
    { key: "app", rule: database, name: databaseOf(app) },
    { key: "app", rule: role, name: databaseOf(app) },
    { key: "bucket", rule: bucketRule, name: bucket },
    { key: "bucket", rule: bucketRule, name: farewellBucket(bucket) },
    { key: "filesHost", rule: dnsName, name: community.filesHost },
    // The longer of the two record names that prove a host to Fly.
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
