import * as argv from "../call/argv.ts";
import { DriverError, FlyctlFailure, isPassing, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import { from } from "../kind.ts";
import type { Owned } from "../spec.ts";
import { type Secret, secretsOf } from "./listed-secrets.ts";
import { earlierMarkOf, isMark, isOwnSecret, markOf, ownerOf } from "./mark.ts";
import { volumesOf } from "./volumes.ts";

/**
 * Tells whether an app is ours (see mark.ts), and makes an app of ours.
 *
 *   not in our organisation ──create──► empty, unmarked ──mark──► ours
 *             │                            ▲ a crash stops here; the next run continues
 *             └─ "taken": it is in an organisation that we do not see
 */
export interface Found {
  owner: "ours" | "another stack's" | "unmarked";
  secrets: Secret[];
}

/** An app to make. */
export interface Claim extends Owned {
  /** A private network, apart from the organisation's other apps. Default: the organisation's own. */
  network?: string;
  /** Option of a command that gives the app another name, for the errors. Default: the config key of all names. */
  option?: string;
}

/**
 * The app's secrets and owner, or undefined when our organisation has no app of that name.
 *
 * @param previous the app's last output, from our state. An app in the state is ours without the mark, too:
 *   somebody has unset the mark, or the app dates from before identities. An app with any other mark is not.
 *   Default: only the mark counts.
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

/**
 * As {@link find}, for an app that another resource of the stack has made in our organisation. The mark proves that the
 * app is still ours, so the organisation is asked only without it.
 */
export async function findMade(fly: Fly, owned: Owned, previous?: unknown): Promise<Found | undefined> {
  try {
    const secrets = await secretsOf(fly, owned.app);
    const names = secrets.map((secret) => secret.name);
    if (ownerOf(owned.stack, names) === "ours") return { owner: "ours", secrets };
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || error.reason !== "absent") throw error;
  }
  return find(fly, owned, previous);
}

/** True when the organisation has an app of that name. */
export async function inOrganisation(fly: Fly, org: string, app: string): Promise<boolean> {
  const apps = await fly.json<{ Name: string }[]>(argv.appsList(org));
  return apps.some((one) => one.Name === app);
}

/** Secrets for the app's own use, without the driver's own. */
export function content(secrets: readonly Secret[]): Secret[] {
  return secrets.filter((secret) => !isOwnSecret(secret.name));
}

/**
 * Makes sure that the app exists and has our mark.
 *
 * @param isEmpty called only for an unmarked app: true when nothing in it can be somebody else's.
 * @param previous the app's last output, from our state. An app in the state gets its mark again
 */
export async function claim(
  fly: Fly,
  owned: Claim,
  isEmpty: (found: Found) => Promise<boolean> = (found) => hasNothing(fly, owned.app, found),
  previous?: unknown,
): Promise<Found> {
  let found = await find(fly, owned, previous);
  if (found === undefined) {
    say(owned.app, "creating the app");
    const made = await create(fly, owned);
    found = { owner: "unmarked", secrets: made ? [] : await secretsOf(fly, owned.app) };
    // An app that this call made is empty. After a lost answer, the app is checked.
    if (made) isEmpty = async () => true;
  }
  if (found.owner === "another stack's") throw notOurs(owned, found.owner);
  if (found.owner === "unmarked" && !(await isEmpty(found))) throw notOurs(owned, found.owner);
  await remark(fly, owned, found);
  return found;
}

/** Makes sure that the app has our mark, and no mark from before identities. */
export async function remark(fly: Fly, owned: Owned, { secrets }: Found): Promise<void> {
  const names = secrets.map((secret) => secret.name);
  if (!names.includes(markOf(owned.stack))) await mark(fly, owned);
  const earlier = earlierMarkOf(owned.stack);
  if (earlier !== markOf(owned.stack) && names.includes(earlier))
    await fly.repeatable(argv.secretsUnset(owned.app, [earlier]), { app: owned.app });
}

