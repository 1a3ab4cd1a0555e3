/** `postgres create|list|attach`. Source: superfly/flyctl internal/command/postgres. */

import type { Data } from "../api/graphql.ts";
import { queries } from "../api/queries.ts";
import { requireAppName } from "../app-name.ts";
import { chooseOrganization, chooseRegion, nodes, platformRegions } from "../choose.ts";
import { FlyError, messageOf, NonInteractive, wrap } from "../go/errors.ts";
import { conform } from "../go/json.ts";
import { table } from "../go/table.ts";
import { relativeTime } from "../go/time.ts";
import { launchPostgres, type PostgresOrder } from "../postgres-launch.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";
import { guestOfFlags } from "../sizes.ts";
import { generatedName } from "./apps.ts";

const notice =
  "\nUnmanaged Fly Postgres is not supported by Fly.io Support and users are responsible for operations, management, and disaster recovery. If you'd like a managed, supported solution, try 'fly mpg' (Managed Postgres).\n" +
  "Please visit https://fly.io/docs/mpg/overview/ for more information about Managed Postgres.\n";

/** Flags other than --vm-size that define a custom size. */
const customFlags = [
  "vm-cpus",
  "vm-memory",
  "vm-max-memory",
  "vm-cpu-kind",
  "vm-gpu-kind",
  "vm-gpus",
  "host-dedication-id",
];

/** The values of `--vm-size` for this command. They differ from those of all other commands. */
const sizes: Record<string, { cpu_kind: string; cpus: number; memory_mb: number }> = {
  "shared-cpu-1x": { cpu_kind: "shared", cpus: 1, memory_mb: 256 },
  "shared-cpu-2x": { cpu_kind: "shared", cpus: 2, memory_mb: 4096 },
  "shared-cpu-4x": { cpu_kind: "shared", cpus: 4, memory_mb: 8192 },
  "shared-cpu-8x": { cpu_kind: "shared", cpus: 8, memory_mb: 16384 },
  "performance-1x": { cpu_kind: "performance", cpus: 1, memory_mb: 2048 },
  "performance-2x": { cpu_kind: "performance", cpus: 2, memory_mb: 4096 },
  "performance-4x": { cpu_kind: "performance", cpus: 4, memory_mb: 8192 },
  "performance-8x": { cpu_kind: "performance", cpus: 8, memory_mb: 16384 },
  "performance-16x": { cpu_kind: "performance", cpus: 16, memory_mb: 32768 },
};

async function create(run: Run): Promise<void> {
  run.warn(notice);
  requireSession(run);
  await platformRegions(run);
  const name = run.string("name") || (run.bool("generate-name") ? generatedName() : "");
  if (name === "")
    throw new NonInteractive("name argument or flag must be specified when not running interactively");
  const organization = await chooseOrganization(run);
  for (const flag of ["fork-from", "stolon", "enable-backups", "snapshot-id"]) {
    if (run.string(flag) !== "" && run.string(flag) !== "false")
      throw new FlyError(`'flyctl postgres create --${flag}' is not served by the stand-in flyctl`);
  }
  const region = await chooseRegion(run, { splitPaid: !organization.paidPlan });
  const order: PostgresOrder = {
    name,
    organization,
    region: region.code,
    password: run.string("password"),
    imageRef: run.string("image-ref"),
    autostart: run.bool("autostart"),
    ...chooseConfiguration(run),
  };
  run.print(`Creating postgres cluster in organization ${organization.slug}`);
  await launchPostgres(run, order, run.bool("detach"));
}

/** Size, number and disk. If a flag is missing, the official flyctl prompts. */
function chooseConfiguration(run: Run): Pick<PostgresOrder, "guest" | "count" | "volumeGb"> {
  const custom = customFlags.some((flag) => run.has(flag));
  const [count, volumeGb, size] = [
    run.int("initial-cluster-size"),
    run.int("volume-size"),
    run.string("vm-size"),
  ];
  if (!custom && volumeGb === 0 && size === "" && count === 0) {
    run.out("For pricing information visit: https://fly.io/docs/about/pricing/");
    throw new NonInteractive();
  }
  if (count === 0) throw new NonInteractive();
  const guest = custom ? guestOfFlags(run) : sizes[size];
  if (guest === undefined) {
    if (size === "") throw new NonInteractive();
    throw new FlyError(
      `VM size ${JSON.stringify(size)} is not valid. For a full list of supported sizes use the command 'flyctl platform vm-sizes'`,
    );
  }
  if (volumeGb === 0) throw new NonInteractive();
  return { guest, count, volumeGb };
}

async function list(run: Run): Promise<void> {
  run.warn(notice);
  let apps: Data[];
  try {
    apps = await postgresApps(run);
  } catch (error) {
    throw wrap("failed to list postgres clusters", error);
  }
  if (apps.length === 0) {
    run.print("No postgres clusters found");
    return;
  }
  if (run.settings.json) {
    run.json(apps.map((app) => conform("App", app)));
    return;
  }
  const rows = apps.map((app) => [
    app.name,
    app.organization?.slug ?? "",
    app.status ?? "",
    app.deployed && app.currentRelease ? relativeTime(app.currentRelease.createdAt) : "",
  ]);
  run.out(table("", rows, "Name", "Owner", "Status", "Latest Deploy"));
}

async function postgresApps(run: Run): Promise<Data[]> {
  const apps: Data[] = [];
  for (let after = ""; ; ) {
    const page = (await run.graphql.run(queries.getAppsPage, { role: "postgres_cluster", after })).apps;
    apps.push(...nodes<Data>(page));
    if (!page?.pageInfo?.hasNextPage) return apps;
    after = page.pageInfo.endCursor;
  }
}

/**
 * The official flyctl connects to the database through WireGuard, which the local Fly does not have. The
 * stand-in does the steps before that.
 */
async function attach(run: Run): Promise<void> {
  run.warn(notice);
  requireSession(run);
  const appName = requireAppName(run);
  const [postgres = ""] = run.args;
  let database: Data;
  try {
    database = (await run.graphql.run(queries.getAppCompact, { appName: postgres })).appcompact;
  } catch (error) {
    throw wrap(`failed retrieving postgres app ${postgres}`, error);
  }
  if (database.postgresAppRole?.name !== "postgres_cluster") {
    throw new FlyError(`app ${postgres} is not a postgres app`);
  }
  try {
    await run.graphql.run(queries.getAppCompact, { appName });
  } catch (error) {
    throw wrap(`failed retrieving app ${appName}`, error);
  }
  try {
    await run.graphql.run(queries.validateWireGuardPeers, { input: { peerIps: [] } });
  } catch (error) {
    throw new FlyError(`can't establish agent ${messageOf(error)}`);
  }
  throw new FlyError("can't establish agent: the stand-in flyctl has no WireGuard");
}

export const commands: Record<string, Command> = {
  "postgres attach": attach,
  "postgres create": create,
  "postgres list": list,
};
