/**
 * Connections that programs open: DATABASE_URL to a Postgres, REDIS_URL to a Redis. Their errors are those of
 * the real client libraries.
 */

import { diskOf, situation, volumeOf } from "../fly/situation.ts";
import type { App, Machine } from "../fly/state.ts";
import type { World } from "../world.ts";
import type { Catalogue, Database } from "./database.ts";
import { dial } from "./network.ts";
import { lets, redisConfig } from "./redis.ts";
import { verifies } from "./scram.ts";

/** Where a connection starts. */
interface From {
  world: World;
  app: App;
  machine: Machine;
}

/** An open connection to one database, or the client library's error. */
export type DatabaseConnection =
  | {
      ok: true;
      server: Database;
      catalogue: Catalogue;
      user: string;
      acts: string;
      proxied: boolean;
    }
  | {
      ok: false;
      kind: "unreachable" | "password" | "database" | "tls";
      message: string;
      user: string;
      name: string;
    };

/** Opens DATABASE_URL as libpq does. */
export function connectDatabase(from: From, databaseUrl: string | undefined): DatabaseConnection {
  const connection = logIn(from, databaseUrl);
  if (!connection.ok || connection.catalogue.closed !== true) return connection;
  const url = new URL(databaseUrl ?? "");
  const name = decodeURIComponent(url.pathname.slice(1)) || connection.user;
  // postgres/postgres src/backend/utils/init/postinit.c, CheckMyDatabase.
  const message = `connection to server at "${url.hostname}", port ${url.port || 5432} failed: FATAL:  database "${name}" is not currently accepting connections`;
  return { ok: false, kind: "database", message, user: connection.user, name };
}

/** As {@link connectDatabase}, also to a database that nobody may connect to: as a session that is open already. */
export function logIn(from: From, databaseUrl: string | undefined): DatabaseConnection {
  const url = new URL(databaseUrl || "postgres://mastodon@localhost:5432/mastodon_production");
  const user = decodeURIComponent(url.username);
  const name = decodeURIComponent(url.pathname.slice(1)) || user;
  const port = Number(url.port || 5432);
  const fail = (kind: "unreachable" | "password" | "database" | "tls", message: string) =>
    ({ ok: false, kind, message, user, name }) as const;

  const peer = dial(from.world, from, url.hostname, port);
  if (peer.kind === "unknown") {
    return fail(
      "unreachable",
      `could not translate host name "${url.hostname}" to address: Name or service not known`,
    );
  }
  const at = `connection to server at "${url.hostname}", port ${port} failed: `;
  const server =
    peer.kind === "machine" ? serverOf(from.world, peer.app, peer.machine, peer.port) : undefined;
  if (peer.kind !== "machine" || server === undefined) {
    return fail(
      "unreachable",
      `${at}Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?`,
    );
  }
  if (["require", "verify-ca", "verify-full"].includes(url.searchParams.get("sslmode") ?? "")) {
    // Postgres on the private network does not speak TLS (superfly/docs postgres/): hence ?sslmode=disable.
    return fail("tls", `${at}server does not support SSL, but SSL was required`);
  }
  const password = decodeURIComponent(url.password);
  if (password === "") return fail("password", `${at}fe_sendauth: no password supplied`);
  const role = server.roles[user];
  if (role === undefined || role.verifier === null || !verifies(role.verifier, password)) {
    return fail("password", `${at}FATAL:  password authentication failed for user "${user}"`);
  }
  // Postgres checks this after the password (postgres/postgres src/backend/utils/init/miscinit.c,
  // InitializeSessionUserId).
  if (!role.login) return fail("password", `${at}FATAL:  role "${user}" is not permitted to log in`);
  const catalogue = server.databases[name];
  if (catalogue === undefined) return fail("database", `${at}FATAL:  database "${name}" does not exist`);
  // An invalid setting at login is only a warning: the session continues as the user itself.
  const acts = role.actsAs !== undefined && role.memberOf?.includes(role.actsAs) ? role.actsAs : user;
  return {
    ok: true,
    server,
    catalogue,
    user,
    acts,
    proxied: peer.port === 5432,
  };
}

