import { createHash } from "node:crypto";
import * as argv from "../call/argv.ts";
import { DriverError, FlyctlFailure, isPassing, retry } from "../call/errors.ts";
import { execIn } from "../call/exec.ts";
import type { Fly } from "../call/flyctl.ts";
import { lastWords } from "../call/log.ts";
import { say } from "../call/progress.ts";
import { gone, type Task } from "../kind.ts";
import type { Observation, RedisOutput, RedisSpec } from "../spec.ts";
import { refuseNewName } from "./app.ts";
import { debtsAmong, strike } from "./debts.ts";
import { secretsOf } from "./listed-secrets.ts";
import {
  awaitListed,
  isGone,
  type Machine,
  machinesOf,
  runsImage,
  sizeDifferences,
  sizeOf,
} from "./machines.ts";
import { claim, content, destroyOwned, type Found, find, takeBack as takeBackApp } from "./ownership.ts";
import { refuseJobs } from "./redis-jobs.ts";
import { stage } from "./secrets.ts";
import {
  areFromToday,
  ensureVolume,
  growVolume,
  keepSnapshots,
  retentionDifference,
  type Sized,
  shrinking,
  volumesOf,
} from "./volumes.ts";

/**
 * A Redis of kind `own`, on one machine. Its app has no services and no addresses, so only the organisation's
 * private network reaches it. A volume holds the append-only file, and the password is the app's secret.
 *
 * The machine's metadata `mastiff_redis` identifies the password that the machine was started with (by the
 * secret's digest). When a run stops between a new password and the restart, the next run restarts the
 * machine.
 */
const name = "redis";
const volumeName = "redis_data";
const key = "mastiff:redis";

function sizedBy({ size: { cpus, memoryMb } }: RedisSpec): Sized {
  return { key, parts: { kind: "own", cpus, memoryMb } };
}

/**
 * Redis reads its config from stdin. The machine makes the config from its environment, so the password is
 * not an argument. The private network is IPv6 only, hence the bind. Jobs must never be evicted, and must
 * survive a restart.
 */
const command = [
  "sh",
  "-c",
  `printf "bind * -::*\\nrequirepass %s\\nappendonly yes\\ndir /data\\nmaxmemory-policy noeviction\\n" "$REDIS_PASSWORD" | exec redis-server -`,
];

export async function ensure({ spec, secrets, previous, fly }: Task<RedisSpec>): Promise<RedisOutput> {
  const { app, region } = spec;
  const password = secrets.password;
  if (password === undefined) throw new Error("stdin has no password");
  refuseNewName(app, previous);
  const found = await claim(fly, spec, (found) => isUnused(fly, app, found), previous);
  const has = found.secrets.some((secret) => secret.name === "REDIS_PASSWORD");
  if (!(has && spec.passwordElsewhere)) await stage(fly, app, { REDIS_PASSWORD: password });
  const made = await stamp(fly, app);
  const volume = await ensureVolume(fly, { app, name: volumeName, region, sizeGb: spec.volumeGb });
  if (volume.region !== region) throw moved(app, volume.region, region);
  const smaller = shrinking(app, volume, spec.volumeGb, sizedBy(spec));
  if (smaller !== undefined) throw smaller;
  await keepSnapshots(fly, app, volume, spec.snapshotDays);
  const grown = await growVolume(fly, app, volume, spec.volumeGb);
  const restart = grown || debtsAmong(found.secrets).has("MASTIFF_OWES_RESTART");

  const machine = await machineOf(fly, app);
  if (machine === undefined) await start(fly, spec, volume.id, made);
  else if (differences(machine, spec, made).length > 0) {
    say("Redis", "restarting with its new settings");
    await fly.repeatable(
      argv.machineUpdate({
        app,
        id: machine.id,
        image: spec.image,
        size: spec.size,
        metadata: { mastiff_redis: made },
      }),
      { app, timeoutMs: 600_000 },
    );
  } else if (restart) await fly.repeatable(argv.machineRestart(app, machine.id), { app, timeoutMs: 600_000 });
  else if (machine.state === "stopped" || machine.state === "suspended")
    await fly.repeatable(argv.machineStart(app, [machine.id]), { app });
  if (restart) await strike(fly, app, "MASTIFF_OWES_RESTART");
  await awaitAnswer(fly, app);
  return { app, host: `${app}.internal`, port: 6379 };
}

