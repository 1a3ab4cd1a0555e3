/**
 * Names and ports inside an organisation's private network.
 *
 * `<app>.internal` resolves to the started machines of an app and reaches every port that they listen on.
 * `<app>.flycast` goes through Fly's proxy, so it needs a private address and a service on that port.
 * `fly-<name>.upstash.io` resolves for the same organisation only.
 * https://fly.io/docs/networking/private-networking/, https://fly.io/docs/networking/flycast/
 */
import { addOnHost } from "../fly/addons.ts";
import type { AddOn, App, Machine, Service } from "../fly/state.ts";
import type { World } from "../world.ts";

/** What answers at a name and port. */
export type Peer =
  | { kind: "machine"; app: App; machine: Machine; port: number }
  | { kind: "upstash"; addOn: AddOn }
  /** The name does not resolve from here. */
  | { kind: "unknown" }
  /** The name resolves, but nothing listens. */
  | { kind: "refused"; address: string };

/** Connects to a name and port from a machine of `from`. */
export function dial(world: World, from: { app: App; machine: Machine }, host: string, port: number): Peer {
  if (host === "localhost" || host === "127.0.0.1" || host === "[::1]" || host === "::1") {
    return { kind: "machine", ...from, port };
  }
  const upstash = world.state.fly.addOns.find((a) => addOnHost(a) === host);
  if (upstash !== undefined) {
    if (upstash.orgSlug !== from.app.orgSlug) return { kind: "unknown" };
    return port === 6379
      ? { kind: "upstash", addOn: upstash }
      : { kind: "refused", address: upstash.privateIp };
  }
  const name = /^(?:[a-z0-9-]+\.process\.|[a-z0-9]+\.vm\.|[a-z]{3}\.)?([a-z0-9-]+)\.(internal|flycast)$/.exec(
    host,
  );
  const app = world.state.fly.apps[name?.[1] ?? ""];
  if (name === null || app === undefined || !sameNetwork(app, from.app)) return { kind: "unknown" };
  return name[2] === "flycast" ? throughProxy(app, port) : direct(app, host, port);
}

function sameNetwork(a: App, b: App): boolean {
  return a.orgSlug === b.orgSlug && a.network === b.network;
}

function direct(app: App, host: string, port: number): Peer {
  const started = Object.values(app.machines).filter((m) => m.state === "started");
  const wanted = host.includes(".vm.") ? started.filter((m) => host.startsWith(`${m.id}.`)) : started;
  if (wanted.length === 0) return { kind: "unknown" };
  const machine = wanted.find((m) => m.ready);
  if (machine === undefined) return { kind: "refused", address: wanted[0]?.privateIp ?? "" };
  return { kind: "machine", app, machine, port };
}

function throughProxy(app: App, port: number): Peer {
  const address = app.addresses.find((a) => a.type === "private_v6");
  if (address === undefined) return { kind: "unknown" };
  for (const machine of Object.values(app.machines)) {
    if (machine.state !== "started" || !machine.ready || machine.cordoned) continue;
    const service = machine.config.services?.find((s) => serves(s, port));
    if (service !== undefined) return { kind: "machine", app, machine, port: service.internal_port };
  }
  return { kind: "refused", address: address.address };
}

/** Whether a service is reachable on an outside port. */
export function serves(service: Service, port: number): boolean {
  return (service.ports ?? []).some(
    (p) =>
      p.port === port ||
      (p.start_port !== undefined && p.start_port <= port && port <= (p.end_port ?? p.start_port)),
  );
}
