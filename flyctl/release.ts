import { readFileSync } from "node:fs";
import * as argv from "./argv.ts";
import { DriverError, FlyctlFailure, passes, retry } from "./errors.ts";
import type { FlyToml } from "./fly-toml.ts";
import { readFlyToml } from "./fly-toml.ts";
import type { Fly } from "./flyctl.ts";
import { gone, type Task } from "./kind.ts";
import { groupOf, isGone, isHealthy, logsOf, type Machine, machinesOf, sharedSize } from "./machines.ts";
import { upgradeProblem } from "./mastodon-version.ts";
import { answerOf, failed, finish, leftOver, mustRun, type OneOff, remove, runOneOff } from "./one-off.ts";
import { type Found, find, notOurs, type Secret } from "./ownership.ts";
import { say } from "./progress.ts";
import { type Plan, plan } from "./release-plan.ts";
import type { Observation, ReleaseOutput, ReleaseSpec } from "./spec.ts";

/**
 * One version of an app on its machines.
 *
 *   look ─► [Redis new enough] ─► first time:    db:prepare ─► deploy ─► scale ─► smoke
 *                                 other image:   db:migrate (pre) ─► deploy ─► scale ─► db:migrate (post) ─► smoke
 *                                 else changed:  deploy ─► scale ─► smoke
 *                                 nothing:       nothing
 *
 * No deploy is a no-op, so each machine carries a stamp of what it was deployed from (MASTIFF_RELEASE in its
 * environment, readable by `machine list`), and only what differs is deployed. What is still owed after the
 * machines run (post-deployment migrations, smoke) is noted in the names of two secrets before the deploy and
 * struck off when done: a run that stops in between leaves the debt on record.
 *
 * Migrations may take hours and must never run twice at once: one that an earlier run left in its machine is
 * waited for, never killed, and its success counts when it was the one that is needed now.
 */
const owes = { migrate: "MASTIFF_OWES_MIGRATION", smoke: "MASTIFF_OWES_SMOKE" };
const migrations = ["db-prepare", "db-migrate-pre", "db-migrate-post"];
const interruptible = ["redis-version", "smoke"];

interface Work extends Task<ReleaseSpec> {
  toml: FlyToml;
  found: Found;
}

export async function ensure(task: Task<ReleaseSpec>): Promise<ReleaseOutput> {
  const { spec, fly } = task;
  const toml = tomlOf(task);
  await validate(fly, spec.app, toml);
  const found = await find(fly, spec);
  if (found === undefined) throw absent(spec);
  if (found.owner !== "ours") throw notOurs(spec, found.owner);
  const work: Work = { ...task, toml, found };
  // A fresh config folder knows no secrets version; without one, a new machine may start with the old values.
  await fly.repeatable(argv.secretsSync(spec.app), { app: spec.app });

  let machines = await machinesOf(fly, spec.app);
  await remove(fly, spec.app, leftOver(machines, interruptible));
  const finished = await awaitMigrations(work, leftOver(machines, migrations));
  const owed = await debts(work);
  const todo = plan(machines, spec, toml);
  refuseVersion(spec, machines);

  if (todo.deploy) {
    await before(work, todo, finished);
    await note(work, [
      ...(todo.imageChanged && spec.database ? [owes.migrate] : []),
      ...(spec.smoke ? [owes.smoke] : []),
    ]);
    await deploy(work);
    machines = await machinesOf(fly, spec.app);
  }
  if (plan(machines, spec, toml).scale) await scale(work);
  if (todo.deploy || todo.scale || todo.asleep.length > 0 || owed.size > 0) await awaitHealthy(work);
  await settle(work, owed, todo, finished);
  const release = releaseOf(await machinesOf(fly, spec.app));
  return { app: spec.app, image: spec.image, release };
}

/** Every machine goes, one-offs too; the app, its volumes, secrets and addresses are the app kind's. */
export async function destroy({ spec, fly }: Task<ReleaseSpec>): Promise<void> {
  const found = await find(fly, spec);
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
  const { differences } = plan(machines, spec, tomlOf(task));
  if (found.owner !== "ours") differences.unshift(`app ${spec.app} does not carry this stack's mark`);
  const names = found.secrets.map((secret) => secret.name);
  if (names.includes(owes.migrate)) differences.push("migrations after the last release are still to be run");
  if (names.includes(owes.smoke)) differences.push("the last release was never seen to work");
  const unhealthy = machines.filter((one) => one.state === "started" && !isHealthy(one) && groupOf(one));
  // Said, but no drift: a check that fails now is seldom put right by another deploy.
  for (const one of unhealthy) say(spec.app, `machine ${one.id} (${groupOf(one)}) fails its health check`);
  const released = machines.filter((one) => !isGone(one) && groupOf(one) !== undefined);
  const ids = released.map((one) => `${one.id}@${one.instance_id ?? ""}`).sort();
  return { exists: released.length > 0, differences, marker: `${releaseOf(machines)} ${ids.join(" ")}` };
}

