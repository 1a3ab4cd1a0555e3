/** Warns if nothing listens on a service's port. Source: superfly/flyctl deploy/machines_deploymachinesapp.go. */
import { setTimeout as sleep } from "node:timers/promises";
import { flatten } from "../fly-toml/groups.ts";
import { allServices } from "../fly-toml/machine-config.ts";
import { parseDuration } from "../go/duration.ts";
import { table } from "../go/table.ts";
import type { Deployment } from "./deployment.ts";
import type { Leasable } from "./leasable.ts";

const shortestLookMs = 15_000;

interface Process {
  command?: string;
  listen_sockets?: { proto?: string; address?: string }[];
}

/** Checks once per group, for as long as the grace periods of its checks. */
export async function warnAboutListening(deployment: Deployment, machine: Leasable): Promise<void> {
  const { group } = machine;
  if (deployment.listenChecked.has(group)) return;
  deployment.listenChecked.add(group);
  const services = allServices(flatten(deployment.config, group).sections);
  const ports = services.filter((one) => one.protocol === "tcp").map((one) => Number(one.internal_port));
  if (ports.length === 0) return;
  const checks = [
    ...Object.values(flatten(deployment.config, group).sections.checks ?? {}),
    ...services.flatMap((one) => [...(one.tcp_checks ?? []), ...(one.http_checks ?? [])]),
  ] as { grace_period?: string }[];
  const graces = checks.map((check) => (check.grace_period ? parseDuration(check.grace_period) / 1e6 : 0));
  const until = Date.now() + Math.max(shortestLookMs, ...graces);
  for (let pause = 500; ; pause = Math.min(pause * 1.5, 2000)) {
    let processes: Process[];
    try {
      const path = `/apps/${deployment.appName}/machines/${machine.id}/ps`;
      processes = (await deployment.run.flaps.send("GET", path)) as unknown as Process[];
    } catch {
      return;
    }
    const sockets = processes.flatMap((one) => one.listen_sockets ?? []);
    const open = sockets.map((socket) => socket.address ?? "").filter((address) => !isLoopback(address));
    const missing = ports.filter((port) => !open.some((address) => address.endsWith(`:${port}`)));
    if (missing.length === 0) return;
    if (Date.now() >= until) {
      if (sockets.length > 0) warn(deployment, missing, processes);
      return;
    }
    await sleep(Math.min(pause, Math.max(1, until - Date.now())));
  }
}

function isLoopback(address: string): boolean {
  return /^(127\.|\[::1\]|::1:)/.test(address);
}

function warn(deployment: Deployment, ports: number[], processes: Process[]): void {
  const { run } = deployment;
  run.warn(
    "\nWARNING The app is not listening on the expected address and will not be reachable by fly-proxy.",
  );
  run.warn("You can fix this by configuring your app to listen on the following addresses:");
  for (const port of ports) run.warn(`  - 0.0.0.0:${port}`);
  run.warn("Found these processes inside the machine with open listening sockets:");
  const rows = processes
    .map((one) => [
      one.command ?? "",
      (one.listen_sockets ?? [])
        .filter((socket) => socket.proto === "tcp")
        .map((socket) => socket.address ?? "")
        .join(", "),
    ])
    .filter(([, addresses]) => addresses !== "");
  run.warn(table("", rows, "Process", "Addresses").trimEnd());
  run.warn("");
}