/** @returns true when this call made the app; false when the app exists although the call failed. */
async function create(fly: Fly, owned: Claim): Promise<boolean> {
  // A failed call may still have made the app, and flyctl itself retries a 502 or 503: look before judging.
  const act = async () => {
    await fly.once(argv.appsCreate(owned.app, owned.org, owned.network), { app: owned.app });
    fly.made.add(owned.app);
    return true;
  };
  const isOwnName = (error: unknown) =>
    error instanceof FlyctlFailure && error.reason === "exists" && fly.destroyed.has(owned.app);
  return fly.repeat(act, {
    tries: 4,
    passes: (error) => isPassing(error) || isOwnName(error),
    made: async (failure) => {
      if (await inOrganisation(fly, owned.org, owned.app)) return false;
      if (failure.reason === "exists" && !isOwnName(failure)) throw taken(owned, failure);
      return undefined;
    },
  });
}

export async function mark(fly: Fly, { app, stack }: Owned): Promise<void> {
  await fly.repeatable(argv.secretsImport(app), { app, stdin: `${markOf(stack)}="${stack}"\n` });
}

/** True without secrets (except marks), machines and volumes (these outlive machines): the app is unused. */
export async function hasNothing(fly: Fly, app: string, found: Found): Promise<boolean> {
  if (found.secrets.some((secret) => !isMark(secret.name))) return false;
  const machines = await fly.json<unknown[]>(argv.machineList(app), { app });
  return machines.length === 0 && (await fly.json<unknown[]>(argv.volumesList(app), { app })).length === 0;
}

/**
 * Destroys the app with everything in it. Succeeds when there is no app of that name.
 *
 * @param refuse throws when an app of ours holds something to keep. Default: the app may be destroyed.
 * @param previous the app's last output, from our state
 * @throws when the app exists but is not ours: our state is then wrong, and the app is not touched.
 */
export async function destroyOwned(
  fly: Fly,
  owned: Claim,
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
    fly.destroyed.add(app);
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || error.reason !== "absent") throw error;
  }
}

/**
 * Removes the app that a create that cannot succeed has left. Pulumi does not record a resource that it
 * failed to create, so no destroy would ever find the app, and its name would stay taken.
 *
 * @param isEmpty called only for an app of an earlier run: true when the app cannot hold data. Default: true
 *   when the app has no machine, no volume and no secrets except marks
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
  say(owned.app, "removing it again: it is still empty");
  await destroyApp(fly, owned.app);
}

export function notOurs(claim: Claim, owner: "another stack's" | "unmarked"): DriverError {
  const { app, org, stack, option } = claim;
  const whose =
    owner === "unmarked"
      ? `it has content, but not the mark of stack ${stack}`
      : `it carries the mark of a stack other than ${stack}, or of a stack of the same name in another backend`;
  return new DriverError({
    what: `The Fly app "${app}" already exists in organisation ${org} and belongs to something else: ${whose}.`,
    setIn: namedBy(claim),
    fix: [
      ...(option === undefined
        ? [
            "choose another name:  pulumi config set mastiff:app <name>",
            "or, for the app of the backups:  pulumi config set-all --path --plaintext mastiff:backup.app=<name> --plaintext <each other part>     (pulumi config get mastiff:backup shows them)",
            "or, if it belongs to this community, restore the state that created it:  pulumi login <its backend>, or pulumi stack import (docs/operations.md, “A lost state”)",
          ]
        : [`choose another name:  ${option} <name>`]),
      `to see what is in it:  flyctl status -a ${app}`,
    ],
    retry: retry.no,
  });
}

/** The error for a name that belongs to an app outside our organisation. */
export function taken(claim: Claim, failure: FlyctlFailure): DriverError {
  const { app, org, option } = claim;
  return new DriverError(
    {
      what: `The app name "${app}" is taken: names are unique on all of Fly, and organisation ${org} does not have this app.`,
      setIn: namedBy(claim),
      fix: [
        ...(option === undefined
          ? [
              "choose another name:  pulumi config set mastiff:app <name>",
              "or, for the app of the backups:  pulumi config set-all --path --plaintext mastiff:backup.app=<name> --plaintext <each other part>     (pulumi config get mastiff:backup shows them)",
            ]
          : [`choose another name:  ${option} <name>`]),
        "or, if the app is yours in another organisation:  pulumi config set mastiff:flyOrg <slug>",
      ],
      retry: retry.no,
      call: failure.call,
      said: [failure.said.split("\n")[0] ?? ""],
    },
    { cause: failure },
  );
}

/** What gives an app its name. */
function namedBy({ option }: Claim): string {
  return option === undefined
    ? "mastiff:app (by default derived from mastiff:domain)"
    : `the option ${option} (by default derived from mastiff:app)`;
}