function tomlOf({ flyToml, spec }: Task<ReleaseSpec>): FlyToml {
  if (flyToml === undefined) throw new Error("FLY_TOML is not set");
  return readFlyToml(flyToml, spec.secretsDigest ?? process.env.SECRETS_DIGEST ?? "");
}

async function validate(fly: Fly, app: string, toml: FlyToml): Promise<void> {
  try {
    await fly.repeatable(argv.configValidate(app, fly.file("release.toml", toml.stamped)), { app });
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || error.reason !== "other") throw error;
    throw new DriverError(
      {
        what: `flyctl does not accept the fly.toml that was made for ${app}.`,
        setIn: "mastiff:env and the sizes (mastiff:web, mastiff:sidekiq, mastiff:streaming)",
        fix: "take back what was set last; flyctl's reason is below",
        retry: retry.no,
        call: error.call,
        said: fly
          .redact(error.stdout)
          .split("\n")
          .filter((line) => line.trim() !== "")
          .slice(-8),
      },
      { cause: error },
    );
  }
}

function refuseVersion(spec: ReleaseSpec, machines: readonly Machine[]): void {
  const running = machines.filter((one) => groupOf(one) !== undefined && !isGone(one));
  for (const machine of spec.database === null ? [] : running) {
    const problem = upgradeProblem(machine.config?.image ?? "", spec.image);
    if (problem === undefined) continue;
    throw new DriverError({
      what: `Mastodon ${problem}.`,
      setIn: "mastiff:mastodonVersion",
      fix: "see the way to go:  https://docs.joinmastodon.org/admin/upgrading/",
      retry: retry.no,
    });
  }
}

/** Waits for migrations that an earlier run started; tells which of them ended well, as `job image`. */
async function awaitMigrations(work: Work, left: readonly Machine[]): Promise<Set<string>> {
  const finished = new Set<string>();
  for (const machine of left) {
    const { mastiff_job: job = "", mastiff_image: image = "" } = machine.config?.metadata ?? {};
    say(work.spec.app, `waiting for ${titles[job] ?? job}, which an earlier run started`);
    const ended = await finish(work.fly, work.spec.app, machine.id);
    if (ended.exitCode === 0) finished.add(`${job} ${image}`);
    else say(work.spec.app, `it ended with exit code ${ended.exitCode}`);
  }
  return finished;
}

const titles: Record<string, string> = {
  "db-prepare": "preparing the database",
  "db-migrate-pre": "migrations before the release",
  "db-migrate-post": "migrations after the release",
};

/** What has to be done before machines get the new image. */
async function before(work: Work, todo: Plan, finished: ReadonlySet<string>): Promise<void> {
  const { spec } = work;
  if (spec.redisGate && (todo.first || todo.imageChanged || todo.secretsChanged)) await redisGate(work);
  if (spec.database === null) return;
  const job = todo.first ? "db-prepare" : todo.imageChanged ? "db-migrate-pre" : undefined;
  if (job === undefined || finished.has(`${job} ${spec.image}`)) return;
  await migrate(work, job);
}

async function migrate(work: Work, job: "db-prepare" | "db-migrate-pre" | "db-migrate-post"): Promise<void> {
  // Only the variable's presence counts: "false" would skip as well (mastodon: lib/mastodon/database.rb).
  const skip: Record<string, string> =
    job === "db-migrate-pre" ? { SKIP_POST_DEPLOYMENT_MIGRATIONS: "true" } : {};
  const task = job === "db-prepare" ? "db:prepare" : "db:migrate";
  await mustRun(work.fly, {
    ...oneOff(work, job, titles[job] ?? job),
    env: { ...work.toml.env, ...skip },
    command: ["bundle", "exec", "rails", task],
  });
}

function oneOff({ spec, toml }: Work, job: string, title: string): OneOff {
  return {
    app: spec.app,
    job,
    region: spec.region,
    image: spec.image,
    size: sharedSize(spec.database?.memoryMb ?? 1024),
    env: toml.env,
    command: [],
    title,
  };
}

