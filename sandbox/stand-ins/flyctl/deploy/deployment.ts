/** The data of a running deployment. Source: superfly/flyctl internal/command/deploy/machines.go. */
import type { Data } from "../api/graphql.ts";
import type { Guest } from "../api/machines.ts";
import { processNames } from "../fly-toml/groups.ts";
import type { AppConfig } from "../fly-toml/load.ts";
import type { Run } from "../run.ts";
import type { Leasable } from "./leasable.ts";

/** The parameters of a deployment. */
export interface DeploymentArgs {
  /** The app as the Machines API returns it. */
  app: Data;
  config: AppConfig;
  /** Image reference without digest; undefined if `restartOnly` is set. */
  image?: string;
  buildId?: number;
  restartOnly?: boolean;
  skipSmokeChecks?: boolean;
  skipHealthChecks?: boolean;
  skipDnsChecks?: boolean;
  skipReleaseCommand?: boolean;
  waitTimeoutMs?: number | undefined;
  releaseCommandTimeoutMs?: number | undefined;
  leaseTimeoutMs?: number | undefined;
  /** Size of new machines in groups without [[vm]]. */
  guest?: Guest;
  /** True: two machines per group with services, a standby for each other group. */
  highAvailability?: boolean;
  updateOnly?: boolean;
  allocateIps?: "public" | "private" | "none";
  volumeInitialSize?: number;
  maxConcurrent?: number;
  filters?: MachineFilters;
}

/** Filters for the machines of the deployment. */
export interface MachineFilters {
  regions: string[];
  excludeRegions: string[];
  onlyMachines: string[];
  excludeMachines: string[];
  processGroups: string[];
}

/** A running deployment. */
export interface Deployment extends DeploymentArgs {
  run: Run;
  appName: string;
  image: string;
  machines: Leasable[];
  releaseCommandMachine: Leasable | undefined;
  /** Unattached volumes by name. */
  volumes: Map<string, Data[]>;
  strategy: string;
  releaseId: string;
  releaseVersion: number;
  waitTimeoutMs: number;
  releaseCommandTimeoutMs: number;
  leaseTimeoutMs: number;
  isFirst: boolean;
  /** Groups whose listening addresses were checked. */
  listenChecked: Set<string>;
}

/** The groups of the deployment, sorted. */
export function groupsOf(deployment: Deployment): string[] {
  const only = deployment.filters?.processGroups ?? [];
  const names = processNames(deployment.config);
  return only.length === 0 ? names : names.filter((name) => only.includes(name));
}

/** Takes an unattached volume with a name, in a region. */
export function popVolume(deployment: Deployment, name: string, region: string): Data | undefined {
  const volumes = deployment.volumes.get(name) ?? [];
  const at = volumes.findIndex((volume) => region === "" || volume.region === region);
  return at < 0 ? undefined : volumes.splice(at, 1)[0];
}
