/**
 * A deployment to machines.
 *
 *     look (machines, volumes, image) ─► provision (first time) ─► release ─► release_command
 *          ─► destroy machines of groups that are gone ─► launch groups that have none ─► update the rest
 *          ─► release complete (or failed)
 *
 * Every deployment makes a release and updates every machine, even if nothing has changed.
 *
 * Source: superfly/flyctl internal/command/deploy/machines.go, machines_deploymachinesapp.go.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Data } from "../api/graphql.ts";
import { isReleaseCommand, listActive, listMachines, type Machine } from "../api/machines.ts";
import { operations } from "../api/queries.ts";
import { version } from "../cli/grammar.ts";
import { destroyOne } from "../commands/machine.ts";
import { liveVolumes } from "../commands/volumes.ts";
import { warnAboutEgress } from "../egress.ts";
import { defaultProcess, flatten } from "../fly-toml/groups.ts";
import { allServices } from "../fly-toml/machine-config.ts";
import { validateGroups } from "../fly-toml/validate.ts";
import { FlyError, messageOf, statusOf, wrap } from "../go/errors.ts";
import type { Run } from "../run.ts";
import { type Deployment, type DeploymentArgs, groupsOf, type MachineFilters } from "./deployment.ts";
import { checkDns } from "./dns.ts";
import { checkVolumes, provision } from "./first-deploy.ts";
import { inputForRestart, inputForUpdate } from "./launch-input.ts";
import { Leasable } from "./leasable.ts";
import { launchGroups } from "./new-machines.ts";
import { runReleaseCommand } from "./release-command.ts";
import { inputFailed, updateExisting } from "./rolling.ts";

const fiveMinutes = 5 * 60_000;
const leaseMs = 13_000;

/** Runs a deployment. */
export async function deployMachines(run: Run, args: DeploymentArgs): Promise<void> {
  const deployment = await prepare(run, args);
  if (!args.restartOnly) await warnAboutEgress(run, deployment.appName);
  await carryOut(deployment);
}

async function prepare(run: Run, args: DeploymentArgs): Promise<Deployment> {
  const verdict = validateGroups(args.config, args.filters?.processGroups ?? []);
  if (!verdict.valid) {
    run.shell.stderr(verdict.text);
    throw new FlyError("App configuration is not valid");
  }
  const { deploy } = args.config.sections as { deploy?: Data };
  const appName: string = args.app.name;
  const deployment: Deployment = {
    ...args,
    run,
    appName,
    image: args.image ?? "",
    machines: [],
    releaseCommandMachine: undefined,
    volumes: new Map(),
    strategy: deploy?.strategy || "rolling",
    releaseId: "",
    releaseVersion: 0,
    waitTimeoutMs: args.waitTimeoutMs ?? fiveMinutes,
    releaseCommandTimeoutMs: args.releaseCommandTimeoutMs ?? fiveMinutes,
    leaseTimeoutMs: args.leaseTimeoutMs ?? leaseMs,
    isFirst: false,
    listenChecked: new Set(),
  };
  refuseStrategy(deployment.strategy);
  await findMachines(deployment);
  await findVolumes(deployment);
  await findImage(deployment);
  const deployed = ["deployed", "suspended"].includes(args.app.status);
  deployment.isFirst ||= !deployed && deployment.machines.length === 0;
  await provision(deployment);
  checkVolumes(deployment, groupsOf(deployment));
  await createRelease(deployment);
  return deployment;
}

function refuseStrategy(strategy: string): void {
  if (strategy !== "bluegreen" && strategy !== "canary") return;
  throw new FlyError(`deployments with ${strategy} strategy are not served by the stand-in flyctl`);
}

