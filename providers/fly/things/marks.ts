import * as argv from "../call/argv.ts";
import type { Fly } from "../call/flyctl.ts";
import { table } from "../call/parse.ts";
import type { MarkedThing, MarksOutput, MarksSpec } from "../spec.ts";
import { secretsOf } from "./listed-secrets.ts";
import { isGone, machinesOf } from "./machines.ts";
import { earlierMarkOf, identityIn, isMark } from "./mark.ts";

/** The marked apps of these names in the organisation, with their owners. Changes nothing. */
export async function look(fly: Fly, { org, apps, redis, stack }: MarksSpec): Promise<MarksOutput> {
  const there = await fly.json<{ Name: string }[]>(argv.appsList(org));
  const named = apps.filter((app) => there.some((one) => one.Name === app));
  const found = await Promise.all(named.map((app) => markedApp(fly, app, stack)));
  const things = found.filter((one) => one !== undefined);
  if (redis !== null && things.length > 0) things.push(...(await upstash(fly, org, redis)));
  return { things };
}

/** The app with its machines; undefined without a mark: the driver reports that when it needs the app. */
async function markedApp(fly: Fly, app: string, stack: string): Promise<MarkedThing | undefined> {
  const [secrets, machines] = await Promise.all([secretsOf(fly, app), machinesOf(fly, app)]);
  const marks = secrets.map(({ name }) => name).filter(isMark);
  const mark = marks.find((one) => one !== earlierMarkOf(stack)) ?? marks[0];
  if (mark === undefined) return undefined;
  const live = machines.filter((one) => !isGone(one));
  const running = live.filter((one) => one.state === "started").length;
  return {
    what: `the app ${app} (machines: ${live.length}, running: ${running})`,
    identity: identityIn(mark),
    isEarlier: mark === earlierMarkOf(stack),
  };
}

/** A Redis at Upstash has no mark: its owner is the owner of the apps. */
async function upstash(fly: Fly, org: string, name: string): Promise<MarkedThing[]> {
  const rows = table(await fly.read(argv.redisList(org), { app: name }));
  const isThere = rows.some((row) => row.name === name);
  return isThere ? [{ what: `the Redis ${name} at Upstash`, identity: null, isEarlier: false }] : [];
}
