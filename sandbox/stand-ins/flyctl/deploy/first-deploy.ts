/** Addresses and volumes that a first deployment creates itself. Source: superfly/flyctl deploy/deploy_first.go. */
import type { Data } from "../api/graphql.ts";
import { flatten, processNames } from "../fly-toml/groups.ts";
import { allServices, machineConfig } from "../fly-toml/machine-config.ts";
import { FlyError, messageOf, wrap } from "../go/errors.ts";
import { parseSize } from "../sizes.ts";
import type { Deployment } from "./deployment.ts";

/** Allocates addresses if there are none, and creates missing volumes. */
export async function provision(deployment: Deployment): Promise<void> {
  if (!deployment.isFirst || deployment.restartOnly) return;
  try {
    await provisionIps(deployment);
  } catch (error) {
    deployment.run.shell.stderr(
      `Failed to provision IP addresses. Use \`fly ips\` commands to remediate it. ERROR: ${messageOf(error)}`,
    );
  }
  try {
    await provisionVolumes(deployment);
  } catch (error) {
    throw wrap("failed to provision seed volumes", error);
  }
}

async function provisionIps(deployment: Deployment): Promise<void> {
  const { run, appName } = deployment;
  const services = allServices(deployment.config.sections);
  if (services.length === 0 || deployment.allocateIps === "none") return;
  let known: Data[];
  try {
    known = (await assignments(deployment)) ?? [];
  } catch (error) {
    throw wrap(`error detecting ip addresses allocated to ${appName} app`, error);
  }
  if (known.length > 0) return;
  const kind = deployment.allocateIps === "private" ? "private" : kindOfAddresses(deployment.config.sections);
  if (kind === "shared") {
    run.print(`Provisioning ips for ${appName}`);
    const failed = "after detecting first deploy and presence of services";
    const v6 = await assign(deployment, "v6", `error allocating ipv6 ${failed}`);
    run.print(`  Dedicated ipv6: ${v6}`);
    const v4 = await assign(deployment, "shared_v4", `error allocating shared ipv4 ${failed}`);
    run.print(`  Shared ipv4: ${v4}`);
    run.print("  Add a dedicated ipv4 with: fly ips allocate-v4");
  } else if (kind === "private") {
    run.print(`Provisioning ip address for ${appName}`);
    const failed = "error allocating ipv6 after detecting first deploy and presence of services";
    run.print(`  Private ipv6: ${await assign(deployment, "private_v6", failed)}`);
  }
  // A dedicated address would need an answer to a prompt. Without a terminal none is allocated, and nothing
  // is printed.
  run.print();
}

/** The addresses of the app. */
export async function assignments(deployment: Deployment): Promise<Data[] | undefined> {
  const path = `/apps/${encodeURIComponent(deployment.appName)}/ip_assignments`;
  return (await deployment.run.flaps.wrapped("failed to list app ip assignments", "GET", path)).ips;
}

async function assign(deployment: Deployment, type: string, failed: string): Promise<string> {
  const path = `/apps/${encodeURIComponent(deployment.appName)}/ip_assignments`;
  const slug: string = deployment.app.organization?.slug ?? "";
  const body = { type, region: "", org_slug: slug, network: "", service_name: "" };
  try {
    return (await deployment.run.flaps.wrapped("failed to add ip to app", "POST", path, body)).ip ?? "";
  } catch (error) {
    throw wrap(failed, error);
  }
}

/** Only plain HTTP on 80 and TLS on 443 can share an IPv4 address. */
function kindOfAddresses(sections: Data): "shared" | "dedicated" {
  for (const service of (sections.services ?? []) as Data[]) {
    if (service.protocol === "udp") return "dedicated";
    if (service.protocol !== "tcp") continue;
    for (const port of (service.ports ?? []) as Data[]) {
      const handlers = ((port.handlers ?? []) as string[]).join(",");
      if (port.port !== undefined && port.port !== 80 && port.port !== 443) return "dedicated";
      if (port.port === undefined && (port.start_port !== undefined || port.end_port !== undefined))
        return "dedicated";
      if (port.port === 80 && handlers !== "http") return "dedicated";
      if (port.port === 443 && handlers !== "http,tls" && handlers !== "tls,http") return "dedicated";
    }
  }
  return "shared";
}

