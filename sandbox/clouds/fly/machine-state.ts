/**
 * The state that the local Fly keeps of a machine: its configuration, its condition, its history, its future
 * steps.
 */
import type { Database } from "../mastodon/database.ts";

/** Milliseconds since 1970, on the world's clock. */
export type Instant = number;

/** The contents of a disk: of a volume, or of the machine itself, which is lost at every new version. */
export interface Disk {
  postgres?: Database;
  redis?: {
    savedAt: string;
    /** Memory that it uses. Default: that of a community on its first day. */
    bytes?: number;
    /**
     * Sidekiq's jobs by queue, and those scheduled for later. Nothing here runs them. The oldest of each queue has
     * waited for `waitSeconds`; default 0.
     */
    jobs?: { queues: Record<string, number>; schedule: number; retry: number; waitSeconds?: number };
  };
  /** Identities of the Sidekiq processes in Redis' set `processes`: `<host name>:<pid>:<nonce>`. */
  sidekiqs?: string[];
  /**
   * SHA-256 of passwords that a running Redis was given in addition to the configured one. A restart removes
   * them.
   */
  redisPasswords?: string[];
  /** How often the machine's job has looked for what it waits for. */
  looks?: number;
}

export interface Guest {
  cpu_kind: "shared" | "performance";
  cpus: number;
  memory_mb: number;
}

export interface Port {
  port?: number;
  start_port?: number;
  end_port?: number;
  handlers?: string[];
  force_https?: boolean;
  [option: string]: unknown;
}

export interface ServiceCheck {
  type?: string;
  port?: number;
  method?: string;
  path?: string;
  protocol?: string;
  headers?: { name: string; values: string[] }[];
  grace_period?: string;
  [option: string]: unknown;
}

export interface Service {
  protocol?: string;
  internal_port: number;
  autostop?: unknown;
  autostart?: boolean;
  min_machines_running?: number;
  ports?: Port[];
  checks?: ServiceCheck[];
  [option: string]: unknown;
}

/**
 * The part of a machine's configuration that the local Fly acts on. Other options are stored and returned.
 */
export interface MachineConfig {
  image: string;
  env?: Record<string, string>;
  init?: { cmd?: string[]; exec?: string[]; entrypoint?: string[]; [option: string]: unknown };
  guest?: Guest & { [option: string]: unknown };
  metadata?: Record<string, string>;
  mounts?: { volume: string; path: string; name?: string; [option: string]: unknown }[];
  services?: Service[];
  checks?: Record<string, ServiceCheck>;
  auto_destroy?: boolean;
  restart?: { policy?: "no" | "always" | "on-failure"; max_retries?: number };
  /** `hourly`, `daily`, `weekly` or `monthly`; absent or empty: no schedule. */
  schedule?: string;
  standbys?: string[];
  stop_config?: { timeout?: string; signal?: string };
  [option: string]: unknown;
}

export type MachineState =
  | "created"
  | "starting"
  | "started"
  | "stopping"
  | "stopped"
  | "suspended"
  | "replacing"
  | "destroying"
  | "destroyed";

export interface MachineEvent {
  id: string;
  type: string;
  status: string;
  source: "user" | "flyd";
  timestamp: Instant;
  request?: Record<string, unknown>;
}

/** A future step of a machine. `lifecycle.ts` defines what each step does. */
export interface Step {
  at: Instant;
  kind: "park" | "start" | "ready" | "finish" | "stop" | "suspend" | "restart" | "destroy" | "run";
}

export interface Lease {
  nonce: string;
  expiresAt: Instant;
  owner: string;
}

export interface Machine {
  id: string;
  name: string;
  state: MachineState;
  region: string;
  instanceId: string;
  privateIp: string;
  createdAt: string;
  updatedAt: string;
  config: MachineConfig;
  /** Newest first, as the API returns them. */
  events: MachineEvent[];
  steps: Step[];
  lease: Lease | null;
  cordoned: boolean;
  /** The secrets at the time when this version of the machine was created. A restart does not update them. */
  secrets: Record<string, string>;
  /** Whether the machine's program answers: it has booted and has not ended. */
  ready: boolean;
  readyAt: Instant | null;
  /** When the instance was last started. Start events of a world without latency are dated back. */
  startedAt?: Instant;
  /** Restarts since the last requested start. */
  restarts: number;
  /** Whether the instance was `started` since the last requested start. */
  hasStarted: boolean;
  /** The program runs but no longer does anything, until its next start. */
  hangs?: boolean;
  disk: Disk;
}
