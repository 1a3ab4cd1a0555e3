/** Changes an app's secrets and updates its machines. Source: superfly/flyctl internal/command/secrets/secrets.go. */
import type { Data } from "./api/graphql.ts";
import { listMachines } from "./api/machines.ts";
import { wrap } from "./go/errors.ts";
import type { Run } from "./run.ts";

/** Sets values, removes those that are null, and stores the minimum version for machines. */
export async function updateSecrets(
  run: Run,
  app: string,
  values: Record<string, string | null>,
): Promise<void> {
  if (Object.keys(values).length === 0) return;
  const sorted = Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
  const path = `/apps/${encodeURIComponent(app)}/secrets`;
  const answer = await run.flaps.wrapped("failed to update app secrets", "POST", path, { values: sorted });
  run.folder.setMinSecretsVersion(app, Number(answer.version ?? 0));
}

/** Updates the machines with changed secrets, unless the secrets are only staged or there is no machine. */
export async function deploySecrets(
  run: Run,
  app: Data,
  options: { stage: boolean; detach: boolean; checkDns: boolean },
): Promise<void> {
  if (options.stage) {
    run.print(
      "Secrets have been staged, but not set on VMs. Deploy or update machines in this app for the secrets to take effect.",
    );
    return;
  }
  const { machines } = await listMachines(run, app.name);
  if (!app.deployed && machines.length === 0) {
    run.print("Secrets are staged for the first deployment");
    return;
  }
  const { remoteConfig } = await import("./fly-toml/remote.ts");
  const { deployMachines } = await import("./deploy/deploy.ts");
  let config: Awaited<ReturnType<typeof remoteConfig>>;
  try {
    config = await remoteConfig(run, app.name);
  } catch (error) {
    throw wrap("error loading appv2 config", error);
  }
  let flapsApp: Data;
  try {
    flapsApp = await run.flaps.send("GET", `/apps/${app.name}`);
  } catch (error) {
    throw wrap("error getting app", error);
  }
  await deployMachines(run, {
    app: flapsApp,
    config,
    restartOnly: true,
    skipHealthChecks: options.detach,
    skipDnsChecks: options.detach || !options.checkDns,
  });
}
