import { shell } from "../../providers/fly/call/shell.ts";
import { asking, type Backup, backupsIn, bucketOf } from "../backups/in-bucket.ts";
import { accessOf, notMade, settingsOf } from "../backups/of-stack.ts";
import { backupsTable, closedTo, lateness } from "../backups/report.ts";
import { command } from "../command.ts";
import { json, stack } from "../options.ts";
import { communityIn, configOf, openStack } from "../stack.ts";

export const backups = command({
  meta: { name: "backups", description: "Lists the backups of a community, the newest first." },
  notes: [
    "It reads the manifests in the bucket, with the key of the secret output backups. It changes nothing.",
    "A backup whose dump or escrow is not in the bucket is listed with what is missing, and does not count.",
    "The exit code is 1 when there is none, or the newest is older than the schedule allows: twice its period and an hour.",
  ],
  args: { stack, json },
  examples: [
    {
      line: "npx mastiff backups -s acme",
      does: "a table: when, how large, of which Mastodon, how many rows",
    },
    { line: "npx mastiff backups -s acme --json", does: "for a script: the manifests, and what is wrong" },
  ],
  async run({ args }) {
    const { stdout, stderr } = shell();
    const opened = await openStack(args.stack);
    const settings = communityIn(await configOf(opened), opened);
    const backup = settingsOf(settings);
    const { schedule } = backup;
    const access = await accessOf(opened);
    if (access === undefined) throw notMade(settings, opened);
    const found = await asking(settings, () => backupsIn(bucketOf(access, backup), settings.domain));
    const now = Date.now();
    const newest = found.find(({ problem }) => problem === undefined);
    const late = lateness(newest, schedule, now);
    const { bucket } = access;
    if (args.json)
      stdout(
        `${JSON.stringify({ bucket, schedule, backups: found.map(plain), problem: late ?? null }, null, 2)}\n`,
      );
    else if (found.length > 0) stdout(`${backupsTable(found, now)}\n`);
    const closed = closedTo(newest?.manifest);
    if (closed !== undefined) stderr(`${closedWords(closed, opened.name)}\n`);
    if (late === undefined) return 0;
    stderr(`${problemOf(late, { bucket, stack: opened.name })}\n`);
    return 1;
  },
});

/** The manifest, its key, and what is wrong with the backup; of one that cannot be read, what its key says. */
function plain({ key, class: name, taken, manifest, problem }: Backup) {
  const known = manifest ?? { class: name, taken: new Date(taken).toISOString() };
  return { key, ...known, problem: problem ?? null };
}

function closedWords(closed: string, stack: string): string {
  return [
    `The newest backup ${closed}: GnuPG could not use that key of mastiff:backup.recipients.`,
    `  fix     see whether it has expired, and what else is wrong with it:  pulumi preview -s ${stack}`,
  ].join("\n");
}

function problemOf(late: string, { bucket, stack }: { bucket: string; stack: string }): string {
  return [
    `In the bucket ${bucket}, ${late}.`,
    `  fix     what its machine said last:  npx mastiff logs -s ${stack} --app backup --no-tail`,
    `          take one now:  npx mastiff backup -s ${stack}`,
    `          if that fails, see what differs on Fly, and repair it:  pulumi preview && pulumi up`,
  ].join("\n");
}
