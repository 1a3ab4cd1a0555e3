/** What the local SendGrid remembers: plain JSON. */
import { createHash } from "node:crypto";

/** How this SendGrid behaves where the real one varies. A test sets what it wants to meet. */
export interface Dials {
  /** Calls per minute, key and endpoint. The real numbers are not published; it answers 429 beyond. Default 600. */
  callsPerMinute: number;
  /**
   * Milliseconds that SendGrid's resolver believes in a name that was missing at a validation. Default 0; the real
   * one keeps to the zone's SOA minimum, 1800 s at Cloudflare.
   */
  negativeCacheMs: number;
  /** Milliseconds that a deleted API key still works ("some small propagation delay"). Default 0. */
  revocationMs: number;
  /** API keys that one user may have: 100 (twilio/sendgrid-oai spec/yaml/tsg_api_keys_v3.yaml). */
  keysPerUser: number;
}

/** A key. Its secret is told once and kept as a digest. */
export interface ApiKey {
  id: string;
  name: string;
  /** SHA-256 of the whole key, hex. */
  digest: string;
  /** Null: full access. */
  scopes: string[] | null;
  /** When it was deleted; it works for {@link Dials.revocationMs} more. */
  revokedAt: string | null;
}

/** One record that SendGrid wants to see in DNS. */
export interface WantedRecord {
  valid: boolean;
  type: "cname" | "txt" | "mx";
  host: string;
  data: string;
}

/** An authenticated domain or a branded link: records by their role. */
export interface Branding {
  id: number;
  domain: string;
  subdomain: string;
  default: boolean;
  valid: boolean;
  dns: Record<string, WantedRecord>;
}

/** An authenticated domain. */
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
  /** The secret part of the link in the mail. */
  token: string;
}

/** The slot of the local SendGrid: one user. */
export interface SendgridState {
  dials: Dials;
  /** `region`: where the user's mail and keys are; of a subuser it never changes. */
  user: { id: number; username: string; email: string; region: "global" | "eu" };
  keys: ApiKey[];
  domains: AuthenticatedDomain[];
  links: Branding[];
  senders: Sender[];
  tracking: { click: { enabled: boolean; enable_text: boolean }; open: { enabled: boolean } };
  /** When a name was last found missing, by `type host`. */
  missing: Record<string, string>;
  nextId: number;
}

/** Digest of a key. */
export function digestOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

/** The SendGrid of a fresh local world: the operator's key with full access, click tracking on. */
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
