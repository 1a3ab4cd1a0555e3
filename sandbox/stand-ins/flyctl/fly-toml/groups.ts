/**
 * Process groups, and the parts of a config for one group. Source: superfly/flyctl
 * internal/appconfig/processgroups.go.
 */
import type { Data } from "../api/graphql.ts";
import { wrap } from "../go/errors.ts";
import type { AppConfig } from "./load.ts";

/** The groups of [processes], sorted; "app" if there are none. */
export function processNames(config: AppConfig): string[] {
  const names = Object.keys(config.sections.processes ?? {}).sort();
  return names.length > 0 ? names : [config.defaultGroup];
}

/** "app" if this group exists, else the first group. */
export function defaultProcess(config: AppConfig): string {
  const names = processNames(config);
  return names.includes(config.defaultGroup) ? config.defaultGroup : (names[0] ?? "app");
}

/** `['sidekiq', 'web']`. */
export function formatProcessNames(config: AppConfig): string {
  return `[${processNames(config)
    .map((name) => `'${name}'`)
    .join(", ")}]`;
}

/** The config of one group, with only its services, checks, mounts, files, restarts and size. */
export function flatten(config: AppConfig, group: string): AppConfig {
  if (config.error !== undefined) {
    throw wrap("can not flatten an invalid v2 application config", config.error);
  }
  const name = group || defaultProcess(config);
  const mine = (processes: string[] | undefined) =>
    processes === undefined || processes.length === 0
      ? name === defaultProcess(config)
      : processes.some((one) => one === name || (one === "" && name === defaultProcess(config)));
  const all = structuredClone(config.sections);
  const own = (list: Data[] | undefined) =>
    list?.filter((item) => mine(item.processes)).map((item) => ({ ...item, processes: [name] }));
  const sections: Data = { ...all };
  const processes = Object.entries(all.processes ?? {}).filter(([key]) => key === name);
  sections.processes = Object.fromEntries(processes);
  sections.checks = Object.fromEntries(
    Object.entries((all.checks ?? {}) as Record<string, Data>)
      .filter(([, check]) => mine(check.processes))
      .map(([key, check]) => [key, { ...check, processes: [name] }]),
  );
  const http = all.http_service as Data | undefined;
  sections.http_service = http && mine(http.processes) ? { ...http, processes: [name] } : undefined;
  for (const key of ["services", "mounts", "files", "metrics", "restart"]) sections[key] = own(all[key]);
  const compute = computeFor(config, name);
  sections.vm = compute === undefined ? [] : [{ ...compute, processes: [name] }];
  if (compute?.host_dedication_id) sections.host_dedication_id = compute.host_dedication_id;
  return { ...config, path: "--flatten--", sections, defaultGroup: name };
}

/** The most specific [[vm]] of a group: one that names the group, else one for all groups. */
export function computeFor(config: AppConfig, group: string): Data | undefined {
  const all: Data[] = config.sections.vm ?? [];
  const isDefault = group === defaultProcess(config);
  const fitting = all.filter((vm) => {
    const processes: string[] = vm.processes ?? [];
    return processes.length === 0 || processes.includes(group) || (isDefault && processes.includes(""));
  });
  return fitting.findLast((vm) => vm.processes?.includes(group)) ?? fitting[0];
}