/** True when the app has at most the password that a killed run left: no machine ever used it. */
async function isUnused(fly: Fly, app: string, found: Found): Promise<boolean> {
  return (await hasNoMachine(fly, app, found)) && (await volumesOf(fly, app)).length === 0;
}

async function hasNoMachine(fly: Fly, app: string, { secrets }: Found): Promise<boolean> {
  const others = content(secrets).filter((secret) => secret.name !== "REDIS_PASSWORD");
  return others.length === 0 && (await machinesOf(fly, app)).length === 0;
}

export async function destroy({ spec, previous, fly }: Task<RedisSpec>): Promise<void> {
  const isEmpty = (found: Found) => isUnused(fly, spec.app, found);
  const refuse = async () => {
    if (spec.dispensable !== true) await refuseJobs(fly, spec);
  };
  await destroyOwned(fly, spec, isEmpty, refuse, previous);
}

export async function takeBack({ spec, fly }: Task<RedisSpec>): Promise<void> {
  // If a machine had ever used the volume, that machine would still exist.
  await takeBackApp(
    fly,
    spec,
    async (found) =>
      (await hasNoMachine(fly, spec.app, found)) && areFromToday(await volumesOf(fly, spec.app)),
  );
}

export async function observe({ spec, fly }: Task<RedisSpec>): Promise<Observation> {
  const found = await find(fly, spec);
  if (found === undefined) return gone(`Redis app ${spec.app}`);
  const texts: string[] = [];
  const refused: string[] = [];
  if (found.owner !== "ours") texts.push(`Redis app ${spec.app} does not carry this stack's mark`);
  const machine = await machineOf(fly, spec.app);
  const volume = (await volumesOf(fly, spec.app)).find((one) => one.name === volumeName);
  if (volume !== undefined && volume.region !== spec.region)
    refused.push(moved(spec.app, volume.region, spec.region).message);
  const smaller = shrinking(spec.app, volume, spec.volumeGb, sizedBy(spec));
  if (smaller !== undefined) refused.push(smaller.message);
  if (machine === undefined) texts.push("the machine of Redis is gone");
  else {
    if (machine.state !== "started") texts.push(`machine ${machine.id} of Redis is ${machine.state}`);
    texts.push(...differences(machine, spec, await stamp(fly, spec.app)).map((text) => `Redis: ${text}`));
    if (volume !== undefined && volume.size_gb !== spec.volumeGb)
      texts.push(`Redis' volume has ${volume.size_gb} GB, should have ${spec.volumeGb} GB`);
    const kept = volume && retentionDifference(volume, spec.snapshotDays);
    if (kept !== undefined) texts.push(`Redis' volume: ${kept}`);
  }
  return { exists: true, differences: texts, ...(refused.length > 0 && { refused }) };
}

export async function machineOf(fly: Fly, app: string): Promise<Machine | undefined> {
  return (await machinesOf(fly, app)).find((one) => !isGone(one) && one.name === name);
}

/** Restarts the machine with the newest secrets; `made` is the stamp of its password. */
export async function restartWith(fly: Fly, app: string, id: string, made: string): Promise<void> {
  const metadata = { mastiff_redis: made };
  await fly.repeatable(argv.machineUpdate({ app, id, metadata }), { app, timeoutMs: 600_000 });
}

/** Identifies the password that the machine should run with. */
export async function stamp(fly: Fly, app: string): Promise<string> {
  const digest = (await secretsOf(fly, app)).find((secret) => secret.name === "REDIS_PASSWORD")?.digest ?? "";
  return createHash("sha256").update(digest).digest("hex").slice(0, 12);
}

