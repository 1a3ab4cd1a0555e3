import * as argv from "../call/argv.ts";
import { DriverError, FlyctlFailure, passes, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import { from } from "../kind.ts";
import type { Owned } from "../spec.ts";
import { type Secret, secretsOf } from "./listed-secrets.ts";
import { earlierMarkOf, isMark, isOwnSecret, markOf, ownerOf } from "./mark.ts";
import { volumesOf } from "./volumes.ts";

/**
 * Which app is ours (see mark.ts), and the making of one.
 *
 *   not in our organisation ──create──► empty, unmarked ──mark──► ours
 *             │                            ▲ a crash stops here; the next run goes on
 *             └─ "taken": it is in an organisation that we do not see
 */
export interface Found {
  owner: "ours" | "another stack's" | "unmarked";
  secrets: Secret[];
}

/**
 * The app's secrets and owner, or undefined when our organisation has no app of that name.
 *
 * @param previous what our state says of it. An app that the state knows is ours without the mark too: somebody has
 *   unset it, or it dates from before identities. One that bears any other mark is not. Default: the mark alone counts.
 */
export async function find(fly: Fly, owned: Owned, previous?: unknown): Promise<Found | undefined> {
  const { stack, org, app } = owned;
  if (!(await inOrganisation(fly, org, app))) return undefined;
  const secrets = await secretsOf(fly, app);
  const names = secrets.map((secret) => secret.name);
  const isRemembered =
    from(previous, "app") === app && names.filter(isMark).every((name) => name === earlierMarkOf(stack));
  return { owner: isRemembered ? "ours" : ownerOf(stack, names), secrets };
}

/** True when the organisation has an app of that name. */
export async function inOrganisation(fly: Fly, org: string, app: string): Promise<boolean> {
  const apps = await fly.json<{ Name: string }[]>(argv.appsList(org));
  return apps.some((one) => one.Name === app);
}

/** Secrets that the app was given for its own use; the driver's notes do not count. */
export function content(secrets: readonly Secret[]): Secret[] {
  return secrets.filter((secret) => !isOwnSecret(secret.name));
}

/**
 * The app exists and is marked as ours.
 *
 * @param isEmpty asked only of an unmarked app: whether anything in it could be somebody's.
 * @param previous what the state says of it; an app that it knows is given its mark again
 */
export async function claim(
  fly: Fly,
  owned: Owned,
  isEmpty: (found: Found) => Promise<boolean> = (found) => hasNothing(fly, owned.app, found),
  previous?: unknown,
): Promise<Found> {
  let found = await find(fly, owned, previous);
  if (found === undefined) {
    say(owned.app, "creating the app");
    const made = await create(fly, owned);
    found = { owner: "unmarked", secrets: made ? [] : await secretsOf(fly, owned.app) };
    // What this very call made is empty; what a lost answer may have made has to show that it is.
    if (made) isEmpty = async () => true;
  }
  if (found.owner === "another stack's") throw notOurs(owned, found.owner);
  if (found.owner === "unmarked" && !(await isEmpty(found))) throw notOurs(owned, found.owner);
  await remark(fly, owned, found);
  return found;
}

/** The app bears our mark, and none from before identities. */
export async function remark(fly: Fly, owned: Owned, { secrets }: Found): Promise<void> {
  const names = secrets.map((secret) => secret.name);
  if (!names.includes(markOf(owned.stack))) await mark(fly, owned);
  const earlier = earlierMarkOf(owned.stack);
  if (earlier !== markOf(owned.stack) && names.includes(earlier))
    await fly.repeatable(argv.secretsUnset(owned.app, [earlier]), { app: owned.app });
}

/** @returns true when this call made it; false when it is there without our having heard so. */
async function create(fly: Fly, owned: Owned): Promise<boolean> {
  // A call that failed may still have made the app, and flyctl repeats a 502 or 503 by itself: look, then judge.
  for (let attempt = 1; ; attempt++) {
    try {
      await fly.once(argv.appsCreate(owned.app, owned.org), { app: owned.app });
      fly.made.add(owned.app);
      return true;
    } catch (error) {
      if (!(error instanceof FlyctlFailure) || error.reason === "stopped") throw error;
      if (await inOrganisation(fly, owned.org, owned.app)) return false;
      if (error.reason === "exists") throw taken(owned, error);
      if (attempt === 4 || !passes(error.reason)) throw error;
      await fly.pause(500 * 2 ** attempt);
    }
  }
}

export async function mark(fly: Fly, { app, stack }: Owned): Promise<void> {
  await fly.repeatable(argv.secretsImport(app), { app, stdin: `${markOf(stack)}="${stack}"\n` });
}

/** No secrets, no machines and no volumes, which outlive their machines: nobody has used it yet. */
export async function hasNothing(fly: Fly, app: string, found: Found): Promise<boolean> {
  if (found.secrets.some((secret) => !isMark(secret.name))) return false;
  const machines = await fly.json<unknown[]>(argv.machineList(app), { app });
  return machines.length === 0 && (await fly.json<unknown[]>(argv.volumesList(app), { app })).length === 0;
}

/**
 * Destroys the app with all that is in it; no app of that name is fine.
 *
 * @param refuse throws when what is in an app of ours has to be kept. Default: it may go.
 * @param previous what our state says of it
 * @throws when it is there but not ours: then our state is wrong, and the app is not touched.
 */
export async function destroyOwned(
  fly: Fly,
  owned: Owned,
  isEmpty: (found: Found) => Promise<boolean> = (found) => hasNothing(fly, owned.app, found),
  refuse?: () => Promise<void>,
  previous?: unknown,
): Promise<void> {
  const found = await find(fly, owned, previous);
  if (found === undefined) return;
  if (found.owner === "another stack's") throw notOurs(owned, found.owner);
  if (found.owner === "unmarked" && !(await isEmpty(found))) throw notOurs(owned, found.owner);
  if (found.owner === "ours") await refuse?.();
  say(owned.app, "destroying the app");
  await destroyApp(fly, owned.app);
}

export async function destroyApp(fly: Fly, app: string): Promise<void> {
  try {
    await fly.repeatable(argv.appsDestroy(app), { app });
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || error.reason !== "absent") throw error;
  }
}

