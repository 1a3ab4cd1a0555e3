/** What the local Fly remembers of a machine: its wish, its state, its history, and what is still to come. */
import type { Database } from "../mastodon/database.ts";

/** Milliseconds since 1970, on the world's clock. */
export type Instant = number;

/** The contents of a disk: a volume's, or a machine's own, which is lost at every new start. */
export interface Disk {
  postgres?: Database;
  redis?: {
    savedAt: string;
    /** Sidekiq's, by queue, and those for later; nothing here works on them. */
    jobs?: { queues: Record<string, number>; schedule: number; retry: number };
  };
  /** Identities of the Sidekiq processes in Redis' set `processes`: `<host name>:<pid>:<nonce>`. */
  sidekiqs?: string[];
  /** SHA-256 of the passwords that a running Redis was given beside the configured one; gone when it starts again. */
  redisPasswords?: string[];
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

/** The part of a machine's configuration that this Fly acts on; all the rest is kept and given back. */
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

/** One thing that will happen to a machine; `lifecycle.ts` knows what each means. */
export interface Step {
  at: Instant;
  kind: "park" | "start" | "ready" | "finish" | "stop" | "suspend" | "restart" | "destroy";
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
  /** Newest first, as the API gives them. */
  events: MachineEvent[];
  steps: Step[];
  lease: Lease | null;
  cordoned: boolean;
  /** The secrets as they were when this version of the machine was made; a restart changes nothing. */
  secrets: Record<string, string>;
  /** Whether the program in it answers: it has booted and has not ended. */
  ready: boolean;
  readyAt: Instant | null;
  /** Restarts since the last start that somebody asked for. */
  restarts: number;
  /** Whether the instance has been `started` since somebody asked for a start. */
  hasStarted: boolean;
  /** Its program does nothing any more, although it runs; until it starts again. */
  hangs?: boolean;
  disk: Disk;
}
