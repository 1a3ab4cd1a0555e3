import type { BackupSchedule } from "../../providers/rules/backup-age.ts";
import { shell } from "../../providers/shared/shell.ts";
import { asking, type Backup, backupsIn, bucketOf } from "../backups/in-bucket.ts";
import { bucketOptions, type NamedBucket, namedBucket, reading } from "../backups/named-bucket.ts";
import { accessOf, notMade, settingsOf } from "../backups/of-stack.ts";
import { backupsTable, closedTo, lateness } from "../backups/report.ts";
import { command } from "../command.ts";
import { openCommunity } from "../community.ts";
import { community, json, stack } from "../options.ts";
import { UsageError } from "../usage-error.ts";

export const backups = command({
  meta: { name: "backups", description: "Lists the backups of a community, the newest first." },
  notes: [
    "It reads the manifests in the bucket, with the key of the secret output backups. It changes nothing.",
    "A row says when the backup was taken, how large it is, of which Mastodon, with how many rows. The column proven has",
    "the date of the last drill (mastiff drill). With --json, the manifests are printed, and what is wrong.",
    "A backup whose dump or escrow is not in the bucket is listed with what is missing, and does not count.",
    "The exit code is 1 when there is none, or the newest is older than the schedule allows: twice its period and an hour.",
    "With --bucket, it needs no stack: where backups are off, or the state is lost. No schedule is looked at then.",
  ],
  args: { stack, community, ...bucketOptions, json },
  examples: [
    {
      line: "npx mastiff backups -s acme",
      does: "a table, the newest first",
    },
    { line: "npx mastiff backups -s acme --json", does: "for a script" },
    {
      line: "npx mastiff backups --bucket backups-acme-social --endpoint https://s3.example.org",
      does: "without a stack",
    },
  ],
  async run({ args }) {
    const { bucket, endpoint, region } = args;
    if (bucket !== undefined && (args.stack ?? args.community) !== undefined)
      throw new UsageError({
        what: "-s and --bucket each name a bucket, and backups lists one at a time.",
        fix: ["the bucket of a stack:  -s <stack>", "another one:  --bucket <name> --endpoint <url>"],
      });
    const seen =
      bucket === undefined
        ? await inStack(args.stack, args.community)
        : await inNamed({ bucket, endpoint, region });
    return tell(seen, args.json === true);
  },
});

/** What a bucket has. */
interface Seen {
  bucket: string;
  found: Backup[];
  /** Undefined: nobody asked for one. */
  schedule: BackupSchedule | undefined;
  /** The stack, undefined: none is known; and what names its community after `-s`. */
  of: { stack: string; named: string } | undefined;
}

async function inStack(stackName: string | undefined, name: string | undefined): Promise<Seen> {
  const { stack: opened, settings, recorded, named } = await openCommunity(stackName, name);
  const backup = settingsOf(settings);
  const access = await accessOf(opened, recorded);
  if (access === undefined) throw notMade(settings, opened);
  const found = await asking({ settings, stack: opened }, () =>
    backupsIn(bucketOf(access, backup), settings.domain),
  );
  return { bucket: access.bucket, found, schedule: backup.schedule, of: { stack: opened.name, named } };
}

async function inNamed(named: NamedBucket): Promise<Seen> {
  const bucket = namedBucket(named);
  const found = await reading(() => backupsIn(bucket, undefined));
  return { bucket: bucket.name, found, schedule: undefined, of: undefined };
}

function tell({ bucket, found, schedule, of }: Seen, isJson: boolean): number {
  const { stdout, stderr } = shell();
  const now = Date.now();
  const newest = found.find(({ problem }) => problem === undefined);
  const late = lateness(newest, schedule, now);
  if (isJson)
    stdout(
      `${JSON.stringify({ bucket, schedule: schedule ?? null, backups: found.map(plain), problem: late ?? null }, null, 2)}\n`,
    );
  else if (found.length > 0) stdout(`${backupsTable(found, now)}\n`);
  const closed = closedTo(newest?.manifest);
  if (closed !== undefined && of !== undefined) stderr(`${closedWords(closed, of.stack)}\n`);
  if (late === undefined) return 0;
  stderr(of === undefined ? `In the bucket ${bucket}, ${late}.\n` : `${problemOf(late, bucket, of)}\n`);
  return 1;
}

/** The manifest, its key, what is wrong and what is proven; of a backup that cannot be read, what its key says. */
function plain({ key, class: name, taken, manifest, problem, drill }: Backup) {
  const known = manifest ?? { class: name, taken: new Date(taken).toISOString() };
  return { key, ...known, problem: problem ?? null, drill: drill ?? null };
}

function closedWords(closed: string, stack: string): string {
  return [
    `The newest backup ${closed}: GnuPG could not use that key of mastiff:backup.recipients.`,
    `  fix     see whether it has expired, and what else is wrong with it:  pulumi preview -s ${stack}`,
  ].join("\n");
}

function problemOf(late: string, bucket: string, { stack, named }: NonNullable<Seen["of"]>): string {
  return [
    `In the bucket ${bucket}, ${late}.`,
    `  fix     what its machine said last:  npx mastiff logs -s ${named} --app backup --no-tail`,
    `          take one now:  npx mastiff backup -s ${named}`,
    `          if that fails, see what differs on Fly, and repair it:  pulumi preview -s ${stack} && pulumi up -s ${stack}`,
  ].join("\n");
}
