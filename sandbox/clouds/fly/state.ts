/**
 * The state of the local Fly: accounts, apps with their machines and volumes, add-ons.
 *
 * The state includes the future. A list of dated steps says what will happen to a machine ("will be started
 * at …, will exit at …"). `lifecycle.ts` carries them out when they are due. A world that is killed and
 * started again neither loses nor repeats a step.
 */
import type { Disk, Machine } from "./machine-state.ts";
import { macaroon } from "./tokens.ts";

export type * from "./machine-state.ts";

export interface Organization {
  id: string;
  numericId: number;
  slug: string;
  name: string;
  type: "PERSONAL" | "SHARED";
}

export interface Secret {
  name: string;
  value: string;
  digest: string;
  createdAt: string;
  updatedAt: string;
  /** The app's secrets version since which this value is valid. */
  version: number;
}

export interface Address {
  id: string;
  address: string;
  type: "v4" | "v6" | "private_v6";
  region: string;
  createdAt: string;
  network: string;
  serviceName: string | null;
}

export interface Release {
  id: string;
  version: number;
  status: "pending" | "running" | "complete" | "failed" | "interrupted";
  strategy: string;
  image: string;
  definition: Record<string, unknown>;
  createdAt: string;
  description: string;
  reason: string;
}

export interface CertificateError {
  code: string;
  message: string;
  remediation: string;
  timestamp: string;
}

export interface Certificate {
  hostname: string;
  createdAt: string;
  updatedAt: string;
  /** Time of issue; null while the proof is missing. */
  issuedAt: string | null;
  expiresAt: string | null;
  /** Let's Encrypt refuses this name until this time. */
  rateLimitedUntil: string | null;
  errors: CertificateError[];
}

export interface Volume {
  id: string;
  name: string;
  sizeGb: number;
  region: string;
  zone: string;
  encrypted: boolean;
  machineId: string | null;
  createdAt: string;
  snapshotRetention: number;
  autoBackup: boolean;
  state: "created" | "destroyed";
  /** What the program of the image keeps on this disk. */
  data: Disk;
}

export interface LogLine {
  id: string;
  timestamp: string;
  message: string;
  level: "info" | "error" | "warn";
  instance: string;
  region: string;
  provider: "app" | "runner" | "proxy" | "health";
}

export interface App {
  id: string;
  numericId: number;
  /** The short id in challenge targets and ownership records. */
  hashId: string;
  name: string;
  orgSlug: string;
  network: string;
  role: string;
  createdAt: string;
  secrets: Record<string, Secret>;
  secretsVersion: number;
  addresses: Address[];
  sharedV4: string | null;
  /** Time at which the shared IPv4 was assigned; absent: long ago. */
  sharedV4At?: string;
  releases: Release[];
  certificates: Certificate[];
  machines: Record<string, Machine>;
  volumes: Record<string, Volume>;
  logs: LogLine[];
  consulUrl: string | null;
}

/** An Upstash Redis database. */
export interface AddOn {
  id: string;
  name: string;
  type: "upstash_redis";
  orgSlug: string;
  planId: string;
  primaryRegion: string;
  readRegions: string[];
  options: Record<string, unknown>;
  metadata: Record<string, unknown>;
  password: string;
  privateIp: string;
  createdAt: string;
}

/**
 * How this Fly behaves where the real one varies. Tests and operators set these dials to see how a community
 * copes.
 */
export interface Dials {
  /** `redis_version` in the INFO answer of Upstash databases. */
  upstashRedisVersion: string;
  /** Host names that Let's Encrypt refuses, with the time until which it does (ISO 8601). */
  rateLimitedUntil: Record<string, string>;
  /** SMTP servers other than SendGrid's: accepted passwords by `host:port`. */
  smtpServers: Record<string, string[]>;
  /** Login methods of those servers, by `host:port`. Default: plain and login. */
  smtpMethods: Record<string, string[]>;
  /**
   * Mail domains that resolve although no zone here contains them. Mastodon checks the domain of the Owner's
   * address.
   */
  mailDomains: string[];
  /** Regions without capacity for another machine. */
  fullRegions: string[];
  /** Whether calls start a scheduled machine whose cycle has begun. Fly's docs say no (schedule.ts). */
  scheduledStarts: boolean;
  /** How many of the next commands in machines are answered 408 although they ran. */
  execDeadlines: number;
  /** How many of the next backups lose their connection while they upload, each time they try again too. */
  brokenUploads: number;
  /** How long lists omit a new machine or address, in milliseconds. */
  listLagMs: number;
  /** How long it takes until a log line can be read, in milliseconds. */
  logLagMs: number;
  /**
   * Whether the list of an app's addresses also contains the shared IPv4, which the app has in a field of its
   * own.
   */
  sharedV4InList: boolean;
  /** Requests a second for each action on a machine or app, with bursts of three; 0: no limit. */
  requestsPerSecond: number;
  /** How long the longest statement of a migration or dump is silent on its connection, in milliseconds. */
  longestStatementMs: number;
}

export interface FlyState {
  user: { id: string; email: string; name: string };
  /** Accepted tokens, each with the organisations that it has access to. */
  tokens: Record<string, { orgs: string[]; email: string }>;
  organizations: Record<string, Organization>;
  apps: Record<string, App>;
  addOns: AddOn[];
  dials: Dials;
  /** Source of every number that Fly assigns, so that none is assigned twice. */
  serial: number;
}

/**
 * The Fly of a new local world: two organisations of the operator, and one of somebody else that has an app.
 */
export function initialFly(): FlyState {
  return {
    user: { id: "user_local_operator", email: "operator@mastiff.party", name: "Local operator" },
    tokens: {
      // The first token is for clients that do not decode tokens; the second has the form that flyctl
      // requires.
      "fm2_local-operator": { orgs: ["mastiff", "personal"], email: "operator@mastiff.party" },
      [macaroon("local-operator")]: { orgs: ["mastiff", "personal"], email: "operator@mastiff.party" },
    },
    organizations: {
      mastiff: organization("mastiff", "Mastiff", "SHARED", 101),
      personal: organization("personal", "Local operator", "PERSONAL", 102),
      somebody: organization("somebody", "Somebody else", "SHARED", 103),
    },
    apps: { "taken-by-another": foreignApp() },
    addOns: [],
    dials: {
      upstashRedisVersion: "8.2.0",
      rateLimitedUntil: {},
      smtpServers: {},
      smtpMethods: {},
      mailDomains: [],
      fullRegions: [],
      scheduledStarts: false,
      brokenUploads: 0,
      execDeadlines: 0,
      listLagMs: 0,
      logLagMs: 0,
      sharedV4InList: false,
      requestsPerSecond: 1,
      longestStatementMs: 0,
    },
    serial: 1000,
  };
}

function organization(
  slug: string,
  name: string,
  type: Organization["type"],
  numericId: number,
): Organization {
  return { id: `org_${slug}_0001`, numericId, slug, name, type };
}

function foreignApp(): App {
  return {
    id: "taken-by-another",
    numericId: 900,
    hashId: "9zk4wd1",
    name: "taken-by-another",
    orgSlug: "somebody",
    network: "default",
    role: "",
    createdAt: "2026-01-01T00:00:00.000Z",
    secrets: {},
    secretsVersion: 0,
    addresses: [],
    sharedV4: null,
    releases: [],
    certificates: [],
    machines: {},
    volumes: {},
    logs: [],
    consulUrl: null,
  };
}
