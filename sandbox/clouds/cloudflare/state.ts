/** What the local Cloudflare remembers: plain JSON, one list per kind of thing, in order of creation. */

/** What a token was made for: how the stacks that use it hold their zones (`mastiff:zoneMode`). */
export type OperatorMode = "owned" | "shared" | "created";

/** How this Cloudflare behaves where the real one varies. A test sets what it wants to meet. */
export interface Dials {
  /**
   * Whether errors carry `x-should-retry: false`. The real API sends no such header, so that the official client
   * repeats a plain 409 for three minutes; with the hint a failure is seen at once. Default true.
   */
  retryHints: boolean;
  /** Milliseconds until a custom domain is `active`. "A few minutes" in the docs; here 0, active at the first look. */
  domainActivationMs: number;
  /**
   * Milliseconds until a new bucket is known to what hangs on it (domains, CORS, lifecycle): before, these answer
   * 10006 although the bucket itself is shown (source in buckets.ts). Default 0.
   */
  bucketSettleMs: number;
  /** Milliseconds until the host of a removed custom domain can be attached again: before, 409. Default 0. */
  domainReleaseMs: number;
  /** While true, R2 cannot reach its certificate backend and shows `unknown` (terraform-provider-cloudflare#6837). */
  certificatesDown: boolean;
  /** Milliseconds until a freshly minted token answers. Default 0; the real one takes a moment. */
  tokenActivationMs: number;
  /** Calls that one token may make in five minutes: 1200, developers.cloudflare.com/fundamentals/api/reference/limits. */
  callsPerFiveMinutes: number;
  /** DNS records of a free zone: 200, developers.cloudflare.com/dns/manage-dns-records (zones made since 2024-09). */
  recordsPerZone: number;
  /** Whether new custom domains stay disabled, whatever was asked for (terraform-provider-cloudflare#6578). Default false. */
  domainsStartDisabled: boolean;
  /**
   * Milliseconds from a zone's activation until Universal SSL has its certificates: up to 24 hours
   * (developers.cloudflare.com/ssl/edge-certificates/universal-ssl/enable-universal-ssl, "Full DNS setup"). Default 0.
   */
  universalSslMs: number;
  /** For what else than a zone of its own the operator's token was made: it has the rights that README names for it. */
  operatorModes: OperatorMode[];
  /** Milliseconds that R2's clock is ahead of the caller's; beyond 15 minutes it refuses signatures. Default 0. */
  clockAheadMs: number;
  /** False: the account never agreed to R2's terms, every R2 call is 10042. Default true. */
  r2Enabled: boolean;
}

/** An account of this Cloudflare. */
export interface Account {
  id: string;
  name: string;
}

/** A zone. Names are answered to the public only while it is `active`. */
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

/** A DNS record as the API answers it, plus who manages it. */
export interface DnsRecord {
  id: string;
  zoneId: string;
  type: string;
  /** FQDN in lower case, no final dot. */
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
  /** R2 made this record for a custom domain: it refuses edits. */
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

/** The one ruleset of a zone in a phase. */
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

/** A host name that shows a bucket to the public. */
export interface CustomDomain {
  domain: string;
  zoneId: string;
  enabled: boolean;
  minTLS: string;
  ciphers: string[] | null;
  /** When the domain was attached; it becomes active after {@link Dials.domainActivationMs}. */
  attachedAt: string;
}

/** An object. Text stays text, so that a state file can be read. */
export interface StoredObject {
  body: string;
  /** How {@link StoredObject.body} is written down. */
  encoding: "utf8" | "base64";
  contentType: string;
  /** MD5 in hex, without quotes. */
  etag: string;
  size: number;
  uploadedAt: string;
  metadata: Record<string, string>;
  headers: Record<string, string>;
}

/** A multipart upload that was begun and neither completed nor aborted. */
export interface Upload {
  id: string;
  key: string;
  contentType: string;
  initiatedAt: string;
  /** Base64 by part number. */
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

/** An API token. Its value is never kept, only its digest: which is what R2 takes as S3 secret. */
export interface Token {
  id: string;
  /** Undefined: belongs to the user, not to an account. */
  accountId?: string;
  name: string;
  status: "active" | "disabled" | "expired";
  /** SHA-256 of the value, hex. */
  secret: string;
  /** Everything, everywhere: the account's owner, as whom tests set a scene. */
  allRights: boolean;
  /** The operator's: its rights are those of README (operator.ts), whatever `policies` says. */
  operator?: true;
  policies: Policy[];
  condition?: unknown;
  expiresOn?: string;
  notBefore?: string;
  issuedOn: string;
  modifiedOn: string;
  /** When the current value was minted. */
  mintedAt: string;
}

/** The slot of the local Cloudflare. */
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
  /** When a custom domain was removed, by its host. */
  releasedDomains: Record<string, string>;
  /** Names that other people's name servers answer, by name, then by type: `{"x.fly.dev": {"A": ["66.241.1.1"]}}`. */
  elsewhere: Record<string, Record<string, string[]>>;
}
