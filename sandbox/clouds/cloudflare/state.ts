/** The state of the local Cloudflare: plain JSON, one list per kind of resource, in order of creation. */

/** The purposes of the operator's token: the zone modes of the stacks that use it (`mastiff:zoneMode`). */
export type OperatorMode = "owned" | "shared" | "created";

/** How this Cloudflare behaves where the real one varies. Tests set these dials. */
export interface Dials {
  /**
   * Whether errors have `x-should-retry: false`. The real API sends no such header, so the official client
   * repeats a plain 409 for three minutes. With the header it reports a failure at once. Default true.
   */
  retryHints: boolean;
  /**
   * Milliseconds until a custom domain is `active`. The docs say "a few minutes". Default 0: active at the
   * first look.
   */
  domainActivationMs: number;
  /**
   * Milliseconds until the sub-resources of a new bucket (domains, CORS, lifecycle) accept it. Until then
   * they answer 10006 although the bucket itself is visible (source in buckets.ts). Default 0.
   */
  bucketSettleMs: number;
  /**
   * Milliseconds until the host of a removed custom domain can be attached again. Until then 409. Default 0.
   */
  domainReleaseMs: number;
  /** While true, R2 cannot reach its certificate backend and shows `unknown` (terraform-provider-cloudflare#6837). */
  certificatesDown: boolean;
  /** Milliseconds until a new token works. Default 0; the real Cloudflare takes a moment. */
  tokenActivationMs: number;
  /**
   * Limit of calls per token in five minutes: 1200,
   * developers.cloudflare.com/fundamentals/api/reference/limits.
   */
  callsPerFiveMinutes: number;
  /**
   * Limit of DNS records in a free zone: 200, developers.cloudflare.com/dns/manage-dns-records (zones created
   * since 2024-09).
   */
  recordsPerZone: number;
  /**
   * Whether new custom domains stay disabled, whatever the request says (terraform-provider-cloudflare#6578).
   * Default false.
   */
  domainsStartDisabled: boolean;
  /**
   * Milliseconds from a zone's activation until Universal SSL has its certificates: up to 24 hours
   * (developers.cloudflare.com/ssl/edge-certificates/universal-ssl/enable-universal-ssl, "Full DNS setup").
   * Default 0.
   */
  universalSslMs: number;
  /**
   * Further purposes of the operator's token besides `owned`. It has the rights that README lists for them.
   */
  operatorModes: OperatorMode[];
  /**
   * Milliseconds by which R2's clock is ahead of the caller's. R2 refuses signatures beyond 15 minutes.
   * Default 0.
   */
  clockAheadMs: number;
  /** False: the account has not agreed to R2's terms, and every R2 call answers 10042. Default true. */
  r2Enabled: boolean;
}

export interface Account {
  id: string;
  name: string;
}

/** A zone. Public DNS answers its names only while it is `active`. */
export interface Zone {
  id: string;
  accountId: string;
  name: string;
  status: "active" | "pending" | "initializing" | "moved";
  type: "full" | "partial" | "secondary";
  paused: boolean;
  /** Bot Fight Mode; unset: off. */
  fightMode?: boolean;
  nameServers: string[];
  createdOn: string;
  activatedOn: string | null;
}

/** A DNS record as the API returns it, and whether R2 manages it. */
export interface DnsRecord {
  id: string;
  zoneId: string;
  type: string;
  /** FQDN in lower case, without a final dot. */
  name: string;
  /** TXT content is quoted. */
  content: string;
  priority?: number;
  data?: Record<string, unknown>;
  ttl: number;
  proxied: boolean;
  comment: string | null;
  tags: string[];
  settings: Record<string, unknown>;
  /** R2 created this record for a custom domain. It cannot be edited. */
  managedByR2: boolean;
  createdOn: string;
  modifiedOn: string;
}

/** A zone setting that was changed from its default. */
export interface ChangedSetting {
  value: unknown;
  modifiedOn: string;
}

