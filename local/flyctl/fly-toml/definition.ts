/**
 * A config as it is stored with a release: what TOML would keep of it.
 *
 * Source: superfly/flyctl internal/appconfig/definition.go, fly-go machine_types.go (MachineAutostop).
 */
import type { Data } from "../api/graphql.ts";
import type { AppConfig } from "./load.ts";

/** The definition that goes along with a release. */
export function toDefinition(config: AppConfig): Data {
  const sections = structuredClone(config.sections);
  for (const service of [sections.http_service, ...((sections.services ?? []) as Data[])]) {
    // TOML has words for what JSON says with a boolean.
    if (service?.auto_stop_machines !== undefined)
      service.auto_stop_machines = word(service.auto_stop_machines);
  }
  return sections;
}

function word(autostop: unknown): string {
  if (autostop === "suspend") return "suspend";
  return autostop === true ? "stop" : "off";
}
