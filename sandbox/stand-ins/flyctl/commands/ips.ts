/** `ips …`. Source: superfly/flyctl internal/command/ips. */
import { isIP } from "node:net";
import type { Data } from "../api/graphql.ts";
import { listMachines } from "../api/machines.ts";
import { queries } from "../api/queries.ts";
import { requireAppName } from "../app-name.ts";
import { nodes, organizationBySlug, organizationFlag } from "../choose.ts";
import { FlyError, NonInteractive } from "../go/errors.ts";
import { conform } from "../go/json.ts";
import { table } from "../go/table.ts";
import { relativeTime } from "../go/time.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";

async function list(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  const app = (await run.graphql.run(queries.getIPAddresses, { appName })).app;
  const addresses = nodes<Data>(app?.ipAddresses);
  if (app?.sharedIpAddress) addresses.push({ address: app.sharedIpAddress, type: "shared_v4" });
  const egress = (await run.graphql.run(queries.getAppScopedEgressIPAddresses, { appName })).app;
  for (const ip of nodes<Data>(egress?.egressIpAddresses)) {
    addresses.push({
      id: ip.id,
      address: ip.ip,
      type: `egress_v${ip.version}`,
      region: ip.region,
      createdAt: ip.updatedAt,
    });
  }
  if (run.settings.json) {
    run.json(addresses.length === 0 ? emptyList(app) : addresses.map((ip) => conform("IPAddress", ip)));
    return;
  }
  printAddresses(run, addresses);
  run.print(
    "Learn more about Fly.io public, private, shared and dedicated IP addresses in our docs: https://fly.io/docs/networking/services/",
  );
}

/** Go prints an absent list as null and an empty list as []. */
function emptyList(app: Data | null): [] | null {
  return Array.isArray(app?.ipAddresses?.nodes) ? [] : null;
}

const kinds: Record<string, [string, string]> = {
  v4: ["v4", "public ingress (dedicated, $2/mo)"],
  shared_v4: ["v4", "public ingress (shared)"],
  v6: ["v6", "public ingress (dedicated)"],
  private_v6: ["v6", "private ingress"],
  egress_v4: ["v4", "egress"],
  egress_v6: ["v6", "egress"],
};

function printAddresses(run: Run, addresses: Data[]): void {
  const rows = addresses.map((ip) => {
    const fallback = [ip.type ?? "", String(ip.address).startsWith("fdaa") ? "private" : "public"];
    const [version = "", kind = ""] = kinds[ip.type] ?? fallback;
    return [version, ip.address ?? "", kind, ip.region ?? "", relativeTime(ip.createdAt)];
  });
  run.out(table("", rows, "Version", "IP", "Type", "Region", "Created At"));
}

async function allocateV4(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  if (run.bool("shared")) {
    const input = { appId: appName, type: "shared_v4", region: "" };
    const data = await run.graphql.run(queries.allocateSharedIPAddress, { input });
    const address = data.allocateIpAddress?.app?.sharedIpAddress ?? "";
    run.out(table("", [["v4", address, "shared", "global"]], "Version", "IP", "Type", "Region"));
    return;
  }
  if (!run.bool("yes")) {
    throw new NonInteractive("yes flag must be specified when not running interactively");
  }
  await allocate(run, appName, "v4");
}

async function allocateV6(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  if (!run.bool("private")) return allocate(run, appName, "v6");
  const slug = organizationFlag(run);
  const organization = slug === "" ? undefined : await organizationBySlug(run, slug);
  return allocate(run, appName, "private_v6", {
    ...(organization && { organizationId: organization.id }),
    ...(run.string("network") && { network: run.string("network") }),
  });
}

async function allocate(
  run: Run,
  appId: string,
  type: string,
  more: Record<string, string> = {},
): Promise<void> {
  const input = { appId, type, region: run.string("region"), ...more };
  const data = await run.graphql.run(queries.allocateIPAddress, { input });
  printAddresses(run, [data.allocateIpAddress?.ipAddress ?? {}]);
}

async function release(run: Run): Promise<void> {
  requireSession(run);
  const appId = requireAppName(run);
  for (const ip of run.args) {
    if (isIP(ip) === 0) throw new FlyError(`Invalid IP address: '${ip}'`);
    await run.graphql.run(queries.releaseIPAddress, { input: { appId, ipAddressId: null, ip } });
    run.print(`Released ${ip} from ${appId}`);
  }
}

async function privateAddresses(run: Run): Promise<void> {
  requireSession(run);
  const { machines } = await listMachines(run, requireAppName(run));
  if (run.bool("json")) {
    run.json(machines.map((machine) => machine.private_ip ?? "").filter((address) => address !== ""));
    return;
  }
  const rows = machines.map((machine) => [machine.id, machine.region, machine.private_ip ?? ""]);
  run.out(table("", rows, "ID", "Region", "IP"));
}

export const commands: Record<string, Command> = {
  "ips list": list,
  "ips allocate-v4": allocateV4,
  "ips allocate-v6": allocateV6,
  "ips release": release,
  "ips private": privateAddresses,
};