/** fly-apps/postgres-flex config/haproxy.cfg: `timeout client 30m`, `timeout server 30m`. */
const proxyTimeoutMs = 30 * 60_000;

/**
 * libpq's error when the connection is closed during a statement; undefined: it stays open. HAProxy closes a
 * connection on which neither side has sent anything for half an hour, even while the server works.
 */
export function cutBySilence(world: World, connection: { proxied: boolean }): string | undefined {
  const silent = world.state.fly.dials.longestStatementMs;
  if (!connection.proxied || silent <= proxyTimeoutMs) return undefined;
  return "PQconsumeInput() server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.";
}

/**
 * The server that listens on a port of a machine: HAProxy on 5432 and Postgres on 5433
 * (fly-apps/postgres-flex).
 */
function serverOf(world: World, app: App, machine: Machine, port: number): Database | undefined {
  if (!machine.ready || (port !== 5432 && port !== 5433)) return undefined;
  const disk = diskOf(app, machine);
  if (world.real === undefined) return disk.postgres;
  const contents = world.real.contents(volumeOf(machine) ?? "");
  // For those who only look, such as the page.
  if (contents !== undefined) disk.postgres = contents;
  return contents;
}

/** An open connection to a Redis, or the client library's error. */
export type RedisConnection =
  | { ok: true; version: string; identity: string }
  | { ok: false; message: string };

/** Opens REDIS_URL as redis-client does. */
export function connectRedis(from: From, redisUrl: string | undefined): RedisConnection {
  const text = redisUrl || "redis://localhost:6379/0";
  if (!URL.canParse(text)) return { ok: false, message: `bad URI(is not URI?): "${text.slice(0, 8)}…"` };
  const url = new URL(text);
  const port = Number(url.port || 6379);
  const peer = dial(from.world, from, url.hostname, port);
  const at = `(${url.protocol}//${url.hostname}:${port})`;
  const password = decodeURIComponent(url.password);
  if (peer.kind === "unknown") {
    return {
      ok: false,
      message: `getaddrinfo: Name or service not known ${at} (RedisClient::CannotConnectError)`,
    };
  }
  if (url.protocol === "rediss:") {
    return {
      ok: false,
      message: `SSL_connect: wrong version number ${at} (RedisClient::CannotConnectError)`,
    };
  }
  if (peer.kind === "upstash") {
    if (peer.addOn.password !== password) return { ok: false, message: wrongPassword };
    if (!["", "/", "/0"].includes(url.pathname)) {
      return { ok: false, message: "ERR Only 0th database is supported! (RedisClient::CommandError)" };
    }
    return { ok: true, version: from.world.state.fly.dials.upstashRedisVersion, identity: peer.addOn.id };
  }
  const seen = peer.kind === "machine" ? situation(from.world, peer.app, peer.machine) : undefined;
  if (peer.kind !== "machine" || seen?.image.program !== "redis" || peer.port !== 6379) {
    return {
      ok: false,
      message: `Connection refused - connect(2) for ${url.hostname} port ${port} (RedisClient::CannotConnectError)`,
    };
  }
  const config = redisConfig(seen);
  if ("error" in config)
    return { ok: false, message: `Connection refused ${at} (RedisClient::CannotConnectError)` };
  const near = peer.machine.id === from.machine.id;
  if (!near && !config.bindsAll) {
    return {
      ok: false,
      message: `Connection refused - connect(2) for ${url.hostname} port ${port} (RedisClient::CannotConnectError)`,
    };
  }
  if (config.password === null) {
    // Protected mode: without a password Redis accepts loopback connections only (redis.io/docs, security).
    if (!near)
      return {
        ok: false,
        message:
          "DENIED Redis is running in protected mode because protected mode is enabled (RedisClient::CommandError)",
      };
  } else if (password === "") {
    return { ok: false, message: "NOAUTH Authentication required. (RedisClient::AuthenticationError)" };
  } else if (!lets(seen, config, password)) {
    return { ok: false, message: wrongPassword };
  }
  return { ok: true, version: seen.image.version, identity: peer.machine.id };
}

const wrongPassword =
  "WRONGPASS invalid username-password pair or user is disabled. (RedisClient::AuthenticationError)";
