/** `scale count`. Source: superfly/flyctl internal/command/scale/count.go, count_machines.go, machine_defaults.go. */
import type { Data } from "../api/graphql.ts";
import { listMachines, type Machine } from "../api/machines.ts";
import { queries } from "../api/queries.ts";
import { requireAppName } from "../app-name.ts";
import { nodes } from "../choose.ts";
import { liveVolumes } from "../commands/volumes.ts";
import { warnAboutEgress } from "../egress.ts";
import { processNames } from "../fly-toml/groups.ts";
import type { AppConfig } from "../fly-toml/load.ts";
import { remoteConfig } from "../fly-toml/remote.ts";
import { FlyError, joinErrors, NonInteractive } from "../go/errors.ts";
import { conform } from "../go/json.ts";
import { withLeases } from "../leases.ts";
import type { Run } from "../run.ts";
import { requireSession } from "../session.ts";
import { guestOfFlags, sizeOf } from "../sizes.ts";
import { type Action, type Defaults, planActions } from "./actions.ts";
import { parseGroupCounts } from "./plan.ts";

const atOnce = 5;

/** Scales groups to a number of machines. */
export async function scaleCount(run: Run): Promise<void> {
  requireSession(run);
  const app = requireAppName(run);
  const config = await remoteConfig(run, app);
  const wanted = parseGroupCounts(run.args, run.string("process-group") || "app");
  const names = processNames(config);
  const unknown = [...wanted.keys()].filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new FlyError(
      `Attempting to scale unknown process groups [${unknown.join(" ")}] but valid names are [${names.join(" ")}].\n` +
        " Use `fly scale count COUNT --process-group=NAME` \n" +
        " or multi group syntax `fly scale count NAME1=COUNT1 NAME2=COUNT2 ...`",
    );
  }
  const machines = (await listMachines(run, app)).machines.filter((machine) => machine.config);
  const release = await completeRelease(run, app);
  const regions = regionsOf(run, config, machines);
  const volumes = await liveVolumes(run, app);
  const defaults: Defaults = {
    config,
    release,
    machines,
    fallback: guestOfFlags(run),
    volumes,
    free: run.bool("with-new-volumes") ? [] : volumes.filter(isFree),
    snapshot: run.string("from-snapshot"),
  };
  const actions = planActions(wanted, regions, run.int("max-per-region"), defaults);
  for (const action of actions) action.config.env = { ...action.config.env, ...environment(run) };
  if (actions.length === 0) {
    run.print("App already scaled to desired state. No need for changes");
    return;
  }
  run.print(`App '${app}' is going to be scaled according to this plan:`);
  for (const action of actions) printAction(run, action);
  if (!run.bool("yes"))
    throw new NonInteractive("--yes flag must be specified when not running interactively");
  await withLeases(run, app, machines, (held) => carryOut(run, app, actions, held));
  await warnAboutEgress(run, app, regions);
}

async function completeRelease(run: Run, appName: string): Promise<Data> {
  const variables = { appName, limit: 1, status: "complete" };
  const data = await run.graphql.run(queries.getAppReleasesMachines, variables);
  const [release] = nodes<Data>(data.app?.releases);
  if (release !== undefined) return release;
  throw new FlyError(
    "this app has no complete releases. Run `fly deploy` to create one and rerun this command",
  );
}

function regionsOf(run: Run, config: AppConfig, machines: Machine[]): string[] {
  if (run.string("region") !== "") return run.string("region").split(",");
  const found = [...new Set(machines.map((machine) => machine.region))];
  return found.length > 0 ? found : [config.sections.primary_region ?? ""];
}

function isFree(volume: Data): boolean {
  return !volume.attached_machine_id && !volume.attached_alloc_id && volume.host_status === "ok";
}

function environment(run: Run): Record<string, string> {
  return Object.fromEntries(
    run.list("env").map((pair) => {
      const at = pair.indexOf("=");
      if (at < 0)
        throw new FlyError(`failed parsing environment: '${pair}': must be in the format NAME=VALUE`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

function printAction(run: Run, action: Action): void {
  const { group, region, delta } = action;
  const guest = delta > 0 ? action.config.guest : (action.machines[0]?.config?.guest ?? action.config.guest);
  run.print(
    `${signed(delta)} machines for group '${group}' on region '${region}' of size '${sizeOf(guest)}'`,
  );
  const reused = action.volumes.length;
  const created = action.newVolume === undefined ? 0 : delta - reused;
  if (reused > 0 && created > 0) {
    run.print(
      `${signed(created)} volumes and ${reused} unattached volumes assigned to group '${group}' in region '${region}'`,
    );
  } else if (reused > 0) {
    run.print(
      `${`${reused}`.padStart(4)} unattached volumes to be assigned to group '${group}' in region '${region}'`,
    );
  } else if (created > 0) {
    run.print(`${signed(created)} volumes  for group '${group}' in region '${region}'`);
  }
}

function signed(number: number): string {
  return `${number < 0 ? "" : "+"}${number}`.padStart(4);
}

/** Runs the changes, five at a time. */
async function carryOut(run: Run, app: string, actions: Action[], held: Machine[]): Promise<void> {
  run.print("Executing scale plan");
  const work: (() => Promise<void>)[] = [];
  for (const action of actions) {
    for (let i = 0; i < action.delta; i++) work.push(() => launch(run, app, action, i));
    for (let i = 0; i < -action.delta; i++) {
      const machine = action.machines[i] as Machine;
      const leased = held.find((one) => one.id === machine.id) ?? machine;
      work.push(() => destroy(run, app, action, leased));
    }
  }
  const errors: unknown[] = [];
  const worker = async () => {
    for (let next = work.shift(); next !== undefined; next = work.shift()) {
      await next().catch((error) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (errors.length > 0) throw joinErrors(errors);
}

async function launch(run: Run, app: string, action: Action, index: number): Promise<void> {
  const config = structuredClone(action.config);
  const [mount] = config.mounts ?? [];
  if (mount !== undefined) {
    mount.volume = (action.volumes[index] ?? (await createVolume(run, app, action.newVolume as Data))).id;
  }
  const input = conform("LaunchMachineInput", {
    config,
    region: action.region,
    min_secrets_version: run.folder.minSecretsVersion(app) ?? null,
  });
  const path = `/apps/${app}/machines`;
  const machine = (await run.flaps.wrapped("failed to launch VM", "POST", path, input)) as unknown as Machine;
  const volume = machine.config?.mounts?.[0]?.volume;
  run.print(
    `  Created ${machine.id} group:${action.group} region:${action.region} size:${sizeOf(machine.config?.guest)}${volume === undefined ? "" : ` volume:${volume}`}`,
  );
}

async function createVolume(run: Run, app: string, request: Data): Promise<Data> {
  const from = request.snapshot_id === null ? "" : ` from-snapshot:${request.snapshot_id}`;
  run.print(`  Creating volume ${request.name} region:${request.region} size:${request.size_gb}GiB${from}`);
  return run.flaps.wrapped("failed to create volume", "POST", `/apps/${app}/volumes`, request);
}

async function destroy(run: Run, app: string, action: Action, machine: Machine): Promise<void> {
  const path = `/apps/${app}/machines/${machine.id}?kill=true`;
  await run.flaps.order(`failed to destroy VM ${machine.id}`, "DELETE", path, undefined, machine.nonce);
  const size = sizeOf(machine.config?.guest);
  run.print(`  Destroyed ${machine.id} group:${action.group} region:${action.region} size:${size}`);
}
