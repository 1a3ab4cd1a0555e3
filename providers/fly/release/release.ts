import { shell } from "../../shared/shell.ts";
import { DriverError } from "../call/errors.ts";
import { say, tell } from "../call/progress.ts";
import { gone, type Task } from "../kind.ts";
import type { Observation, ReleaseOutput, ReleaseSpec } from "../spec.ts";
import { debtsAmong, note, strike } from "../things/debts.ts";
import type { Secret } from "../things/listed-secrets.ts";
import { groupOf, isGone, isHealthy, type Machine, machinesIn, machinesOf } from "../things/machines.ts";
import { isOwnerSecret, unstageOwner } from "../things/owner-secret.ts";
import { content, type Found, find, findMade, notOurs } from "../things/ownership.ts";
import { syncSecrets } from "../things/secrets-version.ts";
import { type FlyToml, readFlyToml } from "./fly-toml.ts";
import * as step from "./minor-step.ts";
import { leftOver, remove } from "./one-off.ts";
import {
  awaitMigrations,
  beforeDeploy,
  migrate,
  type ReleaseWork,
  refuseDomain,
  refuseVersion,
} from "./release-database.ts";
import { awaitHealthy, deploy, scale, validated } from "./release-machines.ts";
import { plan } from "./release-plan.ts";
import { beginSmoke, type Checking, smoke } from "./release-smoke.ts";
import { restartSilent, silentSidekiqs } from "./sidekiq.ts";

/**
 * One version of an app on its machines.
 *
 *   first time:    Redis new enough? ─► db:prepare ─┬► deploy ─► count ─────────────────────────────┬► smoke's answer
 *                                                   └► smoke begins ────────────────────────────────┘
 *   other image:   Redis new enough? ─► db:migrate without post ─► deploy ─► count ─► db:migrate, all ─► smoke
 *   other minor:   … ─► backup ─► db:migrate without post ─► …
 *   else changed:                                                  deploy ─► count ────────────────────► smoke
 *   nothing:       nothing
 *
 * A preparation before the first release (preparation.ts) has asked Redis and set up the database already.
 *
 * A deploy is never a no-op. So each machine carries a stamp of the declaration that it was deployed from
 * (MASTIFF_RELEASE in its environment, readable by `machine list`), and a deploy happens only when something
 * differs. Work that is due after the machines run (post-deployment migrations, smoke) is recorded as a debt
 * before the deploy and struck off when done: when a run stops in between, the next run finds the debt.
 */
export async function ensure(task: Task<ReleaseSpec>): Promise<ReleaseOutput> {
  const { spec, previous, fly } = task;
  const { app } = spec;
  const toml = tomlOf(task);
  const work: ReleaseWork = { fly, spec, env: toml.env };
  const listed = machinesIn(fly, app);
  // Its error counts only where there is an app of ours.
  listed.catch(() => undefined);
  const found = await findMade(fly, spec, previous);
  if (found === undefined) throw absent(spec);
  if (found.owner !== "ours") throw notOurs(spec, found.owner);
  await forgetOwner(work, found);

  let machines = (await listed) ?? [];
  refuseVersion(spec, machines);
  refuseDomain(work, machines);
  await remove(fly, app, leftOver(machines, ["redis-version", "smoke"]));
  const well = await awaitMigrations(work, machines, spec);
  const waiting = stagedAmong(found.secrets);
  const todo = plan(machines, spec, toml, waiting);
  const debts = debtsAmong(found.secrets);
  const busy = todo.deploy || todo.scale || todo.asleep || debts.size > 0;
  const [file] = busy ? await Promise.all([validated(work, toml.stamped), syncSecrets(fly, app)]) : [""];

  let checking: Checking | undefined;
  let tidied: Promise<void> | undefined;
  if (todo.deploy) {
    await beforeDeploy(work, todo, { well, secrets: found.secrets });
    if (spec.database !== null && todo.imageChanged) debts.add("MASTIFF_OWES_MIGRATION");
    if (spec.smoke) debts.add("MASTIFF_OWES_SMOKE");
    await note(fly, app, debts);
    if (spec.smoke && todo.first) checking = beginSmoke(work);
  }
  try {
    if (todo.deploy) {
      await deploy(work, file, todo);
      machines = await machinesOf(fly, app);
      // Beside the rest, in a lane of its own: from now on the machines say that the database is set up.
      tidied = remove(fly, app, leftOver(machines, ["db-prepare"]), `${app} db-prepare`);
      tidied.catch(() => undefined);
    }
    const scales = plan(machines, spec, toml).scale;
    if (scales) await scale(work, file, todo);
    if (busy) machines = await awaitHealthy(work, scales ? undefined : machines);
    if (debts.has("MASTIFF_OWES_MIGRATION")) {
      if (spec.database !== null) await migrate(work, "db-migrate-post", well);
      await strike(fly, app, "MASTIFF_OWES_MIGRATION");
    }
    if (debts.has("MASTIFF_OWES_SMOKE")) {
      if (spec.smoke) await (checking?.result() ?? smoke(work));
      await Promise.all([checking?.end(), strike(fly, app, "MASTIFF_OWES_SMOKE")]);
    }
    await tidied;
  } catch (error) {
    // This error counts. A machine that stays is removed by the next run.
    await checking?.end().catch(() => undefined);
    throw error;
  }
  if (todo.otherMinor !== undefined || found.secrets.some(({ name }) => step.isNote(name)))
    await step.end(fly, app);
  await restartSilent(fly, spec, machines);
  return { app, image: spec.image, release: releaseOf(machines) };
}