async function findMachines(deployment: Deployment): Promise<void> {
  const { run, appName } = deployment;
  const { machines, releaseCommand } = await listMachines(run, appName);
  const active = machines.length === 0 ? await listActive(run, appName) : [];
  const filters = deployment.filters ?? noFilters;
  const wanted = machines.filter((machine) => takesPart(filters, machine));
  if (machines.length === 0 && active.length > 0) {
    run.warn(
      "\u001b[33m[WARNING]\u001b[0m Your app doesn't have any Fly Launch machines, so we'll create one now. Learn more at \nhttps://fly.io/docs/launch/\n",
    );
    deployment.isFirst = true;
  }
  const applied = machines.length > 0 ? namesOf(filters) : [];
  if (applied.length > 0) {
    const s = applied.length > 1 ? "s" : "";
    run.warn(
      `${applied.join("/")} filter${s} applied, deploying to ${wanted.length}/${machines.length} machines`,
    );
  }
  for (const machine of wanted) {
    const metadata = machine.config?.metadata;
    if (metadata === undefined) continue;
    metadata.fly_flyctl_version = version;
    metadata.fly_process_group ||= defaultProcess(deployment.config);
  }
  deployment.machines = wanted.map((machine) => new Leasable(run, appName, machine, true));
  if (releaseCommand !== undefined && isReleaseCommand(releaseCommand)) {
    deployment.releaseCommandMachine = new Leasable(run, appName, releaseCommand, true);
  }
}

const noFilters: MachineFilters = {
  regions: [],
  excludeRegions: [],
  onlyMachines: [],
  excludeMachines: [],
  processGroups: [],
};

function takesPart(filters: MachineFilters, machine: Machine): boolean {
  const only = (list: string[], value: string) => list.length === 0 || list.includes(value);
  return (
    only(filters.regions, machine.region) &&
    !filters.excludeRegions.includes(machine.region) &&
    only(filters.onlyMachines, machine.id) &&
    !filters.excludeMachines.includes(machine.id) &&
    only(filters.processGroups, machine.config?.metadata?.fly_process_group ?? "")
  );
}

function namesOf(filters: MachineFilters): string[] {
  const names: [string[], string][] = [
    [filters.regions, "--regions"],
    [filters.excludeRegions, "--exclude-regions"],
    [filters.onlyMachines, "--only-machines"],
    [filters.excludeMachines, "--exclude-machines"],
    [filters.processGroups, "--process-groups"],
  ];
  return names.filter(([list]) => list.length > 0).map(([, name]) => name);
}

async function findVolumes(deployment: Deployment): Promise<void> {
  if ((deployment.config.sections.mounts ?? []).length === 0) return;
  let volumes: Data[];
  try {
    volumes = await liveVolumes(deployment.run, deployment.appName);
  } catch (error) {
    throw wrap("Error fetching application volumes", error);
  }
  const free = volumes.filter(
    (v) => !v.attached_alloc_id && !v.attached_machine_id && v.host_status === "ok",
  );
  deployment.volumes = Map.groupBy(free, (volume) => String(volume.name));
}

/** A deployment without its own image (for secrets, for example) uses the image of the newest release. */
async function findImage(deployment: Deployment): Promise<void> {
  if (deployment.image !== "") return;
  try {
    const variables = { appName: deployment.appName };
    const data = await deployment.run.graphql.operation("LatestImage", operations.LatestImage, variables);
    deployment.image = data.app?.currentReleaseUnprocessed?.imageRef ?? "";
    if (deployment.image === "")
      throw new FlyError(`current release not found for app ${deployment.appName}`);
  } catch (error) {
    const image = deployment.machines[0]?.machine.config?.image;
    if (image === undefined) {
      throw wrap("could not find image to use for deployment; backend error was", error);
    }
    deployment.image = image;
  }
}

async function createRelease(deployment: Deployment): Promise<void> {
  const body = {
    app_name: deployment.appName,
    build_id: deployment.buildId ?? 0,
    definition: deployment.config.sections,
    image: deployment.image,
    strategy: deployment.strategy.toUpperCase(),
  };
  const answer = await deployment.run.uiex.send("failed to create release", "POST", "/releases", body);
  deployment.releaseId = answer.release?.id ?? "";
  deployment.releaseVersion = answer.release?.version ?? 0;
}

