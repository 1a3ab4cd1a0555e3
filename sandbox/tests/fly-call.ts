/** A local Fly for one test, called as flyctl calls it, and a small community on it. */
import { createCipheriv, hkdfSync } from "node:crypto";
import type { Hono } from "hono";
import { serveFly } from "../clouds/fly/serve.ts";
import type { App, Machine } from "../clouds/fly/state.ts";
import { verifierOf } from "../clouds/mastodon/scram.ts";
import { openWorld, type World } from "../clouds/world.ts";

const token = "fm2_local-operator";

/** Answer to a call. */
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests assert the shape of the body
  body: any;
}

export interface Fly {
  world: World;
  app: Hono;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  graphql(query: string, variables?: Record<string, unknown>): Promise<Answer["body"]>;
}

export function freshFly(world = openWorld()): Fly {
  // Tests make many calls within a millisecond. The rate limit has tests of its own (fly-rate-limit.test.ts).
  world.state.fly.dials.requestsPerSecond = 0;
  const app = serveFly(world);
  const call: Fly["call"] = async (method, path, body, headers = {}) => {
    const answer = await app.request(`http://127.0.0.1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  return {
    world,
    app,
    call,
    graphql: async (query, variables) => (await call("POST", "/graphql", { query, variables })).body,
  };
}

/** Makes an app in the operator's organisation. */
export async function makeApp(fly: Fly, name: string, role = ""): Promise<App> {
  await fly.call("POST", "/v1/apps?wait=true", { name, org_slug: "mastiff", network: "", app_role_id: role });
  return stateOf(fly, name);
}

/** An app in the world's state. */
export function stateOf(fly: Fly, name: string): App {
  const app = fly.world.state.fly.apps[name];
  if (app === undefined) throw new Error(`no app ${name}`);
  return app;
}

/** Sets secrets. They are staged until a machine is made. */
export async function stage(fly: Fly, app: string, values: Record<string, string | null>): Promise<void> {
  await fly.call("POST", `/v1/apps/${app}/secrets`, { values });
}

/** Starts a machine and advances the clock by a minute, so that a service listens and a job has ended. */
export async function run(
  fly: Fly,
  app: string,
  config: Record<string, unknown>,
  more: Record<string, unknown> = {},
): Promise<Machine> {
  const answer = await fly.call("POST", `/v1/apps/${app}/machines`, { config, region: "ams", ...more });
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body.error}`);
  await pass(fly);
  return machineOf(fly, app, answer.body.id);
}

/** Advances the world's clock and runs everything that is due by then. */
export async function pass(fly: Fly, milliseconds = 60_000): Promise<void> {
  fly.world.advance(milliseconds);
  await fly.call("GET", "/v1/platform/regions");
}

export function machineOf(fly: Fly, app: string, id: string): Machine {
  const machine = stateOf(fly, app).machines[id];
  if (machine === undefined) throw new Error(`app ${app} has no machine ${id}`);
  return machine;
}

/** Output of a machine's program. */
export function printed(fly: Fly, app: string, machine: Machine): string[] {
  return stateOf(fly, app)
    .logs.filter((line) => line.instance === machine.id && line.provider === "app")
    .map((line) => line.message);
}

/** Exit code of the newest exit. The wire format leaves 0 out. */
export function exitCode(machine: Machine): number | undefined {
  const exit = machine.events.find((event) => event.type === "exit")?.request?.exit_event;
  return exit === undefined ? undefined : ((exit as { exit_code?: number }).exit_code ?? 0);
}

export const mastodon = "ghcr.io/mastodon/mastodon:v4.7.4";
export const gigabyte = { cpu_kind: "shared", cpus: 1, memory_mb: 1024 };

/** A web service with the values that http_service in fly.toml produces. */
export const webService = {
  protocol: "tcp",
  internal_port: 3000,
  autostart: true,
  ports: [
    { port: 80, handlers: ["http"], force_https: true },
    { port: 443, handlers: ["http", "tls"] },
  ],
  checks: [
    { type: "http", interval: "15s", timeout: "5s", grace_period: "1m0s", method: "GET", path: "/health" },
  ],
};

const databaseUrl =
  "postgres://mastiff_party:dbpass@mastiff-party-db.flycast:5432/mastiff_party?sslmode=disable";

/** Environment of a community's web process. */
export const settings: Record<string, string> = {
  DATABASE_URL: databaseUrl,
  REDIS_URL: "redis://default:redispass@mastiff-party-redis.internal:6379",
  SECRET_KEY_BASE: "a".repeat(128),
  ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: "p".repeat(32),
  ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: "d".repeat(32),
  ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: "s".repeat(32),
  LOCAL_DOMAIN: "mastiff.party",
  ALTERNATE_DOMAINS: "assets.mastiff.party,mastiff-party.fly.dev",
  CDN_HOST: "https://assets.mastiff.party",
  STREAMING_API_BASE_URL: "wss://streaming.mastiff.party",
};

/** A text as the product hands it to the script of the owner: sealed with the community's key. */
export function sealed(text: string, key = settings.SECRET_KEY_BASE ?? ""): string {
  const nonce = Buffer.alloc(12, 7);
  const cipher = createCipheriv(
    "aes-256-gcm",
    Buffer.from(hkdfSync("sha256", key, "", "mastiff owner", 32)),
    nonce,
  );
  const bytes = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), bytes]).toString("base64");
}

