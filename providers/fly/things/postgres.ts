import { setParts } from "../../rules/config-parts.ts";
import * as argv from "../call/argv.ts";
import { DriverError, FlyctlFailure, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import { gone, type Task } from "../kind.ts";
import type { Observation, PostgresOutput, PostgresSpec } from "../spec.ts";
import { refuseNewName } from "./app.ts";
import { strike } from "./debts.ts";
import { secretsOf } from "./listed-secrets.ts";
import { isGone, type Machine, machinesOf, sizeDifferences, sizeOf } from "./machines.ts";
import { destroyApp, find, inOrganisation, notOurs, takeBack as takeBackApp } from "./ownership.ts";
import { peopleIn } from "./people.ts";
import { type Cluster, clusterOf, isFresh, lost } from "./postgres-cluster.ts";
import { awaitServer, ensureCreated, identifier, letIn, literal, sql } from "./psql.ts";
import { scramVerifier } from "./scram.ts";
import { primaryAmong } from "./server.ts";
import {
  growVolume,
  keepSnapshots,
  retentionDifference,
  shrinking,
  type Volume,
  volumeOf,
  volumesOf,
} from "./volumes.ts";

/**
 * Unmanaged Postgres on one machine, with one role and one database.
 *
 * `postgres attach` is not used: it needs a tunnel, prints the password, and leaves half an attachment behind
 * when it is stopped. Instead, SQL creates the role and the database (psql.ts), and the Pulumi program makes
 * DATABASE_URL.
 */
const key = "mastiff:postgres";

export async function ensure({ spec, secrets, previous, fly }: Task<PostgresSpec>): Promise<PostgresOutput> {
  const { app, database, user } = spec;
  const password = secrets.password;
  if (password === undefined) throw new Error("stdin has no password");
  refuseNewName(app, previous);
  const cluster = await clusterOf(fly, spec, previous);
  const { machine } = cluster;
  await grow(fly, spec, cluster);
  say("database", "waiting for the server");
  await awaitServer(fly, app, machine.id);
  await ensureRole(fly, app, machine.id, spec, password);
  // A cluster that this run has made has neither role nor database: nobody has to be asked.
  const isNew = fly.made.has(app);
  if (isNew || (await sql(fly, app, machine.id, has("pg_database", "datname", database))).length === 0) {
    say("database", `creating database ${database}`);
    await ensureCreated(
      fly,
      app,
      machine.id,
      `CREATE DATABASE ${identifier(database)} OWNER ${identifier(user)}`,
    );
  }
  return { app, host: `${app}.flycast`, port: 5432, database, user };
}

export async function destroy({ spec, previous, fly }: Task<PostgresSpec>): Promise<void> {
  const found = await find(fly, spec, previous);
  if (found?.owner === "another stack's") throw notOurs(spec, found.owner);
  if (found?.owner === "unmarked" && !(await isFresh(fly, spec, found))) throw notOurs(spec, found.owner);
  if (found?.owner === "ours" && spec.dispensable !== true) await refuseContent(fly, spec);
  // DATABASE_URL before the database: an old DATABASE_URL would be in the way of the next database.
  for (const app of spec.consumers) await detach(fly, spec, app);
  if (found === undefined) return;
  say("database", "destroying it");
  await destroyApp(fly, spec.app);
}

export async function takeBack({ spec, fly }: Task<PostgresSpec>): Promise<void> {
  // Never a cluster of an earlier run: its mark was set once it served, so its volume may hold the community.
  await takeBackApp(fly, spec, async () => false);
}

/** Unsets DATABASE_URL in an app. The app may vanish meanwhile: both are destroyed in parallel. */
async function detach(fly: Fly, { org }: PostgresSpec, app: string): Promise<void> {
  if (!(await inOrganisation(fly, org, app))) return;
  try {
    const has = (await secretsOf(fly, app)).some((secret) => secret.name === "DATABASE_URL");
    if (has) await fly.repeatable(argv.secretsUnset(app, ["DATABASE_URL"]), { app });
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || error.reason !== "absent") throw error;
  }
}

/** @throws when there may be an account: nobody has said that the community ends, and no last dump exists. */
async function refuseContent(fly: Fly, { app, database }: PostgresSpec): Promise<void> {
  const machine = primaryAmong(app, await machinesOf(fly, app));
  if (machine === undefined && (await volumesOf(fly, app)).length === 0) return;
  if (machine?.state === "started") {
    await awaitServer(fly, app, machine.id);
    if ((await peopleIn(fly, app, machine.id, database)) === 0) return;
  }
  throw new DriverError({
    what: `The database ${app} is not destroyed: it contains the community (${database}), and nobody has confirmed that the community ends.`,
    setIn: "nothing: mastiff:destroy is not set, and was not set at the last pulumi up",
    fix: [
      "to end the community:  pulumi config set mastiff:destroy <domain>, pulumi up (takes a last dump), then pulumi destroy",
      "to keep it:  pulumi up creates again whatever a destroy has removed",
    ],
    retry: retry.no,
  });
}