async function carryOut(deployment: Deployment): Promise<void> {
  const { run } = deployment;
  try {
    await setReleaseStatus(deployment, "running", null);
  } catch (error) {
    throw wrap("failed to set release status to 'running'", error);
  }
  let failure: { error: unknown } | undefined;
  try {
    if (deployment.restartOnly) await restartMachines(deployment);
    else await changeMachines(deployment);
  } catch (error) {
    failure = { error };
  }
  const error = failure === undefined ? "" : messageOf(failure.error);
  const metadata = { post_deployment_info: { flyctl_version: version, error } };
  try {
    await setReleaseStatus(deployment, failure === undefined ? "complete" : "failed", metadata);
  } catch (reason) {
    const when = failure === undefined ? "successful deployment" : "deployment failure";
    run.caution(`failed to set final release status after ${when}: ${messageOf(reason)}\n`);
  }
  if (failure !== undefined) throw failure.error;
  if (!deployment.skipDnsChecks) await checkDns(deployment);
  if (run.env.FLY_EMIT_RELEASE_JSON) {
    const { releaseId: id, releaseVersion: number, image } = deployment;
    run.print(JSON.stringify({ id, version: number, image_ref: image }));
  }
}

/** If the server fails, the status is set again, up to twice. */
async function setReleaseStatus(deployment: Deployment, status: string, metadata: unknown): Promise<void> {
  const path = `/releases/${deployment.releaseId}`;
  for (let attempt = 1; ; attempt++) {
    try {
      const failed = "failed to update release";
      await deployment.run.uiex.send(failed, "PATCH", path, { metadata, status });
      return;
    } catch (error) {
      const code = statusOf(error);
      if (attempt >= 3 || (code !== undefined && code < 500)) throw error;
      await sleep(500 * 2 ** (attempt - 1));
    }
  }
}

async function restartMachines(deployment: Deployment): Promise<void> {
  const entries = deployment.machines.map((machine) => ({
    machine,
    input: inputForRestart(deployment, machine.machine),
  }));
  await updateExisting(deployment, entries);
}

async function changeMachines(deployment: Deployment): Promise<void> {
  if (!deployment.skipReleaseCommand) {
    try {
      await runReleaseCommand(deployment);
    } catch (error) {
      const details = error instanceof FlyError ? error.details : {};
      const message = `release command failed - aborting deployment. ${messageOf(error)}`;
      throw new FlyError(message, { ...details, cause: error });
    }
  }
  const groups = groupsOf(deployment);
  const surplus = deployment.machines.filter((machine) => !groups.includes(machine.group));
  const empty = groups.filter((group) => !deployment.machines.some((machine) => machine.group === group));
  tellChanges(deployment, surplus, empty);
  deployment.machines = deployment.machines.filter((machine) => !surplus.includes(machine));
  for (const machine of surplus) {
    await machine.releaseLease();
    await destroyOne(deployment.run, deployment.appName, machine.machine, true);
  }
  if (!deployment.updateOnly) await launchGroups(deployment, empty);
  const entries = deployment.machines.map((machine) => {
    try {
      return { machine, input: inputForUpdate(deployment, machine.machine) };
    } catch (error) {
      throw inputFailed(machine, error);
    }
  });
  await updateExisting(deployment, entries);
}

function tellChanges(deployment: Deployment, surplus: Leasable[], empty: string[]): void {
  const { run } = deployment;
  if (surplus.length === 0 && empty.length === 0) return;
  run.print(deployment.isFirst ? "This deployment will:" : "Process groups have changed. This will:");
  for (const [group, machines] of Map.groupBy(surplus, (machine) => machine.group)) {
    run.print(` * destroy ${machines.length} "${group}" machine${machines.length === 1 ? "" : "s"}`);
  }
  for (const group of empty) {
    const { sections } = flatten(deployment.config, group);
    const alone = !deployment.highAvailability || (sections.mounts ?? []).length > 0;
    const more = allServices(sections).length > 0 ? `2 "${group}" machines` : undefined;
    const one = `1 "${group}" machine`;
    run.print(` * create ${alone ? one : (more ?? `${one} and 1 standby machine for it`)}`);
  }
  run.print();
}
