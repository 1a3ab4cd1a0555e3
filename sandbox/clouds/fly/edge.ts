/**
 * Fly's proxy: a request from the public internet, by address and host, to a machine of an app.
 *
 *     address ─► app (dedicated: by address; shared IPv4: by host) ─► TLS: certificate of the host ─► service by port
 *             ─► force_https ─► a machine that is started, listens and passes its checks
 *
 * https://fly.io/docs/networking/services/, https://fly.io/docs/networking/request-headers/,
 * https://fly.io/docs/reference/configuration/ (force_https, auto_start_machines)
 */
import { setTimeout as sleep } from "node:timers/promises";
import { respond } from "../mastodon/program.ts";
import type { World } from "../world.ts";
import { checkAll } from "./certificates.ts";
import { begin, settle } from "./lifecycle.ts";
import { checkStates } from "./machines.ts";
import { isBusy } from "./schedule.ts";
import { situation } from "./situation.ts";
import type { App, Machine, Service } from "./state.ts";

/** How long the proxy holds a request while a stopped machine starts. */
const patienceMs = 10_000;

/**
 * Answers a request that was sent to `address` for `host`.
 *
 * A connection that fails before HTTP gets status 525 with `x-local-error`: for example no certificate for
 * the host, or no app at the address.
 */
export async function serveHost(
  world: World,
  address: string,
  host: string,
  scheme: "http" | "https",
  request: Request,
): Promise<Response> {
  settle(world);
  const app = appAt(world, address, host);
  if (app === undefined) return refused("connection reset: no app at this address answers to this host");
  checkAll(world, app);
  if (scheme === "https" && !hasCertificate(app, host, world.now())) {
    return refused(`tls: no certificate for ${host}`);
  }
  const port = scheme === "https" ? 443 : 80;
  const found = servicesOn(app, port);
  if (found.length === 0) return refused(`connection refused: no service on port ${port}`);
  const opened = found[0]?.service.ports?.find((p) => covers(p, port));
  const handlers = opened?.handlers ?? [];
  if (!handlers.includes("http")) return refused(`port ${port} does not speak HTTP`);
  if (scheme === "https" && !handlers.includes("tls")) return refused(`port ${port} does not speak TLS`);
  const url = new URL(request.url);
  if (opened?.force_https && scheme === "http") {
    return proxied(
      new Response(null, {
        status: 301,
        headers: { location: `https://${host}${url.pathname}${url.search}` },
      }),
    );
  }
  const chosen = await choose(world, app, found);
  if (chosen === undefined)
    return proxied(new Response("", { status: 503, headers: { "x-local-error": "no machine is healthy" } }));
  const headers = new Headers(request.headers);
  headers.set("host", host);
  headers.set("x-forwarded-proto", scheme);
  headers.set("fly-client-ip", "203.0.113.7");
  // The last entry is the app's own address, which Mastodon must trust (superfly/docs networking/request-headers).
  headers.set("x-forwarded-for", `203.0.113.7, ${address}`);
  const answer = respond(situation(world, app, chosen.machine), {
    port: chosen.service.internal_port,
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    host,
    scheme,
    headers,
  });
  if (answer === undefined) return proxied(new Response("", { status: 502 }));
  const body = request.method === "HEAD" || answer.status === 204 ? null : answer.body;
  return proxied(new Response(body, { status: answer.status, headers: answer.headers }));
}

function appAt(world: World, address: string, host: string): App | undefined {
  const apps = Object.values(world.state.fly.apps);
  const own = apps.find((a) => a.addresses.some((x) => x.type !== "private_v6" && x.address === address));
  if (own !== undefined) return own;
  // Many apps share this address. The host name decides: an app's fly.dev name, or a name that it has a
  // certificate for.
  return apps.find(
    (a) =>
      a.sharedV4 === address &&
      (host === `${a.name}.fly.dev` || a.certificates.some((c) => matches(c.hostname, host))),
  );
}

/** Fly has a certificate for `<app>.fly.dev`. Other names need an issued certificate that has not expired. */
function hasCertificate(app: App, host: string, now: Date): boolean {
  return (
    host === `${app.name}.fly.dev` ||
    app.certificates.some((c) => Date.parse(c.expiresAt ?? "") > now.getTime() && matches(c.hostname, host))
  );
}

function matches(pattern: string, host: string): boolean {
  if (!pattern.startsWith("*.")) return pattern === host;
  return host.endsWith(pattern.slice(1)) && !host.slice(0, -pattern.length + 1).includes(".");
}

interface Candidate {
  machine: Machine;
  service: Service;
}

function servicesOn(app: App, port: number): Candidate[] {
  const found: Candidate[] = [];
  for (const machine of Object.values(app.machines)) {
    if (machine.state === "destroyed" || machine.cordoned) continue;
    const service = machine.config.services?.find((s) => s.ports?.some((p) => covers(p, port)));
    if (service !== undefined) found.push({ machine, service });
  }
  return found;
}

function covers(port: { port?: number; start_port?: number; end_port?: number }, number: number): boolean {
  if (port.port !== undefined) return port.port === number;
  return (
    port.start_port !== undefined && port.start_port <= number && number <= (port.end_port ?? port.start_port)
  );
}

/** A healthy machine. If there is none, a stopped machine whose service has `autostart` is started. */
async function choose(world: World, app: App, candidates: Candidate[]): Promise<Candidate | undefined> {
  const healthy = () => candidates.find(({ machine }) => isHealthy(world, app, machine));
  const now = healthy();
  if (now !== undefined) return now;
  const asleep = candidates.find(
    (c) => c.service.autostart && ["stopped", "suspended"].includes(c.machine.state),
  );
  if (asleep === undefined) return undefined;
  begin(world, asleep.machine);
  world.changed();
  const until = Date.now() + patienceMs;
  while (Date.now() < until) {
    settle(world);
    const awake = healthy();
    if (awake !== undefined) return awake;
    if (!isBusy(asleep.machine)) return undefined;
    await sleep(20);
  }
  return undefined;
}

function isHealthy(world: World, app: App, machine: Machine): boolean {
  return (
    machine.state === "started" &&
    machine.ready &&
    checkStates(world, app, machine).every((c) => c.status === "passing")
  );
}

/** Adds the headers that the proxy adds to every answer. */
function proxied(response: Response): Response {
  response.headers.append("via", "1.1 fly.io");
  response.headers.set("fly-request-id", `local-${Date.now().toString(36)}-ams`);
  if (!response.headers.has("server")) response.headers.set("server", "Fly/local");
  return response;
}

function refused(reason: string): Response {
  return new Response(reason, { status: 525, headers: { "x-local-error": reason } });
}
