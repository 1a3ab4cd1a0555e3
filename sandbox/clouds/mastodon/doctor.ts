/** The script `doctor`: how a community is from inside. Each part is what the real script would find in this world. */
import { isIP } from "node:net";
import { lookup } from "../cloudflare/dns.ts";
import { transformHeaders } from "../cloudflare/edge.ts";
import { servePublicObject } from "../cloudflare/public-objects.ts";
import { deleteObject, getObject, putObject } from "../cloudflare/r2.ts";
import type { Disk } from "../fly/machine-state.ts";
import { diskOf } from "../fly/situation.ts";
import type { Outcome, Situation } from "./behaviour.ts";
import { bucketFault } from "./bucket.ts";
import { connectRedis } from "./connect.ts";
import { firstDay, minors, mostConnections, rank } from "./database.ts";
import { loginFault } from "./mail.ts";
import { connectionError, database, minorOf } from "./migrations.ts";
import { signedIn } from "./sidekiq.ts";

type Part = Record<string, unknown>;

export function doctor(seen: Situation): Outcome {
  const report = {
    version: seen.image.version,
    sidekiq: sidekiq(seen),
    migrations: migrations(seen),
    mail: mail(seen),
    bucket: bucket(seen),
    redis: redis(seen),
    database: postgres(seen),
    proxy: proxy(seen),
  };
  return { lines: [JSON.stringify(report)], exit: 0 };
}

/** A heartbeat comes every ten seconds (sidekiq/sidekiq lib/sidekiq/launcher.rb). */
function sidekiq(seen: Situation): Part {
  const connection = connectRedis(seen, seen.env.REDIS_URL);
  if (!connection.ok) return { error: connection.message };
  const { queues = {}, waitSeconds = 0 } = redisDisk(seen, connection.identity)?.redis?.jobs ?? {};
  return {
    processes: signedIn(seen).map((names) => ({ queues: names, silentSeconds: 4 })),
    queues: Object.entries(queues).map(([name, jobs]) => ({
      name,
      jobs,
      waitSeconds: jobs === 0 ? 0 : waitSeconds,
    })),
  };
}

function migrations(seen: Situation): Part {
  const connection = database(seen);
  if (!connection.ok) return { error: connectionError(connection).join(" ") };
  const found = connection.catalogue.mastodon;
  const target = rank(minorOf(seen.image.version));
  const pending = minors
    .slice(0, target + 1)
    .flatMap((minor, step) =>
      (["pre", "post"] as const).flatMap((half, i) =>
        found !== undefined && rank(found[half]) >= step ? [] : [`20260101${minor.replace(".", "")}000${i}`],
      ),
    );
  return { pending };
}

function mail(seen: Situation): Part {
  const error = loginFault(seen);
  return error === undefined ? { server: seen.env.SMTP_SERVER ?? "" } : { error };
}

function bucket(seen: Situation): Part {
  const { world, env, machine } = seen;
  const name = env.S3_BUCKET ?? "";
  const host = env.S3_ALIAS_HOST;
  const error = bucketFault(seen);
  if (error !== undefined) return { error };
  if (host === undefined) return { error: 'KeyError: key not found: "S3_ALIAS_HOST"' };
  const key = `mastiff/doctor-${machine.id}`;
  putObject(world, name, key, "doctor", "text/plain");
  const same = getObject(world, name, key)?.body === "doctor";
  const served = servedFrom(seen, host, `/${key}`);
  deleteObject(world, name, key);
  return { bucket: name, same, url: `https://${host}/${key}`, ...served };
}

/** As a web app of another origin loads an upload: from R2, through the zone's rules. */
function servedFrom(
  { world }: Situation,
  host: string,
  path: string,
): { status: number; cors: string | null } {
  const headers = { origin: "https://elsewhere.example" };
  const answer = servePublicObject(world, new Request(`http://${host}${path}`, { headers }));
  if (answer === undefined) return { status: 530, cors: null };
  const sent = new Headers(answer.headers);
  transformHeaders(world, { host, method: "GET", path, scheme: "https", status: answer.status }, sent);
  return { status: answer.status, cors: sent.get("access-control-allow-origin") };
}

function redis(seen: Situation): Part {
  const connection = connectRedis(seen, seen.env.REDIS_URL);
  if (!connection.ok) return { error: connection.message };
  const machine = Object.values(seen.world.state.fly.apps)
    .map((app) => app.machines[connection.identity])
    .find((one) => one !== undefined);
  const { bytes = 9_000_000 } = redisDisk(seen, connection.identity)?.redis ?? {};
  const memory = machine && (machine.config.guest?.memory_mb ?? 256) * 1024 * 1024;
  return {
    version: connection.version,
    bytes,
    mostBytes: memory ?? null,
    policy: "noeviction",
    clients: 24,
    mostClients: 10_000,
  };
}

function postgres(seen: Situation): Part {
  const connection = database(seen);
  if (!connection.ok) return { error: connectionError(connection).join(" ") };
  const { version, bytes, connections } = { ...firstDay, ...connection.server };
  return { version, bytes, connections, mostConnections };
}

/**
 * Rails takes the last address of X-Forwarded-For that is no trusted proxy's (actionpack
 * lib/action_dispatch/middleware/remote_ip.rb). The sandbox knows single addresses among the trusted proxies.
 */
function proxy({ world, env }: Situation): Part {
  const client = "198.51.100.7";
  const host = env.LOCAL_DOMAIN ?? "";
  const addresses = [...lookup(world, host, "A"), ...lookup(world, host, "AAAA")];
  if (addresses.length === 0) return { error: "SocketError: getaddrinfo: Name or service not known" };
  const trusted = (env.TRUSTED_PROXY_IP ?? "").split(",").filter((one) => isIP(one) !== 0);
  return { client, seen: addresses.map((by) => ({ by, client: trusted.includes(by) ? client : by })) };
}

function redisDisk({ world }: Situation, machine: string): Disk | undefined {
  for (const app of Object.values(world.state.fly.apps)) {
    const found = app.machines[machine];
    if (found !== undefined) return diskOf(app, found);
  }
  return undefined;
}
