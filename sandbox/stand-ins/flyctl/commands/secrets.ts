/** `secrets …`. Source: superfly/flyctl internal/command/secrets, internal/appsecrets. */
import { randomBytes } from "node:crypto";
import type { Data } from "../api/graphql.ts";
import { listMachines, type Machine, metadataOf } from "../api/machines.ts";
import { queries } from "../api/queries.ts";
import { requireAppName } from "../app-name.ts";
import { FlyError, wrap } from "../go/errors.ts";
import { table } from "../go/table.ts";
import type { Command, Run } from "../run.ts";
import { parseSecrets } from "../secrets-file.ts";
import { deploySecrets, updateSecrets } from "../secrets-update.ts";
import { requireSession } from "../session.ts";

const mostMachines = 100;

type Status = "Deployed" | "Staged" | "Partial" | "Unknown";

async function set(run: Run): Promise<void> {
  requireSession(run);
  const app = await compactApp(run, requireAppName(run));
  const values: Record<string, string> = {};
  for (const pair of run.args) {
    const at = pair.indexOf("=");
    if (at < 0) throw new FlyError(`could not parse secrets: '${pair}': must be in the format NAME=VALUE`);
    values[pair.slice(0, at)] = pair.slice(at + 1);
  }
  const [first, ...others] = Object.keys(values).filter((name) => values[name] === "-");
  // The first one reads standard input to its end. Nothing is left for the others.
  if (first !== undefined) values[first] = standardInput(run, first);
  for (const name of others) values[name] = "";
  await setAndDeploy(run, app, values);
}

/** The value `-` means standard input: at most 64 KiB, trimmed (helpers/stdin.go). */
function standardInput(run: Run, name: string): string {
  if (run.shell.isTerminal) throw new FlyError(`secret \`${name}\` expects standard input but none provided`);
  const text = run.stdin();
  if (Buffer.byteLength(text) > 64 * 1024) {
    throw new FlyError(`error reading stdin for '${name}': maximum input length exceeded`);
  }
  return text.trim();
}

async function importAll(run: Run): Promise<void> {
  requireSession(run);
  const app = await compactApp(run, requireAppName(run));
  let values: Record<string, string>;
  try {
    values = parseSecrets(run.stdin());
  } catch (error) {
    throw wrap("Failed to parse secrets from stdin", error);
  }
  if (Object.keys(values).length < 1) throw new FlyError("requires at least one SECRET=VALUE pair");
  await setAndDeploy(run, app, values);
}

async function setAndDeploy(run: Run, app: Data, values: Record<string, string>): Promise<void> {
  try {
    await updateSecrets(run, app.name, values);
  } catch (error) {
    throw wrap("update secrets", error);
  }
  await deploySecrets(run, app, deploymentFlags(run));
}

function deploymentFlags(run: Run): { stage: boolean; detach: boolean; checkDns: boolean } {
  return { stage: run.bool("stage"), detach: run.bool("detach"), checkDns: run.bool("dns-checks") };
}

async function unset(run: Run): Promise<void> {
  requireSession(run);
  const app = await compactApp(run, requireAppName(run));
  try {
    await updateSecrets(run, app.name, Object.fromEntries(run.args.map((name) => [name, null])));
  } catch (error) {
    throw wrap("update secrets", error);
  }
  await deploySecrets(run, app, deploymentFlags(run));
}

async function deploy(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  const app = await compactApp(run, appName);
  const { machines } = await listMachines(run, appName);
  if (!app.deployed || machines.length === 0) {
    throw new FlyError("no machines available to deploy", {
      description:
        "'fly secrets deploy' will only work if the app has been deployed and there are machines available",
      suggestion: "Try 'fly deploy' first",
    });
  }
  await deploySecrets(run, app, { ...deploymentFlags(run), stage: false });
}

/** Removes a secret that does not exist, because the answer contains the newest version. */
async function sync(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  const bogus = `BogusDummySecret_${randomBytes(8).toString("hex")}`;
  try {
    await updateSecrets(run, appName, { [bogus]: null });
  } catch (error) {
    throw wrap("sync secrets", error);
  }
}

async function compactApp(run: Run, appName: string): Promise<Data> {
  return (await run.graphql.run(queries.getAppCompact, { appName })).appcompact;
}

