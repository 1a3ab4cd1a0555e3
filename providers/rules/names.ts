/** Which names each cloud accepts. Pure. */

/** The rule for the names of one kind of thing. */
export interface NameRule {
  /** The kind of thing, in words. */
  of: string;
  /** The form, in words. */
  form: string;
  pattern: RegExp;
  longest: number;
  /** Names that have the form but are reserved. */
  taken?: (name: string) => boolean;
}

const label = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const printable = /^[\x20-\x7e]+$/;

/** PostgreSQL cuts identifiers at 63 bytes (NAMEDATALEN). */
const identifier = { pattern: /^[a-z_][a-z0-9_-]*$/, longest: 63 } as const;

export const nameRules = {
  /**
   * Characters: superfly/flyctl internal/command/apps/create.go. The rest follows from the hosts that Fly
   * makes of the name, `<app>.fly.dev` and `<app>.internal`: it must be one DNS label, and no broken
   * internationalised one (`xn--`).
   */
  flyApp: {
    of: "a Fly app",
    form: "lower-case letters, digits and dashes, without a dash at either end",
    pattern: label,
    longest: 63,
    taken: (name) => name.startsWith("xn--"),
  },
  /** postgres/postgres src/backend/commands/dbcommands.c; `repmgr` is postgres-flex's own. */
  database: {
    of: "a PostgreSQL database",
    form: "lower-case letters, digits, _ and -, beginning with a letter or _",
    ...identifier,
    taken: (name) => ["postgres", "template0", "template1", "repmgr"].includes(name),
  },
  /** postgres/postgres src/backend/commands/user.c and catalog.c (IsReservedName); the rest are postgres-flex's own. */
  role: {
    of: "a PostgreSQL role",
    form: "lower-case letters, digits, _ and -, beginning with a letter or _ and not with pg_",
    ...identifier,
    taken: (name) =>
      name.startsWith("pg_") || ["postgres", "flypgadmin", "repmgr", "public", "none"].includes(name),
  },
  /** developers.cloudflare.com/r2/buckets/create-buckets (bucket names). */
  bucket: {
    of: "an R2 bucket",
    form: "3 or more lower-case letters, digits and dashes, without a dash at either end",
    pattern: /^[a-z0-9][a-z0-9-]+[a-z0-9]$/,
    longest: 63,
  },
  /** RFC 1035 2.3.4 and RFC 1123 2.1; `_` as in RFC 8552, for names that prove something. */
  dnsName: {
    of: "a DNS name",
    form: "labels of 1 to 63 lower-case letters, digits and dashes, between dots",
    pattern: /^(?:_?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
    longest: 253,
  },
  /** twilio/sendgrid-oai spec/yaml/tsg_domain_authentication_v3.yaml: the return path becomes a DNS label. */
  returnPath: {
    of: "a return path's label",
    form: "lower-case letters, digits and dashes, without a dash at either end",
    pattern: label,
    longest: 63,
  },
  /** developers.cloudflare.com/api (account tokens, create: name). */
  cloudflareToken: {
    of: "a Cloudflare token",
    form: "printable characters",
    pattern: printable,
    longest: 120,
  },
  /** developers.cloudflare.com/dns/manage-dns-records/reference/record-attributes (comments, Free). */
  recordComment: {
    of: "a record's comment",
    form: "printable characters",
    pattern: printable,
    longest: 100,
  },
  /** No limit is published: this is what SendGrid's own dialog accepts. */
  sendgridKey: {
    of: "a SendGrid key",
    form: "printable characters",
    pattern: printable,
    longest: 100,
  },
  /** twilio/sendgrid-oai spec/yaml/tsg_verified_senders_v3.yaml (nickname). */
  sendgridNickname: {
    of: "a SendGrid sender",
    form: "printable characters",
    pattern: printable,
    longest: 100,
  },
  /** No limit is published; the form is that of the documentation's examples. */
  ruleRef: {
    of: "a rule's ref",
    form: "lower-case letters, digits and _",
    pattern: /^[a-z0-9_]+$/,
    longest: 100,
  },
} as const satisfies Record<string, NameRule>;

/** Why a cloud would not accept a name; undefined when it would. */
export function nameProblem(rule: NameRule, name: string): string | undefined {
  if (name.length > rule.longest)
    return `is too long for ${rule.of}: ${name.length} characters, and at most ${rule.longest} are allowed`;
  if (!rule.pattern.test(name)) return `is not a valid name for ${rule.of}: use ${rule.form}`;
  return rule.taken?.(name) === true ? `is reserved and cannot be the name of ${rule.of}` : undefined;
}