/** A script as one argument of `rails runner`; what it is goes in its first line. */
export function railsRunner(name: "owner" | "smoke" | "redis-version"): string[] {
  const script = readFileSync(new URL(`./scripts/${name}.rb`, import.meta.url), "utf8");
  return ["bundle", "exec", "rails", "runner", script];
}

async function redisGate(work: Work): Promise<void> {
  const title = "asking Redis for its version";
  const ended = await mustRun(work.fly, {
    ...oneOff(work, "redis-version", title),
    command: railsRunner("redis-version"),
  });
  const version = String(answerOf(ended)?.redis ?? "");
  if (version === "") throw failed(work.fly, title, work.spec.app, { ...ended, exitCode: 255 });
  if (Number.parseInt(version, 10) >= 7) return;
  throw new DriverError({
    what: `Redis is version ${version}, but Sidekiq refuses to start below 7.0.0: nothing was released.`,
    setIn: "mastiff:redis",
    fix: `use an own Redis:  pulumi config set mastiff:redis '{"kind":"own"}'`,
    retry: retry.no,
  });
}

async function deploy(work: Work): Promise<void> {
  const { spec, toml, fly } = work;
  say(spec.app, `releasing ${spec.image}`);
  const call = argv.deploy(spec.app, fly.file("release.toml", toml.stamped), spec.image);
  for (let attempt = 1; ; attempt++) {
    try {
      await fly.once(call, { app: spec.app, timeoutMs: 0, onLine: (line) => narrate(spec.app, line) });
      return;
    } catch (error) {
      if (!(error instanceof FlyctlFailure) || error.reason === "stopped") throw error;
      // Deploying once more is safe: it goes on with the machines that are there.
      if (passes(error.reason) && attempt < 3) {
        await fly.pause(2000 * attempt);
        continue;
      }
      if (error.reason !== "other") throw error;
      throw await notReleased(work, error);
    }
  }
}

/** Of flyctl's many lines the ones that say how far it is, in plain words. */
function narrate(app: string, line: string): void {
  const machine =
    /Machine ([0-9a-f]+) \[([\w-]+)\] (?:update (?:succeeded|finished: success)|was created)/.exec(line);
  const health = /Waiting for ([0-9a-f]+) \[([\w-]+)\] to become healthy: (\d+)\/(\d+)/.exec(line);
  if (machine !== null) {
    say(app, `${machine[2]}: machine ${machine[1]} ${line.includes("created") ? "made" : "released"}`);
  } else if (health !== null) say(app, `${health[2]}: ${health[3]}/${health[4]} healthy`);
}

/** Machines of the groups, to the numbers asked for; the call is absolute, so it may be repeated. */
async function scale(work: Work): Promise<void> {
  const { spec, fly } = work;
  const counts = Object.fromEntries(Object.entries(spec.groups).map(([group, { count }]) => [group, count]));
  const words = Object.entries(counts).map(([group, count]) => `${count} × ${group}`);
  say(spec.app, `bringing the machines to ${words.join(", ")}`);
  await fly.repeatable(argv.scaleCount(spec.app, spec.region, counts), { app: spec.app, timeoutMs: 600_000 });
}

/** Started and passing their checks: `scale` does not wait for that, and a stopped machine stays so in a deploy. */
async function awaitHealthy(work: Work): Promise<void> {
  const { spec, fly } = work;
  const end = Date.now() + 600_000;
  let said = "";
  for (let waitMs = 250; ; waitMs = Math.min(waitMs * 1.5, 5000)) {
    const members = (await machinesOf(fly, spec.app)).filter(
      (one) => !isGone(one) && groupOf(one) !== undefined,
    );
    const asleep = members.filter((one) => one.state === "stopped" || one.state === "suspended");
    if (asleep.length > 0) {
      say(spec.app, `starting ${asleep.map((one) => `${groupOf(one)} ${one.id}`).join(", ")}`);
      await fly.repeatable(
        argv.machineStart(
          spec.app,
          asleep.map((one) => one.id),
        ),
        { app: spec.app },
      );
    }
    const groups = Object.entries(spec.groups).map(([group, { count }]) => {
      const healthy = members.filter((one) => groupOf(one) === group && isHealthy(one)).length;
      return { text: `${group} ${healthy}/${count} healthy`, done: healthy >= count };
    });
    const text = groups.map((one) => one.text).join(", ");
    if (text !== said) say(spec.app, text);
    said = text;
    if (groups.every((one) => one.done)) return;
    if (Date.now() > end) throw await notReleased(work, undefined);
    await fly.pause(waitMs);
  }
}