async function list(run: Run): Promise<void> {
  requireSession(run);
  const app = requireAppName(run);
  const version = run.folder.minSecretsVersion(app);
  const query = version === undefined ? "" : `?version=${version}`;
  const path = `/apps/${encodeURIComponent(app)}/secrets${query}`;
  const secrets: Data[] = (await run.flaps.wrapped("failed to list app secrets", "GET", path)).secrets ?? [];
  const machines = await machinesOrNone(run, app);
  const many = machines.length > mostMachines;
  const releases = many ? new Map<string, number>() : await releaseTimes(run, app, machines);
  const rows = secrets.map((secret) => ({
    name: String(secret.name ?? ""),
    digest: String(secret.digest ?? ""),
    ...(!many && { status: statusOf(secret, machines, releases) }),
  }));
  if (run.settings.json) {
    run.json(rows);
    return;
  }
  const marks: Record<string, string> = { Staged: "* ", Partial: "! " };
  const cells = rows.map((row) => [
    `${marks[row.status ?? ""] ?? ""}${row.name}`,
    row.digest,
    ...(row.status === undefined ? [] : [row.status]),
  ]);
  run.out(table("", cells, "Name", "Digest", ...(many ? [] : ["Status"])));
  printSummary(
    run,
    rows.filter((row) => row.status === "Staged").length,
    rows.filter((row) => row.status === "Partial").length,
  );
}

/** If the machines cannot be listed, the secrets are printed without them. */
async function machinesOrNone(run: Run, app: string): Promise<Machine[]> {
  try {
    return (await listMachines(run, app)).machines;
  } catch {
    return [];
  }
}

async function releaseTimes(run: Run, app: string, machines: Machine[]): Promise<Map<string, number>> {
  const versions = new Set(machines.map((m) => metadataOf(m, "fly_release_version")).filter((v) => v !== ""));
  const times = new Map<string, number>();
  if (versions.size === 0) return times;
  const limit = Math.min(200, Math.max(versions.size * 2, 20));
  try {
    const path = `/apps/${app}/releases?limit=${limit}`;
    const releases: Data[] = (await run.uiex.send("failed to list releases", "GET", path)).releases ?? [];
    for (const release of releases) {
      const version = String(release.version);
      if (versions.has(version)) times.set(version, Date.parse(release.created_at));
    }
  } catch {
    // Without release times the status is unknown, and the list says so.
  }
  return times;
}

function statusOf(secret: Data, machines: Machine[], releases: Map<string, number>): Status {
  if (machines.length === 0) return "Staged";
  const updated = Date.parse(secret.updated_at ?? "");
  if (Number.isNaN(updated)) return "Unknown";
  const having = machines.filter((machine) => {
    const released = releases.get(metadataOf(machine, "fly_release_version"));
    return released !== undefined && updated <= released;
  }).length;
  if (having === 0) return "Staged";
  return having === machines.length ? "Deployed" : "Partial";
}

function printSummary(run: Run, staged: number, partial: number): void {
  const plural = (count: number) => (count === 1 ? "secret" : "secrets");
  const verb = (count: number) => (count === 1 ? "is" : "are");
  if (staged > 0 && partial > 0) {
    run.print("Some secrets need to be deployed:");
    run.print(`  * ${staged} ${plural(staged)} staged (not yet deployed)`);
    run.print(`  ! ${partial} ${plural(partial)} partially deployed (deployed to some machines)`);
    run.print("\nDeploy with `fly secrets deploy` to sync all machines.");
  } else if (staged > 0) {
    run.print(
      `There ${verb(staged)} ${staged} ${plural(staged)} not deployed. Deploy with \`fly secrets deploy\` to make them available.`,
    );
  } else if (partial > 0) {
    run.print(
      `There ${verb(partial)} ${partial} ${plural(partial)} partially deployed. This can happen during rolling deployments or if some machines failed to update. Deploy with \`fly secrets deploy\` to ensure all machines have the latest configuration.`,
    );
  }
}

export const commands: Record<string, Command> = {
  "secrets list": list,
  "secrets set": set,
  "secrets import": importAll,
  "secrets unset": unset,
  "secrets deploy": deploy,
  "secrets sync": sync,
};