/** One volume per group with a mount, in the primary region. */
async function provisionVolumes(deployment: Deployment): Promise<void> {
  if ((deployment.config.sections.mounts ?? []).length === 0) return;
  const there = new Map([...deployment.volumes].map(([name, all]) => [name, all.length]));
  for (const group of processNames(deployment.config)) {
    const config = flatten(deployment.config, group);
    const guest = machineConfig(deployment.config, group).guest ?? deployment.guest;
    for (const mount of (config.sections.mounts ?? []) as Data[]) {
      const left = there.get(mount.source) ?? 0;
      if (left > 0) {
        there.set(mount.source, left - 1);
        continue;
      }
      const size = mount.initial_size
        ? parseSize(mount.initial_size, "GB")
        : deployment.volumeInitialSize || 1;
      deployment.run.print(
        `Creating a ${size} GB volume named '${mount.source}' for process group '${group}'. Use 'fly vol extend' to increase its size`,
      );
      const request = {
        name: mount.source,
        region: config.sections.primary_region ?? "",
        size_gb: size,
        encrypted: true,
        require_unique_zone: null,
        unique_zone_app_wide: null,
        snapshot_retention: mount.snapshot_retention ?? null,
        auto_backup_enabled: mount.scheduled_snapshots ?? null,
        fstype: null,
        snapshot_id: null,
        source_volume_id: null,
        compute: guest ?? null,
        compute_image: deployment.image,
      };
      const path = `/apps/${deployment.appName}/volumes`;
      const volume = await deployment.run.flaps.wrapped("failed to create volume", "POST", path, request);
      deployment.volumes.set(mount.source, [...(deployment.volumes.get(mount.source) ?? []), volume]);
    }
  }
}

/** Refuses mounts without a suitable volume. Source: superfly/flyctl deploy/machines.go (validateVolumeConfig). */
export function checkVolumes(deployment: Deployment, groups: string[]): void {
  for (const group of groups) {
    const mounts: Data[] = flatten(deployment.config, group).sections.mounts ?? [];
    const mine = deployment.machines.filter((one) => one.group === group);
    if (mine.length === 0) {
      for (const mount of mounts) {
        if ((deployment.volumes.get(mount.source) ?? []).length > 0) continue;
        throw new FlyError(
          `creating a new machine in group '${group}' requires an unattached '${mount.source}' volume. Create it with \`fly volume create ${mount.source}\``,
        );
      }
      continue;
    }
    checkMounted(deployment, group, mounts[0], mine);
  }
}

function checkMounted(
  deployment: Deployment,
  group: string,
  mount: Data | undefined,
  machines: Deployment["machines"],
): void {
  const needs = new Map<string, number>();
  for (const { machine } of machines) {
    const [mounted] = machine.config?.mounts ?? [];
    if (mount === undefined && mounted !== undefined) {
      deployment.run.warn(
        `Warning! machine ${machine.id} [${group}] has a volume mounted but app config does not specify a volume.\nThis usually indicates a misconfiguration.`,
      );
      throw new FlyError("yes flag must be specified when not running interactively");
    }
    if (mount !== undefined && mounted === undefined) {
      needs.set(machine.region, (needs.get(machine.region) ?? 0) + 1);
    }
    if (mount !== undefined && mounted?.name && mount.source && mounted.name !== mount.source) {
      throw new FlyError(
        `machine ${machine.id} [${group}] can't update the attached volume ${mount.source} with name '${mounted.volume ?? ""}' by '${mounted.name}'`,
      );
    }
  }
  const free = deployment.volumes.get(mount?.source ?? "") ?? [];
  const missing = [...needs]
    .map(
      ([region, count]) =>
        [region, count - free.filter((volume) => volume.region === region).length] as const,
    )
    .filter(([, count]) => count > 0);
  if (missing.length === 0) return;
  const name = mount?.source ?? "";
  const counts = missing.map(([region, count]) => `${region}=${count}`).join(" ");
  throw new FlyError(
    `Process group '${group}' needs volumes with name '${name}' to fulfill mounts defined in fly.toml; Run \`fly volume create ${name} -r REGION -n COUNT\` for the following regions and counts: ${counts}`,
  );
}
