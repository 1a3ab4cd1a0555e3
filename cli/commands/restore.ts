import type { RestoreLook, RestorePrepared, RestoreState } from "../../providers/fly/spec.ts";
import { moment } from "../../providers/rules/backup-age.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { shell } from "../../providers/shared/shell.ts";
import { confirmed, yes } from "../asking.ts";
import { asking } from "../backups/in-bucket.ts";
import { command } from "../command.ts";
import { community, ownApp, stack } from "../options.ts";
import { type ChosenBackup, chosenBackup, from, nameOf, refuseSmaller } from "../restore/chosen-backup.ts";
import {
  backupsOf,
  dumpOf,
  type RestorableCommunity,
  restorableCommunity,
  restoreSpecOf,
  secretsOf,
  urlForMachine,
} from "../restore/community.ts";
import { driverAnswer } from "../restore/driver-answer.ts";
import { type Escrow, otherSecrets } from "../restore/escrow.ts";
import { type GivenKeys, keyOptions, keysOf } from "../restore/keys.ts";
import { openBackup } from "../restore/opened-backup.ts";
import { halfwayWords, type Outlook, outlookOf, restoredWords } from "../restore/words.ts";
import { UsageError } from "../usage-error.ts";

/**
 * A backup becomes the community's database.
 *
 *   look ─► chosen, opened, asked ─► prepare: a new database beside ─► switch: names change ─► healthy
 *    └─ the community went over to this very backup already ──────────────┘
 *
 * A run that was killed is completed by the next one with the same words: the driver finds out how far it came.
 */
export const restore = command({
  meta: { name: "restore", description: "Restores a backup into the community, beside its old database." },
  notes: [
    "The backup is restored into a new database while the community runs on. Its counts are compared with the manifest.",
    "Then the machines stop, the databases change names, a newer Mastodon migrates, and the machines start.",
    "The old database stays: --undo goes back to it, --finish drops it. It needs as much room again until then.",
    "A run that was stopped is completed by the same line. The private key does not leave this machine.",
    "It asks for the domain before anything is done.",
  ],
  args: {
    stack,
    community,
    from,
    undo: { type: "boolean", description: "go back to the old database" },
    finish: { type: "boolean", description: "drop the old database, for good" },
    ...keyOptions,
    app: ownApp,
    yes,
  },
  examples: [
    {
      line: "npx mastiff restore -s acme --from latest",
      does: "the newest backup, with the stack's key",
    },
    {
      line: "npx mastiff restore -s acme --from 2026-11-29T03:00",
      does: "the backup of this time",
    },
    {
      line: "npx mastiff restore -s acme --from 20261129T030000Z.dump.gpg --key key.asc",
      does: "files on this machine",
    },
    {
      line: "npx mastiff restore -s acme --community cats --from latest",
      does: "one of several communities of a stack",
    },
    { line: "npx mastiff restore -s acme --undo", does: "back to the old database" },
    { line: "npx mastiff restore -s acme --finish", does: "when all is well: gives back its room" },
  ],
  async run({ args }) {
    const task = taskOf(args);
    const whose = await restorableCommunity({
      stack: args.stack,
      community: args.community,
      app: args.app,
    });
    const { code, answer: state } = await ask<RestoreLook>("look", whose);
    if (state === undefined) return code;
    const isSure = args.yes === true;
    if (task !== "restore") return ended(task, state, whose, isSure);
    return restored({ ...args, from: args.from ?? "" }, state, whose, isSure);
  },
});

type Task = "restore" | "undo" | "finish";

/** @throws UsageError when the options say none of the three, or several */
function taskOf({ from, undo, finish }: { from?: string; undo?: boolean; finish?: boolean }): Task {
  const tasks: [Task, boolean][] = [
    ["restore", from !== undefined],
    ["undo", undo === true],
    ["finish", finish === true],
  ];
  const [task, other] = tasks.filter(([, isAsked]) => isAsked).map(([name]) => name);
  if (task !== undefined && other === undefined) return task;
  throw new UsageError({
    what:
      task === undefined
        ? "mastiff restore: which backup?"
        : "--from, --undo and --finish are three different things.",
    fix: [
      "the newest backup:  --from latest",
      "back to the old database:  --undo",
      "drop the old database:  --finish",
      "see  npx mastiff restore --help",
    ],
  });
}

