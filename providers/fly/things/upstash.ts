import { setParts } from "../../rules/config-parts.ts";
import * as argv from "../call/argv.ts";
import { DriverError, FlyctlFailure, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { table, verticalTable } from "../call/parse.ts";
import { say } from "../call/progress.ts";
import { from, gone, type Task } from "../kind.ts";
import type { Observation, UpstashOutput, UpstashSpec } from "../spec.ts";
import { refuseNewName } from "./app.ts";
import { find as findApp } from "./ownership.ts";

/**
 * A Redis at Upstash. It cannot have a mark, so the mark of the community's app counts for both: the Redis'
 * name is made from the app's name. When the app has our mark, a Redis of that name comes from an earlier
 * run. The driver then uses it, and says so.
 */
interface Row {
  name: string;
  plan: string;
  region: string;
}

export async function ensure({ spec, previous, fly }: Task<UpstashSpec>): Promise<UpstashOutput> {
  refuseNewName(spec.name, previous, "name");
  let row = await find(fly, spec);
  if (row !== undefined && from(previous, "name") === undefined) {
    if ((await findApp(fly, spec))?.owner !== "ours") throw somebodys(spec);
    say("Redis", `${spec.name} already exists: adopting it`);
  }
  const create = async () => {
    say("Redis", `creating ${spec.name} at Upstash`);
    await fly.once(argv.redisCreate(spec), { app: spec.name, timeoutMs: 300_000 });
    // Not listed: a database that does not exist has no status, which is asked for below.
    return { name: spec.name, plan: spec.plan ?? "", region: spec.region };
  };
  const unclear = ["limited", "server", "network", "garbled", "timeout", "exists"];
  row ??= await fly.repeat(create, {
    tries: 4,
    passes: (error) => error instanceof FlyctlFailure && unclear.includes(error.reason),
    look: () => find(fly, spec),
  });
  refuseOther(spec, row);
  const url = verticalTable(await fly.read(argv.redisStatus(spec.name), { app: spec.name }))["Private URL"];
  if (url === undefined || !/^rediss?:\/\//.test(url))
    throw new Error(`flyctl redis status ${spec.name} shows no Private URL`);
  return { name: spec.name, url };
}

export async function destroy({ spec, fly }: Task<UpstashSpec>): Promise<void> {
  if ((await find(fly, spec)) === undefined) return;
  say("Redis", `destroying ${spec.name} at Upstash`);
  try {
    await fly.repeatable(argv.redisDestroy(spec.name), { app: spec.name });
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || error.reason !== "absent") throw error;
  }
}

export async function observe({ spec, fly }: Task<UpstashSpec>): Promise<Observation> {
  const row = await find(fly, spec);
  if (row === undefined) return gone(`Redis database ${spec.name}`);
  const differences: string[] = [];
  if (!isPlan(spec, row)) differences.push(`plan of Redis is ${row.plan}, should be ${spec.plan}`);
  if (row.region !== spec.region) differences.push(`Redis is in ${row.region}, should be in ${spec.region}`);
  return { exists: true, differences };
}

async function find(fly: Fly, { org, name }: UpstashSpec): Promise<Row | undefined> {
  const rows = table(await fly.read(argv.redisList(org), { app: name }));
  const row = rows.find((one) => one.name === name);
  return row && { name, plan: row.plan ?? "", region: row["primary region"] ?? "" };
}

function somebodys({ name, app, stack }: UpstashSpec): DriverError {
  return new DriverError({
    what: `The Redis database ${name} already exists, but the app ${app}, which it belongs to, does not carry the mark of stack ${stack}: jobs of somebody else may wait in it.`,
    setIn: "mastiff:app (by default derived from mastiff:domain)",
    fix: [
      "choose another name:  pulumi config set mastiff:app <name>",
      "or, if it belongs to this community, restore the state that created it:  pulumi login <its backend>, or pulumi stack import (docs/operations.md, “A lost state”)",
    ],
    retry: retry.no,
  });
}

/** Compares display names only: a plan may be given by its id, which the list does not show. */
function isPlan({ plan }: UpstashSpec, row: Row): boolean {
  return plan === null || plan === row.plan || /^[A-Za-z0-9]{12,}$/.test(plan);
}

/** @throws for another region or plan. Only `redis update` changes a plan, by prompts in a terminal. */
function refuseOther(spec: UpstashSpec, row: Row): void {
  const { name } = spec;
  if (row.region !== spec.region) {
    throw new DriverError({
      what: `The Redis database ${name} is in region ${row.region} and cannot move to ${spec.region}.`,
      setIn: "mastiff:region",
      fix: `keep the region:  pulumi config set mastiff:region ${row.region}`,
      retry: retry.no,
    });
  }
  if (!isPlan(spec, row)) {
    throw new DriverError({
      what: `The Redis database ${name} has plan "${row.plan}", not "${spec.plan}": flyctl changes plans only interactively, in a terminal.`,
      setIn: "mastiff:redis",
      fix: [
        `change it in a terminal, then run pulumi up again:  flyctl redis update ${name}`,
        `or keep the plan:  ${setParts("mastiff:redis", { kind: "upstash", plan: row.plan })}`,
      ],
      retry: retry.no,
    });
  }
}