/** Makes a community's database, its Redis, and its app without machines. */
export async function community(fly: Fly): Promise<void> {
  await makeApp(fly, "mastiff-party");
  await stage(fly, "mastiff-party", settings);
  await postgres(fly);
  await redis(fly, "redis:7.4-alpine");
}

async function postgres(fly: Fly): Promise<void> {
  const app = "mastiff-party-db";
  await makeApp(fly, app, "postgres_cluster");
  await stage(fly, app, {
    OPERATOR_PASSWORD: "operator",
    SU_PASSWORD: "su",
    REPL_PASSWORD: "repl",
    FLY_CONSUL_URL: "https://consul",
  });
  await fly.graphql(
    "mutation($input: AllocateIPAddressInput!) { allocateIpAddress(input: $input) { ipAddress { address } } }",
    { input: { appId: app, type: "private_v6", region: "" } },
  );
  const volume = await fly.call("POST", `/v1/apps/${app}/volumes`, {
    name: "pg_data",
    region: "ams",
    size_gb: 10,
  });
  const machine = await run(fly, app, {
    image: "flyio/postgres-flex:17.2",
    mounts: [{ volume: volume.body.id, path: "/data" }],
    services: [{ protocol: "tcp", internal_port: 5432, ports: [{ port: 5432, handlers: ["pg_tls"] }] }],
  });
  await psql(fly, machine, `CREATE ROLE "mastiff_party" LOGIN PASSWORD '${verifierOf("dbpass")}'`);
  await psql(fly, machine, `CREATE DATABASE "mastiff_party" OWNER "mastiff_party"`);
}

/** Runs one statement as an operator does: inside the machine, through two shells. */
export async function psql(fly: Fly, machine: Machine, statement: string): Promise<Answer["body"]> {
  const inDouble = statement.replaceAll("$", "\\$").replaceAll('"', '\\"');
  const inSingle = inDouble.replaceAll("'", "'\\''");
  const cmd = `sh -c 'psql -X -A -t -v ON_ERROR_STOP=1 "postgres://postgres:$OPERATOR_PASSWORD@localhost:5433/postgres" -c "${inSingle}"'`;
  const answer = await fly.call("POST", `/v1/apps/mastiff-party-db/machines/${machine.id}/exec`, { cmd });
  return answer.body;
}

/** Starts the community's own Redis as the driver does. */
export async function redis(fly: Fly, image: string): Promise<Machine> {
  const app = "mastiff-party-redis";
  if (fly.world.state.fly.apps[app] === undefined) await makeApp(fly, app);
  await stage(fly, app, { REDIS_PASSWORD: "redispass" });
  const script =
    'printf "bind * -::*\\nrequirepass %s\\nappendonly yes\\ndir /data\\nmaxmemory-policy noeviction\\n" "$REDIS_PASSWORD" | exec redis-server -';
  return run(fly, app, { image, init: { cmd: ["sh", "-c", script] } });
}

/** Runs a one-off of the web app to its end. */
export function job(
  fly: Fly,
  cmd: string[],
  more: { image?: string; env?: Record<string, string>; memoryMb?: number } = {},
): Promise<Machine> {
  const { image = mastodon, env = {}, memoryMb = 1024 } = more;
  return run(fly, "mastiff-party", {
    image,
    env,
    init: { cmd },
    guest: { ...gigabyte, memory_mb: memoryMb },
    restart: { policy: "no" },
  });
}
