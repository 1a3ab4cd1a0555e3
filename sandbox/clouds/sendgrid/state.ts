/** The state of the local SendGrid: plain JSON. */
import { createHash } from "node:crypto";

/** How this SendGrid behaves where the real one varies. Tests set these dials. */
export interface Dials {
  /**
   * Calls per minute for each key and endpoint; further calls get 429. The real limits are not published.
   * Default 600.
   */
  callsPerMinute: number;
  /**
   * Milliseconds for which SendGrid's resolver caches that a name was missing at a validation. Default 0. The
   * real resolver follows the zone's SOA minimum, 1800 s at Cloudflare.
   */
  negativeCacheMs: number;
  /** Milliseconds for which a deleted API key still works ("some small propagation delay"). Default 0. */
  revocationMs: number;
  /** Limit of API keys per user: 100 (twilio/sendgrid-oai spec/yaml/tsg_api_keys_v3.yaml). */
  keysPerUser: number;
}

/** An API key. SendGrid shows its value once and keeps a digest. */
export interface ApiKey {
  id: string;
  name: string;
  /** SHA-256 of the whole key, hex. */
  digest: string;
  /** Null: full access. */
  scopes: string[] | null;
  /** Time of deletion. The key still works for {@link Dials.revocationMs}. */
  revokedAt: string | null;
}

/** A DNS record that SendGrid requires. */
export interface WantedRecord {
  valid: boolean;
  type: "cname" | "txt" | "mx";
  host: string;
  data: string;
}

/** An authenticated domain or a branded link. Its records are keyed by role. */
export interface Branding {
  id: number;
  domain: string;
  subdomain: string;
  default: boolean;
  valid: boolean;
  dns: Record<string, WantedRecord>;
}

export interface AuthenticatedDomain extends Branding {
  customSpf: boolean;
  automaticSecurity: boolean;
  ips: string[];
  region: string;
}

/** A single sender: an address that its owner has to confirm. */
export interface Sender {
  id: number;
  fields: Record<string, string>;
  verified: boolean;
  /** Secret part of the link in the mail. */
  token: string;
}

/** An address on a list. `created` is in seconds since 1970. */
export interface Suppressed {
  email: string;
  created: number;
  reason: string;
}

/** The state of the local SendGrid. It has one user. */
export interface SendgridState {
  dials: Dials;
  /** `region` is where the user's mail and keys are. The region of a subuser never changes. */
  user: { id: number; username: string; email: string; region: "global" | "eu" };
  keys: ApiKey[];
  domains: AuthenticatedDomain[];
  links: Branding[];
  senders: Sender[];
  tracking: { click: { enabled: boolean; enable_text: boolean }; open: { enabled: boolean } };
  /** Mails that the account may send a day. Default: those of the trial, all of them left. */
  credits?: { total: number; remain: number };
  /** Addresses that get no mails, by list. Default: none. */
  suppressions?: Partial<Record<"bounces" | "blocks" | "spam_reports", Suppressed[]>>;
  /** Time at which a name was last found missing, by `type host`. */
  missing: Record<string, string>;
  nextId: number;
}

export function digestOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

/** The SendGrid of a new local world: the operator's key has full access, and click tracking is on. */
export function initialSendgrid(): SendgridState {
  const operator = "SG.local-operator-key-0000.000000000000000000000000000000000000000000";
  return {
    dials: { callsPerMinute: 600, negativeCacheMs: 0, revocationMs: 0, keysPerUser: 100 },
    user: { id: 1446226, username: "mastiff-local", email: "operator@mastiff.party", region: "global" },
    keys: [
      {
        id: "local-operator-key-0000",
        name: "operator",
        digest: digestOf(operator),
        scopes: null,
        revokedAt: null,
      },
    ],
    domains: [],
    links: [],
    senders: [],
    tracking: { click: { enabled: true, enable_text: false }, open: { enabled: true } },
    missing: {},
    nextId: 302183,
  };
}