/**
 * Destroys every machine, one-offs too. The app with its volumes, secrets and addresses is the kind `app`'s.
 */
export async function destroy({ spec, previous, fly }: Task<ReleaseSpec>): Promise<void> {
  const found = await find(fly, spec, previous);
  if (found === undefined) return;
  const machines = (await machinesOf(fly, spec.app)).filter((one) => !isGone(one));
  if (machines.length === 0) return;
  if (found.owner !== "ours") throw notOurs(spec, found.owner);
  say(spec.app, `destroying ${machines.length} machines`);
  await remove(fly, spec.app, machines);
}

export async function observe(task: Task<ReleaseSpec>): Promise<Observation> {
  const { spec, fly } = task;
  const found = await find(fly, spec);
  if (found === undefined) return gone(`app ${spec.app}`);
  const machines = await machinesOf(fly, spec.app);
  const { differences } = plan(machines, spec, tomlOf(task), stagedAmong(found.secrets));
  if (found.owner !== "ours") differences.unshift(`app ${spec.app} does not carry this stack's mark`);
  const debts = debtsAmong(found.secrets);
  if (debts.has("MASTIFF_OWES_MIGRATION"))
    differences.push("the migrations after the last release have not run yet");
  if (debts.has("MASTIFF_OWES_SMOKE")) differences.push("the last release has not been checked yet");
  const released = machines.filter((one) => !isGone(one) && groupOf(one) !== undefined);
  for (const one of released) {
    // Reported, but not drift: another deploy does not repair a check that fails now.
    if (one.state === "started" && !isHealthy(one))
      tell(spec.app, `machine ${one.id} (${groupOf(one)}) fails its health check`);
  }
  for (const { id } of await silentSidekiqs(fly, spec, machines))
    differences.push(`Sidekiq in machine ${id} is running, but its heartbeat has stopped`);
  return { exists: released.length > 0, differences };
}

function tomlOf({ flyToml }: Task<ReleaseSpec>): FlyToml {
  if (flyToml === undefined) throw new Error("FLY_TOML is not set");
  return readFlyToml(flyToml, shell().env.SECRETS_DIGEST);
}

/**
 * Secrets that not every machine runs with yet: somebody staged them by hand, or a release never came. The
 * secret of a killed `owner` job does not count: it is removed and not released, so no restart is due.
 */
function stagedAmong(secrets: readonly Secret[]): string[] {
  return content(secrets)
    .filter((secret) => !isOwnerSecret(secret))
    .filter(({ status }) => status === "Staged" || status === "Partial")
    .map(({ name }) => name);
}

/** Removes the password that a killed `owner` job left: no machine should get it. */
async function forgetOwner({ fly, spec }: ReleaseWork, found: Found): Promise<void> {
  if (found.secrets.some(isOwnerSecret)) await unstageOwner(fly, spec.app);
}

/** The newest release that a machine runs. */
function releaseOf(machines: readonly Machine[]): number {
  const versions = machines
    .filter((one) => !isGone(one))
    .map((one) => Number(one.config?.metadata?.fly_release_version ?? 0));
  return Math.max(0, ...versions);
}

function absent({ app, org }: ReleaseSpec): DriverError {
  return new DriverError({
    what: `There is no app "${app}" in organisation ${org} to release to.`,
    setIn: "mastiff:app",
    fix: "somebody removed it; the next run creates it again:  pulumi up",
    retry: "helps: the next run sees that the app is gone and creates it first",
  });
}