/** One rule of a ruleset, as on the wire. */
export interface Rule {
  id: string;
  version: string;
  action: string;
  action_parameters?: Record<string, unknown>;
  expression: string;
  description: string;
  enabled: boolean;
  ref: string;
  last_updated: string;
  logging?: unknown;
}

/** The ruleset of a zone in a phase. There is at most one. */
export interface Ruleset {
  id: string;
  zoneId: string;
  name: string;
  description: string;
  kind: "zone";
  phase: string;
  version: number;
  lastUpdated: string;
  rules: Rule[];
}

/** A CORS rule of a bucket, as on the wire. */
export interface CorsRule {
  id?: string;
  allowed: { methods: string[]; origins: string[]; headers?: string[] };
  exposeHeaders?: string[];
  maxAgeSeconds?: number;
}

/** A host name that serves a bucket to the public. */
export interface CustomDomain {
  domain: string;
  zoneId: string;
  enabled: boolean;
  minTLS: string;
  ciphers: string[] | null;
  /** Time at which the domain was attached. It becomes active after {@link Dials.domainActivationMs}. */
  attachedAt: string;
}

/** An object. Text is stored as text, so that a state file is readable. */
export interface StoredObject {
  body: string;
  /** Encoding of {@link StoredObject.body}. */
  encoding: "utf8" | "base64";
  contentType: string;
  /** MD5 in hex, without quotes. */
  etag: string;
  size: number;
  uploadedAt: string;
  metadata: Record<string, string>;
  headers: Record<string, string>;
}

/** A multipart upload that is neither completed nor aborted. */
export interface Upload {
  id: string;
  key: string;
  contentType: string;
  initiatedAt: string;
  /** Content in base64, by part number. */
  parts: Record<string, string>;
}

/** An R2 bucket. The same name may exist once per jurisdiction. */
export interface Bucket {
  accountId: string;
  name: string;
  jurisdiction: string;
  location: string;
  storageClass: string;
  createdOn: string;
  cors: CorsRule[] | null;
  lifecycle: unknown[];
  managed: { bucketId: string; enabled: boolean };
  domains: CustomDomain[];
  objects: Record<string, StoredObject>;
  uploads: Upload[];
}

/** A policy of a token, as on the wire. */
export interface Policy {
  id: string;
  effect: "allow" | "deny";
  permission_groups: { id: string; name?: string }[];
  resources: Record<string, unknown>;
}

/** An API token. Only the digest of its value is stored. R2 uses the digest as S3 secret. */
export interface Token {
  id: string;
  /** Undefined: the token belongs to the user, not to an account. */
  accountId?: string;
  name: string;
  status: "active" | "disabled" | "expired";
  /** SHA-256 of the value, hex. */
  secret: string;
  /** All rights everywhere: the token of the account's owner, with which tests prepare the world. */
  allRights: boolean;
  /** The operator's token. Its rights are those in README (operator.ts), whatever `policies` says. */
  operator?: true;
  policies: Policy[];
  condition?: unknown;
  expiresOn?: string;
  notBefore?: string;
  issuedOn: string;
  modifiedOn: string;
  /** Time at which the current value was minted. */
  mintedAt: string;
}

/** The state of the local Cloudflare. */
export interface CloudflareState {
  dials: Dials;
  accounts: Account[];
  zones: Zone[];
  records: DnsRecord[];
  /** By zone id, then by setting id. */
  settings: Record<string, Record<string, ChangedSetting>>;
  rulesets: Ruleset[];
  buckets: Bucket[];
  tokens: Token[];
  /** Time at which a custom domain was removed, by its host. */
  releasedDomains: Record<string, string>;
  /** Answers of other name servers, by name, then by type: `{"x.fly.dev": {"A": ["66.241.1.1"]}}`. */
  elsewhere: Record<string, Record<string, string[]>>;
}