function ask<T>(
  verb: "look" | "prepare" | "switch" | "undo" | "finish",
  community: RestorableCommunity,
  { backup, secrets }: { backup?: ChosenBackup; secrets?: Record<string, string> } = {},
) {
  return driverAnswer<T>({
    call: ["restore", verb],
    spec: restoreSpecOf(community, backup && dumpOf(backup)),
    ...(secrets && { secrets }),
    endpoint: community.settings.endpoints.fly,
  });
}

/** @returns the exit code */
async function restored(
  given: GivenKeys & { from: string },
  state: RestoreLook,
  community: RestorableCommunity,
  isSure: boolean,
): Promise<number> {
  const { stack, settings, plan, access, named } = community;
  const { backup, isUnderWay } = await chosen(given.from, state, community);
  const keys = await keysOf(given, access.privateKey);
  const { sessionKey, escrow } = await asking(community, () => openBackup(backup, keys));
  const secrets = await secretsOf(community);
  const outlook: Outlook = {
    domain: settings.domain,
    stack: stack.name,
    named,
    backup,
    now: Date.now(),
    version: settings.mastodonVersion,
    running: state.running,
    database: plan.postgres.database,
    keys: keysWords(escrow, secrets, community),
  };
  talk(outlookOf(outlook));
  if (isUnderWay) talk(`\nThis restore is under way (${state.state}), and goes on where it stopped.`);
  await confirmed(settings.domain, isSure);

  const line = lineOf(given.from, backup, community);
  if (state.state !== "switched") {
    const { DATABASE_URL: databaseUrl = "" } = secrets;
    const isComplete = isUnderWay && state.state === "restored";
    const code = await prepare(backup, { sessionKey, databaseUrl, isComplete }, community);
    if (code !== 0) {
      talk(`${settings.domain} runs on its old database, as before. To go on:  ${line}`);
      return code;
    }
  }
  const { code } = await ask<RestoreState>("switch", community, { backup });
  if (code !== 0) {
    talk(halfwayWords(outlook, line));
    return code;
  }
  shell().stdout(`${restoredWords(outlook)}\n`);
  return 0;
}

/** @throws OperatorError, or UsageError, when there is no such backup, or another restore is in its way */
async function chosen(
  text: string,
  state: RestoreState,
  community: RestorableCommunity,
): Promise<{ backup: ChosenBackup; isUnderWay: boolean }> {
  const { settings, bucket, named } = community;
  const { domain } = settings;
  const found = await backupsOf(community);
  const backup = await chosenBackup(text, { bucket, found, domain, named });
  const isUnderWay = state.state !== "undone" && state.name === dumpOf(backup).name;
  if (!isUnderWay && (state.state === "switched" || state.state === "undone"))
    throw unfinished(state, community);
  if (text === "latest" && !isUnderWay) refuseSmaller(backup, found);
  return { backup, isUnderWay };
}

/**
 * Restores into a database beside the community's.
 *
 * @param given.isComplete whether that database is complete: no machine reads the dump again, so it is not uploaded again
 * @returns the exit code
 */
async function prepare(
  backup: ChosenBackup,
  { isComplete, ...given }: { sessionKey: string; databaseUrl: string; isComplete: boolean },
  community: RestorableCommunity,
): Promise<number> {
  const key = isComplete ? backup.manifest.dump : await asking(community, () => backup.inBucket(talk));
  const secrets = { ...given, url: await urlForMachine(key, community) };
  const { code } = await ask<RestorePrepared>("prepare", community, { backup, secrets });
  // After a failure it stays: the next run need not upload it again.
  if (code === 0) await backup.leaveBucket();
  return code;
}

