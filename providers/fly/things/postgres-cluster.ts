import * as argv from "../call/argv.ts";
import { DriverError, type FlyctlFailure, isPassing, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import type { PostgresSpec } from "../spec.ts";
import { debtsAmong } from "./debts.ts";
import { awaitListed, isGone, type Machine, machinesOf } from "./machines.ts";
import {
  content,
  destroyApp,
  type Found,
  find,
  inOrganisation,
  mark,
  notOurs,
  remark,
  taken,
} from "./ownership.ts";
import { awaitServer, sql } from "./psql.ts";
import { primaryAmong } from "./server.ts";
import { areFromToday, type Volume, volumesOf } from "./volumes.ts";

/**
 * A Postgres cluster of ours, whatever an earlier run left.
 *
 * `postgres create` is one call of many steps (app, address, secrets, volume, machine), and a run can stop
 * between any two of them. A half-made cluster cannot hold data, so it is destroyed and created again:
 *
 *   no app ─────────────────────────────────► create
 *   app, unmarked, no machine ──destroy─────► create        (stopped within `postgres create`)
 *   app, unmarked, only default databases ──► mark          (stopped before the mark)
 *   app, marked, machine ───────────────────► role, database, size
 *   app, marked, no machine ────────────────► refused: its volume may hold the community
 *   anything else of that name ─────────────► refused: not ours
 */
/** Databases that a fresh cluster has (fly-apps/postgres-flex). */
const defaults = ["postgres", "repmgr"];

export interface Cluster {
  machine: Machine;
  /** A run stopped after growing the volume, before the restart that makes the machine see the new size. */
  owed: boolean;
}

/** Our cluster, created or completed, whatever an earlier run left; `previous` is its last output. */
export async function clusterOf(fly: Fly, spec: PostgresSpec, previous: unknown): Promise<Cluster> {
  let startsOver = 0;
  /** The cluster that is there. Destroys a half-made one. @returns undefined: there is none (any more) */
  const look = async (): Promise<Cluster | undefined> => {
    const found = await find(fly, spec, previous);
    if (found === undefined) return undefined;
    if (found.owner === "another stack's") throw notOurs(spec, found.owner);
    const machine = primaryAmong(spec.app, await machinesOf(fly, spec.app));
    if (found.owner === "ours") {
      await remark(fly, spec, found);
      if (machine === undefined) throw lost(spec, await volumesOf(fly, spec.app));
      return { machine, owed: debtsAmong(found.secrets).has("MASTIFF_OWES_RESTART") };
    }
    if (!(await isFresh(fly, spec, found))) throw notOurs(spec, found.owner);
    if (machine !== undefined) {
      await mark(fly, spec);
      return { machine, owed: false };
    }
    say("database", "an earlier run stopped half way: starting over");
    await destroyApp(fly, spec.app);
    startsOver++;
    return look();
  };
  const create = async () => {
    say("database", "creating it (a few minutes)");
    // Nothing was there a moment ago, so whatever this call leaves in our organisation comes from this run.
    fly.made.add(spec.app);
    await fly.once(argv.postgresCreate(spec), { app: spec.app, timeoutMs: 900_000 });
    return undefined;
  };
  const found =
    (await look()) ??
    (await fly.repeat<Cluster | undefined>(create, {
      isFinal: () => true,
      made: async (failure) => {
        if (failure.reason === "exists" && !(await inOrganisation(fly, spec.org, spec.app)))
          throw taken(spec, failure);
        return undefined;
      },
      passes: (error, attempt) =>
        (isPassing(error) || (error as FlyctlFailure).reason === "exists") && attempt + startsOver < 3,
      waitMs: () => 2000,
      look,
    }));
  if (found !== undefined) return found;
  await mark(fly, spec);
  // A machine that was made just now exists, even if the list does not show it yet.
  const machine = await awaitListed(fly, spec.app, (one) => !isGone(one));
  if (machine === undefined) throw lost(spec, await volumesOf(fly, spec.app));
  return { machine, owed: false };
}

/**
 * True when nothing in an unmarked cluster can be somebody else's: either no machine and no volume older than
 * a day (left by a stopped run), or a server with only its default databases.
 */
export async function isFresh(fly: Fly, spec: PostgresSpec, found: Found): Promise<boolean> {
  const clusterSecrets = [
    "SU_PASSWORD",
    "REPL_PASSWORD",
    "OPERATOR_PASSWORD",
    "SSH_KEY",
    "SSH_CERT",
    "FLY_CONSUL_URL",
  ];
  if (content(found.secrets).some((secret) => !clusterSecrets.includes(secret.name))) return false;
  const machines = (await machinesOf(fly, spec.app)).filter((one) => !isGone(one));
  const machine = machines[0];
  if (machine === undefined) {
    return areFromToday(await volumesOf(fly, spec.app));
  }
  const isPostgres = machine.config?.image?.includes("postgres") === true;
  if (!isPostgres) return false;
  await awaitServer(fly, spec.app, machine.id);
  const databases = await sql(
    fly,
    spec.app,
    machine.id,
    "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1",
  );
  return databases.every((name) => defaults.includes(name));
}

/** The error for a cluster of ours that has lost its machine: no new machine is made in its place. */
export function lost({ app }: PostgresSpec, volumes: readonly Volume[]): DriverError {
  const volume = volumes[0];
  return new DriverError({
    what:
      volume === undefined
        ? `The database ${app} has lost its machine and its volume.`
        : `The database ${app} has lost its machine; its volume ${volume.id} is still there, and may hold the community.`,
    setIn: `Fly app ${app}`,
    fix:
      volume === undefined
        ? [
            `find a snapshot of the lost volume:  flyctl volumes list --all -a ${app}, flyctl volumes snapshots list <volume>`,
            "restore it, or a dump, as described in docs/operations.md, “Backups”",
          ]
        : [
            `make a new cluster from the volume:  flyctl postgres create --fork-from ${app}:${volume.id}`,
            "and restore from there as described in docs/operations.md, “Backups”",
          ],
    retry: retry.no,
  });
}
