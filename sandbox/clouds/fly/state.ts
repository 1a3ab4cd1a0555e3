/**
 * What the local Fly remembers: accounts, apps with their machines and volumes, add-ons.
 *
 * Time is in here too. A machine's future ("will be started at …, will exit at …") is a list of dated steps in
 * the state, applied by `lifecycle.ts` whenever somebody looks: a world that is killed and started again
 * neither loses nor repeats a step.
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
  /** The app's secrets version from which on this value holds. */
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
  /** When Let's Encrypt issued; null while the proof is still missing. */
  issuedAt: string | null;
  expiresAt: string | null;
  /** Let's Encrypt refuses this name until then. */
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
  /** What the image's server keeps on this disk. */
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
  /** When the shared IPv4 was given; absent: long ago. */
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

/** What a test or an operator may set from outside, to see how a community fares in a worse world. */
export interface Dials {
  /** `redis_version` that Upstash databases answer to INFO. */
  upstashRedisVersion: string;
  /** Host names that Let's Encrypt refuses, with the moment when it will take them again (ISO 8601). */
  rateLimitedUntil: Record<string, string>;
  /** SMTP servers beside SendGrid's: accepted passwords by `host:port`. */
  smtpServers: Record<string, string[]>;
  /** Ways to log in at those servers, by `host:port`. Default: plain and login. */
  smtpMethods: Record<string, string[]>;
  /** Reach of the e-mail owner's domain: domains that resolve although no zone here holds them. */
  mailDomains: string[];
  /** Regions without room for another machine. */
  fullRegions: string[];
  /** How many of the next commands in machines are answered 408 although they ran. */
  execDeadlines: number;
  /** For how long a new machine or address is missing in lists, in milliseconds. */
  listLagMs: number;
  /** How long a line of a log is under way before it can be read, in milliseconds. */
  logLagMs: number;
  /** Whether the list of an app's addresses names the shared IPv4, too, which is the app's own field. */
  sharedV4InList: boolean;
  /** Requests a second for each action of a machine or app, three at once; 0: no limit. */
  requestsPerSecond: number;
  /** How long the longest statement of a migration or dump says nothing on its connection, in milliseconds. */
  longestStatementMs: number;
}

export interface FlyState {
  user: { id: string; email: string; name: string };
  /** Tokens that are let in, each with the organisations that it sees. */
  tokens: Record<string, { orgs: string[]; email: string }>;
  organizations: Record<string, Organization>;
  apps: Record<string, App>;
  addOns: AddOn[];
  dials: Dials;
  /** Source of every number that Fly hands out, so that nothing is handed out twice. */
  serial: number;
}

/** The Fly of a fresh local world: two organisations of ours, one of somebody else with an app in it. */
export function initialFly(): FlyState {
  return {
    user: { id: "user_local_operator", email: "operator@mastiff.party", name: "Local operator" },
    tokens: {
      // For clients that do not look into a token, and in the form that flyctl insists on.
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
