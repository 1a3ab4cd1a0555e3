/**
 * Every command line of the handbook (docs/operations.md, backups.md, housekeeping.md: blocks and tables), by the test
 * that runs it. tests/unit/handbook.test.ts fails when a line has no entry. Names of stack, domain and files are those
 * of the test. A line of `pulumi config` is judged there, too: by the form of the config.
 */

/** Lines that one test runs, or that none does. */
export interface HandbookCommands {
  /** `<file below tests/>: <title>` */
  by?: string;
  /** Why no test runs them. */
  none?: string;
  lines: readonly string[];
}

const set = "engine/long/handbook.test.ts: %s: pulumi sets what it says";

export const handbookCommands: readonly HandbookCommands[] = [
  {
    by: "engine/community.test.ts: up brings up all of it, and the next preview has nothing to do",
    lines: [
      "pulumi preview",
      "pulumi up",
      "pulumi up -s acme",
      "fly certs check streaming.acme.social -a acme-social-streaming",
    ],
  },
  {
    by: "engine/drift/refresh.test.ts: drift at Cloudflare is named by the preview and repaired by up",
    lines: ["pulumi preview --refresh", "pulumi up --refresh"],
  },
  {
    by: "engine/community.test.ts: seen from outside it is a Mastodon",
    lines: [
      "pulumi stack output waitingFor",
      "pulumi stack output ownerPassword --show-secrets",
      "pulumi stack output secrets --show-secrets --json",
    ],
  },
  {
    by: "unit/backup-commands.test.ts: decrypts the one output that it needs, and prints no key",
    lines: ["pulumi stack output backups --show-secrets --json"],
  },
  {
    by: "engine/ending.test.ts: named, it is told what will be lost, dumped and unprotected",
    lines: ["pulumi stack output finalDump", "pulumi stack output leftAfterDestroy"],
  },
  {
    by: "engine/ending.test.ts: destroyed, it leaves the dumps alone, and nobody has a key to it",
    lines: ["pulumi destroy"],
  },
  {
    by: "engine/lost-state.test.ts: an exported state goes on elsewhere, under another name too: its things keep their marks",
    lines: [
      "pulumi stack export --show-secrets > state.json",
      "pulumi stack import --file state.json -s acme",
    ],
  },
  {
    by: "engine/long/moving-house.test.ts: as docs/operations.md says: its secrets stay in the stack, all else is made anew around them",
    lines: [
      "pulumi destroy --exclude '**::community-secrets**' --exclude '**::community-identity**' --exclude '**::community-backups' --exclude '**::community-backups-key'",
      "pulumi up --target '**::community-fly' --target '**::community-database**' --target '**::community-cloudflare' --target '**::community-media' --target '**::community-media-bucket'",
    ],
  },
  {
    by: "engine/long/proper-ways.test.ts: another Redis: refused with the number of jobs, by the driver too, made once they are gone",
    lines: ["pulumi state unprotect <urn of redis-machine, or of redis-upstash>"],
  },
  {
    by: "engine/long/proper-ways.test.ts: the next minor first, and a larger disk: the proper ways up",
    lines: ["fly scale count web=0 sidekiq=0 -a <app>"],
  },
  {
    by: "engine/long/faults.test.ts: an up that is killed %s a call, at %f of its calls, ends as if nothing had been",
    lines: ["pulumi cancel --yes -s acme"],
  },
  {
    by: "unit/mastiff.test.ts: without --json says its results on stdout, and what to do next on stderr",
    lines: ["npx mastiff recover -s acme"],
  },
  {
    by: set,
    lines: [
      "pulumi config set mastiff:domain dogs.example.org",
      "pulumi config set mastiff:zone example.org",
      "pulumi config set mastiff:mastodonVersion v4.7.5",
      "pulumi config set mastiff:mastodonVersion v4.6.10",
      "pulumi config set --path mastiff:movedFrom.mastodonVersion v4.7.4",
      "pulumi config set --path mastiff:movedFrom.redisKind upstash",
      "pulumi config set --path mastiff:movedFrom.filesHost files.acme.social",
      "pulumi config rm mastiff:redis && pulumi config set --path mastiff:redis.kind own",
      "pulumi config set mastiff:filesHost media.acme.social",
      "pulumi config set mastiff:oldFilesHosts '[\"files.acme.social\"]'",
      "pulumi config rm mastiff:oldFilesHosts",
      "pulumi config set mastiff:dedicatedIpv4 true",
      "pulumi config set mastiff:destroy acme.social",
      "pulumi config rm mastiff:destroy",
      "pulumi config set mastiff:region fra",
      "pulumi config set --path mastiff:rotate.smtpKey 2026-11",
      "pulumi config set-all --path --plaintext mastiff:rotate.smtpKey=2026-12 --plaintext mastiff:rotate.r2Token=2026-12 --plaintext mastiff:rotate.databasePassword=2026-12 --plaintext mastiff:rotate.redisPassword=2026-12 --plaintext mastiff:rotate.ownerPassword=2026-12",
      "pulumi config set --path mastiff:sidekiq.threads 20",
      "pulumi config set --path mastiff:postgres.volumeGb 20",
      "pulumi config set mastiff:budget 30",
      "pulumi config set --path mastiff:backup.schedule hourly",
      "pulumi config set --path mastiff:backup.keep.daily 30",
      "pulumi config set mastiff:snapshotRetention 14",
      "pulumi config set --path mastiff:backup.account fedcba9876543210fedcba9876543210",
      "pulumi config set-all --path --plaintext mastiff:backup.s3.endpoint=https://s3.eu-central-003.backblazeb2.com --plaintext mastiff:backup.s3.region=eu-central-003 --plaintext mastiff:backup.bucket=acme-social-backups",
      "pulumi config set mastiff:backupAccessKeyId <id>",
      "pulumi config set --secret mastiff:backupSecretAccessKey <secret>",
      "pulumi config set --path mastiff:uploadsMirror.account fedcba9876543210fedcba9876543210",
      "pulumi config set-all --path --plaintext mastiff:uploadsMirror.s3.endpoint=https://s3.eu-central-003.backblazeb2.com --plaintext mastiff:uploadsMirror.s3.region=eu-central-003 --plaintext mastiff:uploadsMirror.bucket=acme-social-uploads",
      "pulumi config set mastiff:mirrorAccessKeyId <id>",
      "pulumi config set --secret mastiff:mirrorSecretAccessKey <secret>",
      "pulumi stack init acme && pulumi config set mastiff:domain acme.social",
      "gpg --armor --export you@example.org | pulumi config set --path 'mastiff:backup.recipients[0]'",
      "pulumi config set --path mastiff:housekeeping.mediaCache 30",
      "pulumi config set --path mastiff:housekeeping.orphans true",
      "pulumi config set --path mastiff:housekeeping.schedule weekly",
      "pulumi config set mastiff:housekeeping off",
      "pulumi config set mastiff:metrics true",
    ],
  },
  {
    by: "engine/long/neighbours.test.ts: two communities that both find a zone without rules make each ruleset once, and end at once",
    lines: ["pulumi stack init dogs"],
  },
  {
    by: "unit/doctor.test.ts: of a domain needs no pulumi, and ends with 0 when all is well",
    lines: ["npx mastiff doctor --domain acme.social"],
  },
  {
    by: "unit/doctor.test.ts: of a stack asks the hosts of its config, and decrypts no secret",
    lines: ["npx mastiff doctor -s acme --no-inside"],
  },
  {
    by: "unit/doctor.test.ts: a finding that is %s, with %j, ends with %i",
    lines: ["npx mastiff doctor -s acme --json --fail-on warning"],
  },
  {
    by: "unit/doctor.test.ts: a healthy community gives no finding, from outside, inside and its accounts",
    lines: ["npx mastiff doctor -s acme"],
  },
  {
    by: "unit/handbook.test.ts: %s is a line of flyctl's",
    lines: [
      "npx mastiff logs -s acme",
      "npx mastiff logs -s acme --no-tail",
      "npx mastiff logs -s acme --app backup --no-tail",
      "npx mastiff logs -s acme --app mirror --no-tail",
      "npx mastiff console -s acme",
      "npx mastiff console -s acme shell",
      "npx mastiff console -s acme psql",
    ],
  },
  {
    by: "unit/handbook.test.ts: %s runs in a machine, as it stands",
    lines: [
      "npx mastiff tootctl -s acme accounts refresh --all --verbose",
      "npx mastiff tootctl -s acme accounts modify rex --reset-password",
      "npx mastiff tootctl -s acme accounts modify rex --disable-2fa",
      "npx mastiff tootctl -s acme accounts modify rex --enable",
      "npx mastiff tootctl -s acme accounts modify rex --confirm",
      "npx mastiff tootctl -s acme settings registrations close",
      "npx mastiff tootctl -s acme --memory-mb 2048 media refresh --days 7",
      "npx mastiff tootctl -s acme feeds build",
      "npx mastiff job run -s acme -- bundle exec rails db:migrate:status",
    ],
  },
  {
    by: "unit/cost-command.test.ts: as JSON, with what is beyond the budget and the ways back",
    lines: ["npx mastiff cost -s acme"],
  },
  {
    by: "unit/review-command.test.ts: as JSON, and as files beside it",
    lines: ["npx mastiff review -s acme"],
  },
  {
    by: "unit/backup-commands.test.ts: takes one in the app of the backups, shows what it says, and prints it as a table",
    lines: ["npx mastiff backup -s acme"],
  },
  {
    by: "unit/backup-commands.test.ts: lists those of all classes, the newest first, beyond one page of the bucket's list",
    lines: ["npx mastiff backups -s acme"],
  },
  {
    by: "unit/backup-commands.test.ts: lists what is there without a stack, whosever it is, however old, and prints no key",
    lines: [
      "export AWS_ACCESS_KEY_ID=<id> AWS_SECRET_ACCESS_KEY=<secret>",
      "npx mastiff backups --bucket backups-acme-social --endpoint https://<account>.r2.cloudflarestorage.com",
    ],
  },
  {
    by: "real/from-nothing.test.ts: is backed up, and the backup is proven",
    lines: [
      "npx mastiff drill -s acme --key key.asc",
      "npx mastiff drill -s acme",
      "npx mastiff drill -s acme --json",
    ],
  },
  {
    by: "real/from-nothing.test.ts: a new stack gets its secrets, which a preview then leaves as they are",
    lines: ["npx mastiff restore-keys -s acme --key key.asc"],
  },
  {
    by: "real/from-nothing.test.ts: its community has them, and gets its database back",
    lines: ["npx mastiff restore -s acme --from 20261129T030000Z --key key.asc"],
  },
  {
    by: "unit/restore-command.test.ts: a table shows the backup beside the community, and the domain has to be typed",
    lines: ["npx mastiff restore -s acme --from 2026-11-29T03:00"],
  },
  {
    by: "real/from-nothing.test.ts: and is as any other, once the restore is finished",
    lines: ["npx mastiff restore -s acme --finish"],
  },
  {
    by: "unit/restore-command.test.ts: without a terminal, --yes has to be written out",
    lines: ["npx mastiff restore -s acme --from latest"],
  },
  {
    by: "unit/restore-command.test.ts: are a backup as one in the bucket is",
    lines: ["npx mastiff restore -s acme --from 20261129T030000Z.dump.gpg --key key.asc"],
  },
  {
    by: "unit/restore-open.test.ts: of dump and escrow, in whichever order gpg printed them, open each its own",
    lines: ["npx mastiff restore -s acme --from 20261129T030000Z.dump.gpg --session-key session-keys"],
  },
  {
    by: "unit/restore-command.test.ts: %s says what it does, and asks",
    lines: ["npx mastiff restore -s acme --undo"],
  },
  {
    by: "real/from-nothing.test.ts: is lost but for its bucket, which gpg opens",
    lines: [
      "for part in dump escrow; do gpg --show-session-key --output /dev/null --decrypt 20261129T030000Z.$part.gpg 2>> session-keys; done",
      "gpg --decrypt 20261129T030000Z.escrow.gpg",
    ],
  },
  {
    by: "real/backup-script.test.ts: a dump of several parts is restored as it was, and the escrow opens with each key",
    lines: [
      "gpg --decrypt 20261129T030000Z.dump.gpg > community.dump",
      "sha256sum 20261129T030000Z.dump.gpg",
      "pg_restore -n public --no-owner --role=<user> -d postgres://<user>:<password>@localhost:5432/<empty database> community.dump",
    ],
  },
  {
    by: "unit/patience.test.ts: is what each call has of its own, times what the operator says",
    lines: ["export MASTIFF_PATIENCE=3"],
  },
  {
    by: "driver/postgres.test.ts: grows: memory by a new machine size, the volume in place, with snapshots that are kept for longer",
    lines: ["fly volumes list -a acme-social-db", "fly volumes list --all -a acme-social-db"],
  },
  {
    none: "it is about the operator's own backend, which a test does not have: Pulumi's part alone",
    lines: ["pulumi whoami -v", "pulumi login s3://…", "pulumi stack change-secrets-provider passphrase"],
  },
  {
    none: "the local Fly has no ssh to answer it; its words are held to flyctl's grammar",
    lines: ["fly ssh console -a acme-social -C env > keys.env"],
  },
  {
    none: "rclone with the operator's own remotes; the mirror's own rclone is another line",
    lines: [
      "rclone copy r2:<bucket> uploads",
      "rclone copy r2:files-acme-social r2:<the new bucket>",
      "rclone copy r2:backups-acme-social/daily/2026-11-29 .",
    ],
  },
  {
    none: "gpg asks a person for the passphrase, and for how long the key is to last",
    lines: ["gpg --edit-key you@example.org expire"],
  },
  {
    none: "it fills the operator's own keyring; the output that it reads has another entry",
    lines: ["pulumi stack output backups --show-secrets --json | jq -r .privateKey | gpg --import"],
  },
  {
    by: "unit/new-command.test.ts: is asked for what is not given, and again for what cannot be used",
    lines: ["npx mastiff new", "npx mastiff new -s acme --domain acme.social --region fra"],
  },
  {
    by: "unit/new-command.test.ts: the stack is made with every answer, the schema in its file, and the cost is said",
    lines: ["npx mastiff new -s acme --from acme.answers.yaml --yes"],
  },
];