export async function observe({ spec, fly }: Task<PostgresSpec>): Promise<Observation> {
  const found = await find(fly, spec);
  if (found === undefined) return gone(`database app ${spec.app}`);
  const differences: string[] = [];
  const refused: string[] = [];
  if (found.owner !== "ours") differences.push(`database app ${spec.app} does not carry this stack's mark`);
  const { machine, problem } = observedPrimary(spec.app, await machinesOf(fly, spec.app));
  if (problem !== undefined) refused.push(problem.message);
  const volumes = await volumesOf(fly, spec.app);
  if (machine === undefined) {
    differences.push("the machine of the database is gone");
    if (found.owner === "ours") refused.push(lost(spec, volumes).message);
  } else {
    refused.push(...obstacles(spec, machine, volumes).map((problem) => problem.message));
    if (machine.state !== "started")
      differences.push(`machine ${machine.id} of the database is ${machine.state}`);
    for (const text of sizeDifferences(sizeOf(machine), spec.size)) differences.push(`database: ${text}`);
    const volume = volumeOf(volumes, machine);
    if (volume !== undefined && volume.size_gb !== spec.volumeGb)
      differences.push(`the database's volume has ${volume.size_gb} GB, should have ${spec.volumeGb} GB`);
    const kept = volume && retentionDifference(volume, spec.snapshotDays);
    if (kept !== undefined) differences.push(`the database's volume: ${kept}`);
  }
  return { exists: true, differences, ...(refused.length > 0 && { refused }) };
}

/** The primary; where no machine says that it is the primary, any, and the reason why `ensure` would refuse. */
function observedPrimary(
  app: string,
  machines: readonly Machine[],
): { machine: Machine | undefined; problem?: DriverError } {
  try {
    return { machine: primaryAmong(app, machines) };
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return { machine: machines.find((one) => !isGone(one)), problem: error };
  }
}

/** Reasons why the cluster cannot match the spec: it cannot move to another region and cannot shrink. */
function obstacles(spec: PostgresSpec, machine: Machine, volumes: readonly Volume[]): DriverError[] {
  const { app, size, region, volumeGb } = spec;
  const is = sizeOf(machine);
  const kept = {
    cpus: Math.max(is.cpus, size.cpus),
    memoryMb: Math.max(is.memoryMb, size.memoryMb),
    volumeGb: Math.max(volumeOf(volumes, machine)?.size_gb ?? 0, volumeGb),
  };
  const found: DriverError[] = [];
  if (machine.region !== region) {
    const problem = new DriverError({
      what: `The database ${app} is in region ${machine.region} and cannot move to ${region}: its volume stays where it is.`,
      setIn: "mastiff:region",
      fix: [
        `keep the region:  pulumi config set mastiff:region ${machine.region}`,
        "or move all of the community there (docs/operations.md, “Moving house”)",
      ],
      retry: retry.no,
    });
    found.push(problem);
  }
  if (size.memoryMb < is.memoryMb || (size.cpuKind === is.cpuKind && size.cpus < is.cpus)) {
    const problem = new DriverError({
      what: `The database ${app} has ${is.cpus} ${is.cpuKind} CPUs and ${is.memoryMb} MB; Mastiff does not make it smaller (${size.cpus} ${size.cpuKind}, ${size.memoryMb} MB), because its caches and connections are sized for what it has.`,
      setIn: key,
      fix: [
        `keep the size:  ${setParts(key, kept)}`,
        `or, if you know that less is enough:  flyctl machine update ${machine.id} -a ${app} --vm-memory ${size.memoryMb} --vm-cpus ${size.cpus}  and run pulumi up again`,
      ],
      retry: retry.no,
    });
    found.push(problem);
  }
  const smaller = shrinking(app, volumeOf(volumes, machine), volumeGb, { key, parts: kept });
  return smaller === undefined ? found : [...found, smaller];
}

/** Grows machine and volume to the spec's sizes; neither ever shrinks. Also starts a stopped machine, and keeps snapshots. */
async function grow(fly: Fly, spec: PostgresSpec, { machine, owed }: Cluster): Promise<void> {
  const { app, size } = spec;
  const volumes = await volumesOf(fly, app);
  const [problem] = obstacles(spec, machine, volumes);
  if (problem !== undefined) throw problem;
  const is = sizeOf(machine);
  const volume = volumeOf(volumes, machine);
  const grown = volume !== undefined && (await growVolume(fly, app, volume, spec.volumeGb));
  if (volume !== undefined) await keepSnapshots(fly, app, volume, spec.snapshotDays);
  const restart = grown || owed;
  if (sizeDifferences(is, size).length > 0) {
    say("database", `growing to ${size.cpus} CPUs and ${size.memoryMb} MB (the database restarts)`);
    await fly.repeatable(argv.machineUpdate({ app, id: machine.id, size }), { app, timeoutMs: 600_000 });
  } else if (restart) {
    say("database", "restarting, so that it sees its larger volume");
    await fly.repeatable(argv.machineRestart(app, machine.id), { app, timeoutMs: 600_000 });
  } else await wake(fly, app, machine);
  if (restart) await strike(fly, app, "MASTIFF_OWES_RESTART");
}

/** Starts a stopped machine. A machine that is already starting is left alone. */
async function wake(fly: Fly, app: string, machine: Machine): Promise<void> {
  if (machine.state !== "stopped" && machine.state !== "suspended") return;
  say("database", "starting its machine");
  await fly.repeatable(argv.machineStart(app, [machine.id]), { app });
}

/** Makes the role, and lets it log in with exactly this password, unless another role logs in instead. */
async function ensureRole(
  fly: Fly,
  app: string,
  machine: string,
  { user, loginElsewhere }: PostgresSpec,
  password: string,
): Promise<void> {
  const verifier = literal(scramVerifier(password));
  const known =
    !fly.made.has(app) && (await sql(fly, app, machine, has("pg_roles", "rolname", user))).length > 0;
  if (known && loginElsewhere === true) return;
  await letIn(fly, app, machine, { user, known, verifier });
}

function has(catalog: string, column: string, name: string): string {
  return `SELECT 1 FROM ${catalog} WHERE ${column} = ${literal(name)}`;
}