/**
 * Takes back what a create that cannot succeed has left: Pulumi writes nothing down of a thing that it failed to make,
 * so no destroy would ever find it, and its name would stay taken.
 *
 * @param isEmpty asked only of an app that an earlier run made: whether it can have data in it. Default: it has no
 *   machine, no volume and no secrets but ours
 */
export async function takeBack(
  fly: Fly,
  owned: Owned,
  isEmpty: (found: Found) => Promise<boolean> = async (found) =>
    (await hasNothing(fly, owned.app, found)) && (await volumesOf(fly, owned.app)).length === 0,
): Promise<void> {
  const found = await find(fly, owned);
  if (found === undefined || found.owner === "another stack's") return;
  if (!fly.made.has(owned.app) && !(found.owner === "ours" && (await isEmpty(found)))) return;
  say(owned.app, "taking it back: it holds nothing yet");
  await destroyApp(fly, owned.app);
}

export function notOurs({ app, org, stack }: Owned, owner: "another stack's" | "unmarked"): DriverError {
  const whose =
    owner === "unmarked"
      ? `it has content, but not the mark of stack ${stack}`
      : `it carries the mark of another stack, not that of ${stack}, or of one of the same name in another backend`;
  return new DriverError({
    what: `The Fly app "${app}" is in organisation ${org} already and belongs to something else: ${whose}.`,
    setIn: "mastiff:app (by default made from mastiff:domain)",
    fix: [
      "choose another name:  pulumi config set mastiff:app <name>",
      `or, if it is this community's, bring back the state that made it:  pulumi login <its backend>, or pulumi stack import (docs/operations.md, “A lost state”)`,
      `what is in it:  flyctl status -a ${app}`,
    ],
    retry: retry.no,
  });
}

/** The name is held by an app that our organisation does not have. */
export function taken({ app, org }: Owned, failure: FlyctlFailure): DriverError {
  return new DriverError(
    {
      what: `The app name "${app}" is taken: names are unique over all of Fly, and organisation ${org} does not have it.`,
      setIn: "mastiff:app (by default made from mastiff:domain)",
      fix: [
        "choose another name:  pulumi config set mastiff:app <name>",
        "or, if the app is yours in another organisation:  pulumi config set mastiff:flyOrg <slug>",
      ],
      retry: retry.no,
      call: failure.call,
      said: [failure.said.split("\n")[0] ?? ""],
    },
    { cause: failure },
  );
}
