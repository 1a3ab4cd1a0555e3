/** A machine must survive its first ten seconds. Source: superfly/flyctl deploy/machines_deploymachinesapp.go. */
import { pollLogs } from "../api/app-logs.ts";
import { FlyError, messageOf, wrap } from "../go/errors.ts";
import type { Deployment } from "./deployment.ts";
import type { Leasable } from "./leasable.ts";
import type { StatusLine } from "./status-lines.ts";

/** Fails with the machine's last log lines if it crashes repeatedly. */
export async function smokeChecks(
  deployment: Deployment,
  machine: Leasable,
  line: StatusLine,
): Promise<void> {
  if (deployment.skipSmokeChecks) return;
  try {
    await machine.waitForSmokeChecks(line);
  } catch (error) {
    const logs = await lastLines(deployment, machine);
    const text = messageOf(error);
    const failed = wrap(`smoke checks for ${machine.id} failed`, error);
    throw new FlyError(failed.message, {
      ...failed.details,
      suggestion: `Smoke checks for ${machine.id} failed: ${text}\nCheck its logs: here's the last lines below, or run 'fly logs -i ${machine.id}':\n${logs}`,
    });
  }
}

async function lastLines(deployment: Deployment, machine: Leasable): Promise<string> {
  const region: string = deployment.config.sections.primary_region ?? "";
  try {
    const { entries } = await pollLogs(deployment.run, deployment.appName, {
      token: "",
      region,
      machine: machine.id,
    });
    const since = machine.machine.updated_at ?? "";
    return entries
      .filter((entry) => entry.timestamp >= since)
      .map((entry) => `${entry.message}\n`)
      .join("");
  } catch {
    deployment.run.warn(
      `Warn: got an error retrieving the logs so we can't show you what failed. Use \`fly logs -i ${machine.id}\` or open the monitoring dashboard to see them: https://fly.io/apps/${deployment.appName}/monitoring?region=&instance=${machine.id}`,
    );
    return `<error fetching logs, try \`fly logs -i ${machine.id}>`;
  }
}