function differences(machine: Machine, spec: RedisSpec, made: string): string[] {
  const texts = sizeDifferences(sizeOf(machine), spec.size);
  if (!runsImage(machine, spec.image))
    texts.push(`image is ${machine.config?.image}, should be ${spec.image}`);
  if (machine.config?.metadata?.mastiff_redis !== made)
    texts.push("its running password is not that of its secret");
  return texts;
}

async function start(fly: Fly, spec: RedisSpec, volume: string, made: string): Promise<void> {
  const { app, region, image, size } = spec;
  const call = argv.machineRun({
    app,
    name,
    region,
    image,
    size,
    env: {},
    metadata: { mastiff_role: "redis", mastiff_redis: made },
    restart: "always",
    volume: { id: volume, path: "/data" },
    command,
  });
  say("Redis", "starting");
  await fly.repeat<unknown>(() => fly.once(call, { app, timeoutMs: 360_000 }), {
    tries: 5,
    passes: isPassing,
    // A machine from an earlier attempt has the name.
    made: async ({ reason }) => reason === "exists" || machineOf(fly, app),
  });
}

/** Waits until Redis answers. Does not wait for a machine that exits again and again. */
export async function awaitAnswer(fly: Fly, app: string): Promise<void> {
  const ask = async (attempt: number) => {
    if (attempt === 1) await awaitListed(fly, app, (one) => one.name === name && !isGone(one));
    const machine = await machineOf(fly, app);
    return { machine, heard: machine?.state === "started" ? await ping(fly, app, machine) : "silence" };
  };
  const { machine, heard } = await fly.repeat(ask, {
    isFinal: (seen) =>
      seen.heard === "PONG" || seen.machine === undefined || endsSinceStart(seen.machine) >= 2,
    limitMs: 180_000,
    waitMs: (attempt) => Math.min(200 * 1.5 ** (attempt - 1), 5000),
  });
  if (heard === "PONG") return;
  // Fly did not let the driver ask, so this is Fly's failure: nothing is known about Redis.
  if (isPassing(heard)) throw heard;
  throw new DriverError({
    what: `Redis does not start: its machine in app ${app} is ${machine?.state ?? "gone"}.`,
    setIn: key,
    fix: `its last output is below; the whole log:  flyctl logs -a ${app}`,
    retry: "helps only if the cause goes away by itself",
    said: machine === undefined ? [] : await lastWords(fly, app, machine.id),
  });
}

async function ping(fly: Fly, app: string, machine: Machine): Promise<"PONG" | "silence" | FlyctlFailure> {
  try {
    const command = `sh -c 'redis-cli --no-auth-warning -a "$REDIS_PASSWORD" PING'`;
    const { stdout } = await execIn(fly, app, machine.id, command);
    return stdout.includes("PONG") ? "PONG" : "silence";
  } catch (error) {
    // The machine may have exited between the list and this call.
    if (error instanceof FlyctlFailure && !["login", "stopped"].includes(error.reason)) return error;
    throw error;
  }
}

/** How often the machine has exited since it was last created or updated. */
function endsSinceStart(machine: Machine): number {
  const events = [...(machine.events ?? [])].sort((a, b) => (b.timestamp ?? 0) - (a.timestamp ?? 0));
  const made = events.findIndex((event) => event.type === "launch" || event.type === "update");
  return events.slice(0, made < 0 ? undefined : made).filter((event) => event.type === "exit").length;
}

function moved(app: string, is: string, wanted: string): DriverError {
  return new DriverError({
    what: `Redis ${app} is in region ${is} and cannot move to ${wanted}: its volume stays where it is.`,
    setIn: "mastiff:region",
    fix: [
      `keep the region:  pulumi config set mastiff:region ${is}`,
      "or move all of the community there (docs/operations.md, “Moving house”)",
    ],
    retry: retry.no,
  });
}
