/**
 * The config of an app's newest release.
 *
 * Source: superfly/flyctl internal/appconfig/remote.go. If there is no release, the official flyctl derives a
 * config from the machines. The stand-in refuses that. If there are no machines either, both report an error.
 */
import { listConfigured, type Machine } from "../api/machines.ts";
import { operations } from "../api/queries.ts";
import { FlyError, wrap } from "../go/errors.ts";
import { isObject } from "../go/json.ts";
import type { Run } from "../run.ts";
import { type AppConfig, toConfig } from "./load.ts";

/** Reads the config of an app's newest release. */
export async function remoteConfig(run: Run, appName: string): Promise<AppConfig> {
  const name = "FlyctlConfigCurrentRelease";
  let definition: unknown;
  try {
    const data = await run.graphql.operation(name, operations.FlyctlConfigCurrentRelease, { appName });
    definition = data.app?.currentReleaseUnprocessed?.configDefinition;
  } catch {
    // After any error the machines are asked next.
  }
  if (!isObject(definition)) return fromMachines(run, appName);
  const config = toConfig(definition, "--config path unset--");
  if (config.error !== undefined) throw config.error;
  return { ...config, appName, sections: { ...config.sections, app: appName } };
}

async function fromMachines(run: Run, appName: string): Promise<never> {
  let machines: Machine[];
  try {
    machines = await listConfigured(run, appName);
  } catch (error) {
    throw wrap(`error listing active machines for ${appName} app`, error);
  }
  const reason =
    machines.length === 0
      ? "could not create a fly.toml from any machines :-(\nNo machines configured for this app"
      : "the stand-in flyctl reads it from releases only";
  throw new FlyError(`failed to grab app config from existing machines, error: ${reason}`);
}
