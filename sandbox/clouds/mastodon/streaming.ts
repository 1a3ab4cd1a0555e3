/**
 * mastodon-streaming: the Node server behind `wss://streaming.<domain>`. It connects to Postgres and Redis in
 * the background, so it listens even if they refuse. mastodon/mastodon streaming/index.js, errors.js
 */

import { type Behaviour, type HttpAnswer, inner, type Outcome, type Situation } from "./behaviour.ts";
import { connectDatabase, connectRedis } from "./connect.ts";

export const streaming: Behaviour = {
  plan: (seen) => ({ kind: isServer(seen) ? "service" : "job", milliseconds: 2500 }),

  boot(seen): Outcome {
    if (!isServer(seen)) {
      const name = seen.argv.filter((w) => w !== "docker-entrypoint.sh")[0] ?? "";
      return { lines: [`/usr/local/bin/docker-entrypoint.sh: exec: ${name}: not found`], exit: 127 };
    }
    const port = portOf(seen);
    if (Number.isNaN(port)) {
      return { lines: [`Error: Invalid PORT environment variable: ${seen.env.PORT}`], exit: 1 };
    }
    const lines = [`{"level":"info","msg":"Streaming API now listening on ${bindOf(seen)}:${port}"}`];
    const database = connectDatabase(seen, seen.env.DATABASE_URL);
    if (!database.ok) lines.push(`{"level":"error","msg":"${database.message.split("\n")[0]}"}`);
    const redis = connectRedis(seen, seen.env.REDIS_URL);
    if (!redis.ok) lines.push(`{"level":"error","msg":"Redis Client Error!","err":"${redis.message}"}`);
    return { lines };
  },

  respond(seen, request): HttpAnswer | undefined {
    if (request.port !== portOf(seen)) return undefined;
    const cors = { "access-control-allow-origin": "*" };
    if (request.path === "/api/v1/streaming/health") {
      return { status: 200, headers: { ...cors, "content-type": "text/plain" }, body: "OK" };
    }
    if (request.path === "/metrics") {
      return { status: 200, headers: { ...cors, "content-type": "text/plain; version=0.0.4" }, body: "" };
    }
    if (request.path === "/favicon.ico") return { status: 404, headers: cors, body: "" };
    return refuse(request.query, request.headers, cors);
  },

  sockets: (seen) => [`${bindOf(seen)}:${portOf(seen)}`],
};

/** No access token exists here, so a visitor is unauthorized with a token and without. */
function refuse(query: URLSearchParams, headers: Headers, cors: Record<string, string>): HttpAnswer {
  const token =
    query.get("access_token") ?? headers.get("authorization") ?? headers.get("sec-websocket-protocol");
  const message = token ? "Invalid access token" : "Missing access token";
  const upgrade = headers.get("upgrade")?.toLowerCase() === "websocket";
  return upgrade
    ? { status: 401, headers: { "content-type": "text/plain", "x-error-message": message }, body: "" }
    : {
        status: 401,
        headers: { ...cors, "content-type": "application/json", "x-error-message": message },
        body: JSON.stringify({ error: message }),
      };
}

function isServer(seen: Situation): boolean {
  const command = inner(
    seen.argv.filter((word) => word !== "docker-entrypoint.sh"),
    seen.env,
  );
  return command[0] === "node" && /^(\.\/)?streaming(\/index\.js)?$/.test(command[1] ?? "");
}

/** The image's default is 0.0.0.0 (mastodon/mastodon streaming/Dockerfile). */
function bindOf(seen: Situation): string {
  const bind = seen.env.BIND || "0.0.0.0";
  return bind.includes(":") && !bind.startsWith("[") ? `[${bind}]` : bind;
}

function portOf(seen: Situation): number {
  return Number(seen.env.PORT || 4000);
}