/** The line that completes a restore. It names the backup by its time: `latest` may be another one by then. */
function lineOf(from: string, backup: ChosenBackup, { named, ownApp }: RestorableCommunity): string {
  const which = from === "latest" ? nameOf(backup) : JSON.stringify(from);
  const app = ownApp === undefined ? "" : ` --app ${ownApp}`;
  return `npx mastiff restore -s ${named} --from ${which}${app}   (with the other options as before)`;
}

function talk(line: string): void {
  shell().stderr(`${line}\n`);
}

/** @throws OperatorError when the escrow has other secrets than the stack */
function keysWords(
  escrow: Escrow | undefined,
  secrets: Readonly<Record<string, string>>,
  { stack, named }: RestorableCommunity,
): string {
  if (escrow === undefined) return "not compared: the escrow was not opened";
  const others = otherSecrets(escrow, secrets);
  if (others.length === 0) return "the stack has the same";
  throw new OperatorError(
    `The backup is of a community with other secrets than the stack ${stack.name}: ${others.join(", ")}. With these, its accounts could not sign, and nobody could log in with a second factor.\n  fix     name a backup of this stack:  npx mastiff backups -s ${named}\n          or give the backup's secrets to a new stack, before its first up:  npx mastiff restore-keys`,
  );
}

/** The error of a restore that was not ended, whose other database a new restore would drop */
function unfinished(
  { state, name, since }: RestoreState,
  { named, settings }: RestorableCommunity,
): OperatorError {
  const when = since === undefined ? "" : ` since ${moment(Date.parse(since))}`;
  const finish = `npx mastiff restore -s ${named} --finish`;
  const undo = `npx mastiff restore -s ${named} --undo`;
  const complete = `npx mastiff restore -s ${named} --from ${name?.split("/").at(-1)}`;
  if (state === "undone")
    return new OperatorError(
      `${settings.domain} runs on its old database${when}, and the one that was restored (${name}) is still there, with what was written to it.\n  fix     if nobody needs that any more:  ${finish}`,
    );
  return new OperatorError(
    `${settings.domain} runs on the backup ${name}${when}, and its old database is still there.\n  fix     if all is well with it:  ${finish}\n          if not, go back first:  ${undo}\n          if the run that brought it over was stopped, complete it:  ${complete}`,
  );
}

/** The end of a restore: back to the old database, or without it. */
async function ended(
  task: "undo" | "finish",
  { state, name, since }: RestoreState,
  community: RestorableCommunity,
  isSure: boolean,
): Promise<number> {
  const { settings, plan, named } = community;
  const { domain } = settings;
  const { database } = plan.postgres;
  const isNothing = state === "none" && task === "finish";
  if (!isNothing) {
    talk(endWords(task, { state, name, since }, domain, database));
    await confirmed(domain, isSure);
  }
  const { code, answer } = await ask<RestoreState>(task, community);
  if (answer === undefined) {
    talk("The same line goes on where this one stopped.");
    return code;
  }
  const finish = `npx mastiff restore -s ${named} --finish`;
  shell().stdout(
    task === "finish"
      ? `${domain} has one database, and no restore is under way.\n`
      : `${domain} runs on its own database. The other one stays, until  ${finish}\n`,
  );
  return 0;
}

function endWords(
  task: "undo" | "finish",
  { state, name, since }: RestoreState,
  domain: string,
  database: string,
): string {
  const when = since === undefined ? "" : ` since ${moment(Date.parse(since))}`;
  const runsOn = state === "switched" ? `the backup ${name}${when}` : "its own database";
  if (task === "finish") return `${domain} runs on ${runsOn}. The other database is dropped, for good.`;
  return state === "switched"
    ? `${domain} goes back to its old database, ${database}_before. What was written${when} is not in it. The machines stop for a minute or more.`
    : `${domain} runs on its own database. Machines that a stopped restore has stopped are started.`;
}