/** The release that failed, with what its unhealthy machines said last. */
async function notReleased({ spec, fly }: Work, failure: FlyctlFailure | undefined): Promise<DriverError> {
  const machines = fly.stopped ? [] : await machinesOf(fly, spec.app).catch(() => []);
  const sick = machines.filter((one) => !isGone(one) && groupOf(one) !== undefined && !isHealthy(one));
  const said: string[] = [];
  for (const machine of sick.slice(0, 2)) {
    const lines = await logsOf(fly, spec.app, machine.id);
    const check = machine.checks?.find((one) => one.status !== "passing");
    said.push(
      `— ${groupOf(machine)}, machine ${machine.id}, ${machine.state}${check === undefined ? "" : `, check ${check.name} ${check.status}`}:`,
    );
    said.push(...lines.slice(-10).map((line) => fly.redact(line.message)));
  }
  if (failure !== undefined && said.length === 0) said.push(...failure.said.split("\n").slice(0, 6));
  const sure = sick[0] !== undefined;
  return new DriverError(
    {
      what: sure
        ? `The release of ${spec.app} failed: ${groupOf(sick[0] as Machine)} does not come up healthy.`
        : `The release of ${spec.app} failed.`,
      fix: [
        "what the machine said last is below; the whole log:",
        `flyctl logs -a ${spec.app}${sure ? ` --machine ${sick[0]?.id}` : ""}`,
      ],
      retry:
        "helps only if the cause passes by itself; what was done stays, and the next run goes on from it",
      ...(failure !== undefined && { call: failure.call }),
      said,
    },
    { cause: failure },
  );
}

/** Pays what is owed: debts on record from earlier runs, and this run's own. */
async function settle(
  work: Work,
  owed: ReadonlySet<string>,
  todo: Plan,
  finished: ReadonlySet<string>,
): Promise<void> {
  const { spec, fly } = work;
  const migrated = todo.deploy && todo.imageChanged;
  if (spec.database !== null && (migrated || owed.has(owes.migrate))) {
    if (!finished.has(`db-migrate-post ${spec.image}`)) await migrate(work, "db-migrate-post");
    await strike(work, owes.migrate);
  }
  if (!spec.smoke || !(todo.deploy || owed.has(owes.smoke))) return;
  const title = "seeing whether everything works";
  const ended = await runOneOff(fly, { ...oneOff(work, "smoke", title), command: railsRunner("smoke") });
  const results = answerOf(ended);
  if (ended.exitCode !== 0 && results === undefined) throw failed(fly, title, spec.app, ended);
  const wrong = Object.entries(results ?? {}).filter(([, problem]) => typeof problem === "string");
  if (wrong.length > 0) throw doesNotWork(work, wrong as [string, string][]);
  await strike(work, owes.smoke);
}

const settings: Record<string, string> = {
  bucket: "mastiff:bucket, mastiff:r2AccessKeyId",
  push: "the stack's VAPID key",
  mail: "SENDGRID_API_KEY, or mastiff:smtpServer, smtpLogin, smtpPassword",
  database: "mastiff:postgres",
  redis: "mastiff:redis",
  scheduler: "mastiff:sidekiq",
};

function doesNotWork({ spec, fly }: Work, wrong: [string, string][]): DriverError {
  return new DriverError({
    what: `${spec.app} runs ${spec.image}, but does not work in full: ${wrong.map(([part]) => part).join(", ")}.`,
    setIn: wrong.map(([part]) => settings[part] ?? part).join("; "),
    fix: "each part's own words are below; after the change, run pulumi up again",
    retry: "helps only if the cause passes by itself (the check is made again at the next run)",
    said: wrong.map(([part, problem]) => `${part}: ${fly.redact(problem)}`),
  });
}

/** Debts on record. A leftover owner's password goes here too: no machine should get it. */
async function debts(work: Work): Promise<Set<string>> {
  const { spec, fly, found } = work;
  const names = found.secrets.map((secret: Secret) => secret.name);
  if (names.includes("OWNER_PASSWORD"))
    await fly.repeatable(argv.secretsUnset(spec.app, ["OWNER_PASSWORD"]), { app: spec.app });
  return new Set(names.filter((name) => Object.values(owes).includes(name)));
}

async function note({ spec, fly }: Work, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const stdin = names.map((name) => `${name}="1"\n`).join("");
  await fly.repeatable(argv.secretsImport(spec.app), { app: spec.app, stdin });
}

async function strike({ spec, fly }: Work, name: string): Promise<void> {
  await fly.repeatable(argv.secretsUnset(spec.app, [name]), { app: spec.app });
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
    fix: "it was removed by other hands; have it made again:  pulumi up --refresh",
    retry: retry.no,
  });
}
