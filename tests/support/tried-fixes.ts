/** How each way out that the product prints was tried: what fixes.ts finds in the sources has to be here. */

/** One text's trial. */
export interface Tried {
  file: string;
  /** How the text begins. */
  text: string;
  /** A test that does as the text says, and goes on: `<file below tests/>: <title>`. */
  followed?: string;
  /** A test that meets the error and sees the text. */
  shown?: string;
  /** Why no test can do as it says. */
  none?: string;
}

/**
 * Words of a way out that takes something away, and why nothing that holds data or serves people can go by it. A text
 * with such a word that is not here fails the test.
 */
export const takesAway: readonly { fix: string; because: string }[] = [
  {
    fix: "the newest backup: --from latest back to the old database: --undo drop",
    because:
      "it says what each option does; --finish asks for the domain, and refuses while the community is not well",
  },
  { fix: "switch backups on: pulumi config rm", because: "a key of config that asks for no backups" },
  {
    fix: "keep what it runs on, and drop what it ran on before",
    because: "the end of a restore, which says what goes; the other way out goes back to it",
  },
  {
    fix: "when nobody needs what was written meanwhile, drop it",
    because: "the end of a restore that was undone, left to a person who knows what was written",
  },
  {
    fix: "to end the community: pulumi config set mastiff:destroy",
    because: "it is the answer to a destroy that was asked for, and takes a last dump first",
  },
  {
    fix: "to end it: pulumi config set mastiff:destroy",
    because: "it is the answer to a destroy that was asked for, and takes a last dump first",
  },
  {
    fix: "let Sidekiq finish them",
    because: "jobs that a person gives up one by one, on Sidekiq's page, after the rest was worked off",
  },
  {
    fix: "check whether Fly has an incident: https://status.flyio.net remove it",
    because: "a one-off's machine that never started: it has run nothing, serves nobody and has no volume",
  },
  {
    fix: "pulumi config set-all --path --secret mastiff:secretEnv.",
    because: "the variable is set again as a secret first, and then leaves the plain ones",
  },
  { fix: "unset it, or set a factor", because: "a variable of the operator's own shell" },
  {
    fix: "check whether this machine can reach api.fly.io",
    because: "a key of config that names local clouds",
  },
  { fix: "the token is not valid for this call", because: "it says where the token of a destroy comes from" },
  { fix: "the key is not valid", because: "it says where the key of a destroy comes from" },
  { fix: "if somebody removed it", because: "it says what may have happened" },
  {
    fix: "pulumi config set-all --path --secret <its other parts> pulumi config rm mastiff:env",
    because: "a key of config, whose values have just been set under another one",
  },
  {
    fix: "use the stack's own Redis: pulumi config rm",
    because: "a key of config, which gets another value",
  },
  { fix: "somebody removed it", because: "it says what happened" },
  { fix: "somebody else removed it", because: "it says what happened" },
  { fix: "keep the existing record: pulumi config rm", because: "a key of config that asks for a record" },
  {
    fix: "merge two of the zone's rules of this kind into one",
    because:
      "it first says what stands there, and leaves it to a person who knows that nothing needs it; another way out keeps all of it",
  },
  {
    fix: "the bucket's host already has a DNS record",
    because:
      "it first says what stands there, and leaves it to a person who knows that nothing needs it; another way out keeps all of it",
  },
  {
    fix: "the zone has all the DNS records",
    because:
      "it first says what stands there, and leaves it to a person who knows that nothing needs it; another way out keeps all of it",
  },
  { fix: "to create or delete a zone, the token needs", because: "it says which right a token needs" },
  {
    fix: "if nothing needs them any more (an old site",
    because:
      "it first says what stands there and where to look at it, and leaves it to a person who knows that nothing needs it; what something needs has to stay",
  },
  {
    fix: "let this stack add its one rule to that ruleset",
    because:
      "a ruleset is proposed for removal by its call only when it has no rule; one with rules is listed, and left to a person",
  },
  {
    fix: "merge two of them into one",
    because:
      "it first says what stands there, and leaves it to a person who knows that nothing needs it; another way out keeps all of it",
  },
  {
    fix: "remove records that nothing needs any more, yourself",
    because:
      "it first says what stands there, and leaves it to a person who knows that nothing needs it; another way out keeps all of it",
  },
];

export const triedFixes: readonly Tried[] = [
  {
    file: "cli/commands/restore-keys.ts",
    text: "<words>",
    shown:
      "unit/restore-keys-command.test.ts: a bucket that refuses the key, without a word of pulumi up, which would make other secrets",
  },
  {
    file: "cli/asking.ts",
    text: "There is no terminal to ask on.",
    shown: "unit/restore-command.test.ts: without a terminal, --yes has to be written out",
  },
  {
    file: "cli/commands/drill.ts",
    text: "The backup <backup> was restored, and is not what it should be",
    shown: "unit/drill-command.test.ts: when %s, nothing is proven and nothing is kept",
  },
  {
    file: "cli/commands/restore-keys.ts",
    text: "--from: <file> cannot be read",
    shown: "unit/restore-keys-command.test.ts: a file that is not there, as wrong usage",
  },
  {
    file: "cli/commands/restore-keys.ts",
    text: "The escrow is of <domain>, and the stack <name> is for <domain>",
    shown: "unit/restore-keys-command.test.ts: a stack for another domain",
  },
  {
    file: "cli/commands/restore-keys.ts",
    text: "The escrow has an OTP_SECRET: ",
    shown: "unit/restore-keys-command.test.ts: an escrow %s",
  },
  {
    file: "cli/commands/restore-keys.ts",
    text: "The escrow cannot be used",
    shown: "unit/restore-keys-command.test.ts: an escrow %s",
  },
  {
    file: "cli/restore/targeted-up.ts",
    text: "Another run holds the lock of <name>: <holder>",
    shown: "unit/restore-keys-command.test.ts: where a stopped run holds the lock, there is a way on",
  },
  {
    file: "cli/commands/restore-keys.ts",
    text: "The program of this stack makes no community <name>",
    shown: "unit/restore-keys-command.test.ts: a program that makes no such community",
  },
  {
    file: "cli/commands/restore-keys.ts",
    text: "The community <community> has been up",
    shown: "unit/restore-keys-command.test.ts: a community that has been up",
  },
  {
    file: "cli/restore/targeted-up.ts",
    text: "The community <community> waits for other resources of the program",
    followed:
      "engine/long/program-restore.test.ts: gets the secrets of a backup before its first up, which then uses them",
  },
  {
    file: "cli/commands/restore.ts",
    text: "mastiff restore: which backup?",
    shown: "unit/restore-command.test.ts: wrong usage ends with 2, and asks nobody",
  },
  {
    file: "cli/commands/restore.ts",
    text: "The backup is of a community with other secrets than the stack <name>",
    shown: "unit/restore-command.test.ts: of a community with other secrets",
  },
  {
    file: "cli/restore/chosen-backup.ts",
    text: "The newest backup (<newest>) has",
    shown: "unit/restore-command.test.ts: named latest, when another one has much more in it",
  },
  {
    file: "cli/commands/restore.ts",
    text: "<domain> runs on its old database<when>, and the one that was restored",
    shown: "unit/restore-command.test.ts: while what was undone is still there",
  },
  {
    file: "cli/commands/restore.ts",
    text: "<domain> runs on the backup <name><when>, and its old database is still there",
    shown: "unit/restore-command.test.ts: while the last restore is not finished",
  },
  {
    file: "cli/restore/chosen-backup.ts",
    text: "In the bucket <name> there is no backup of <domain> that can be relied on",
    shown: "unit/drill-command.test.ts: without a backup there is nothing to drill",
  },
  {
    file: "cli/restore/chosen-backup.ts",
    text: "<backup> in the bucket <name> is named <text>",
    shown: "unit/restore-command.test.ts: that nobody has",
  },
  {
    file: "cli/restore/chosen-backup.ts",
    text: "The backup <one> cannot be relied on",
    shown: "unit/restore-command.test.ts: that cannot be relied on",
  },
  {
    file: "cli/restore/chosen-backup.ts",
    text: "<path> is no backup that can be restored",
    shown: "unit/restore-command.test.ts: have to be all there, and as they were written",
  },
  {
    file: "cli/restore/community.ts",
    text: "<own> is an app of <domain> itself",
    shown:
      "unit/restore-command.test.ts: an app of the community itself, %s, is not taken for the app of a restore",
  },
  {
    file: "cli/restore/community.ts",
    text: "The state of <name> has no identity",
    shown: "unit/restore-command.test.ts: a stack without an identity is told how it gets one",
  },
  {
    file: "cli/restore/escrow.ts",
    text: "The escrow was decrypted, and this version of Mastiff cannot read it",
    shown: "unit/given-secrets.test.ts: an escrow of another form is refused, and not quoted",
  },
  {
    file: "cli/restore/keys.ts",
    text: "--key and --session-key both say what opens the backup",
    shown: "unit/restore-open.test.ts: %s is wrong usage",
  },
  {
    file: "cli/restore/keys.ts",
    text: "Nothing is given that opens the backup",
    shown: "unit/restore-open.test.ts: %s is wrong usage",
  },
  {
    file: "cli/restore/keys.ts",
    text: "Not opened by <from>: <what>",
    shown: "unit/restore-command.test.ts: that the key does not open, with the fingerprints of those that do",
  },
  {
    file: "cli/restore/keys.ts",
    text: "There is no private OpenPGP key in <in>",
    shown: "unit/restore-open.test.ts: a file without a private key is said to have none",
  },
  {
    file: "cli/restore/keys.ts",
    text: "<from> has a passphrase, and there is no terminal to ask for it",
    shown: "unit/restore-open.test.ts: with %s is refused",
  },
  {
    file: "cli/restore/keys.ts",
    text: "The passphrase does not open <from>",
    shown: "unit/restore-open.test.ts: with %s is refused",
  },
  {
    file: "cli/restore/keys.ts",
    text: "There is no session key in <file>",
    shown: "unit/restore-open.test.ts: a file without a session key is said to have none",
  },
  {
    file: "cli/restore/operators-bucket.ts",
    text: "There is no token for Cloudflare, so the bucket of the backups cannot be read",
    shown: "unit/restore-keys-command.test.ts: a bucket without a token for it",
  },
  {
    file: "components/backup/community-backups.ts",
    text: "mastiff:backup is off: the only copies of the database of <domain> are Fly's snapshots",
    shown:
      "component/backups.test.ts: each run warns where nobody could open the backups without the state, and where there are none",
  },
  {
    file: "components/housekeeping/community-housekeeping.ts",
    text: "mastiff:housekeeping is new in this community",
    shown:
      "component/housekeeping.test.ts: a community that is up without housekeeping is told once what the default deletes, and how to keep it",
  },
  {
    file: "components/housekeeping/community-housekeeping.ts",
    text: "mastiff:housekeeping deletes posts of other servers",
    shown: "component/housekeeping.test.ts: the machine is made anew after a release with other variables",
  },
  {
    file: "components/backup/community-backups.ts",
    text: "Only the state of this stack has a key that opens the backups of <domain>",
    shown:
      "component/backups.test.ts: each run warns where nobody could open the backups without the state, and where there are none",
  },
  {
    file: "components/backup/recipients.ts",
    text: "<key> is revoked: no backup can be encrypted for it.",
    shown: "unit/recipients.test.ts: a key that is revoked is refused, and one that only signs is warned of",
  },
  {
    file: "components/backup/recipients.ts",
    text: "<key> seems to have no part for encryption",
    shown: "unit/recipients.test.ts: a key that is revoked is refused, and one that only signs is warned of",
  },
  {
    file: "components/backup/recipients.ts",
    text: "<key> <ends> <until>: it does not open backups that are taken later.",
    shown: "unit/recipients.test.ts: a key that has expired is refused, with how to set it again",
  },
  {
    file: "components/backup/recipients.ts",
    text: "The backups are not encrypted for <",
    shown: "component/backups.test.ts: a recipient that the last backup was not encrypted for is warned of",
  },
  {
    file: "components/config/backup-rules.ts",
    text: "r2Problems",
    shown: "unit/config-backup.test.ts: what is missing is asked for, and there is a way without backups",
  },
  {
    file: "components/config/given.ts",
    text: 'Community "<name>" has no such arguments',
    shown: "component/community.test.ts: an argument that does not exist is refused by its name",
  },
  {
    file: "components/config/given.ts",
    text: 'Community "<name>": not known in this preview',
    shown:
      "component/community.test.ts: an output that a preview cannot know is refused, but a secret may be unknown",
  },
  {
    file: "components/stack/fact-rules.ts",
    text: "filesHost would change from <host> to <0>: other servers and apps keep addresses of upload",
    shown: "unit/data-guard.test.ts: an old name of the uploads serves on, until somebody gives it up",
  },
  {
    file: "components/cloudflare/zone-obstacles.ts",
    text: "The stack <owner> owns the whole ruleset for response headers of the zone <name>: its",
    shown:
      "unit/zone-obstacles.test.ts: a ruleset that another stack owns as a whole is refused in every mode, one that stacks share in none",
  },
  {
    file: "providers/fly/things/addresses.ts",
    text: "DNS points to the IPv4 <v4> of <app>, which is not of the kind that mastiff:dedicatedIpv4",
    none: "it says that the app is asked for first, which the program always does: only a run of the driver by hand meets it",
  },
  { file: "cli/call.ts", text: "<path> needs a command.", shown: "unit/mastiff.test.ts: mastiff %s" },
  { file: "cli/call.ts", text: "<path> has no option <word>.", shown: "unit/mastiff.test.ts: mastiff %s" },
  { file: "cli/call.ts", text: "<path> has no command <word>.", shown: "unit/mastiff.test.ts: mastiff %s" },
  {
    file: "cli/call.ts",
    text: "<path>: the <word> is missing.",
    shown: "unit/mastiff.test.ts: mastiff %s",
  },
  {
    file: "cli/call.ts",
    text: "<path> does not take the argument <value>.",
    shown: "unit/mastiff.test.ts: mastiff %s",
  },
  { file: "cli/call.ts", text: "<path> has no option <rawName>.", shown: "unit/mastiff.test.ts: mastiff %s" },
  { file: "cli/call.ts", text: "<rawName> takes no value.", shown: "unit/mastiff.test.ts: mastiff %s" },
  {
    file: "cli/backups/in-bucket.ts",
    text: "<words>",
    shown: "unit/backup-commands.test.ts: with a key that R2 refuses says how to repair it",
  },
  {
    file: "cli/backups/named-bucket.ts",
    text: "--bucket needs --endpoint",
    shown: "unit/backup-commands.test.ts: with %s is a mistake in the line",
  },
  {
    file: "cli/backups/named-bucket.ts",
    text: "--bucket needs the key of the bucket",
    shown: "unit/backup-commands.test.ts: with %s is a mistake in the line",
  },
  {
    file: "cli/backups/named-bucket.ts",
    text: "<words>",
    shown:
      "unit/backup-commands.test.ts: ends with 1 where there is none, and says why where the key is refused",
  },
  {
    file: "cli/commands/backups.ts",
    text: "-s and --bucket each name a bucket",
    shown: "unit/backup-commands.test.ts: with %s is a mistake in the line",
  },
  {
    file: "cli/backups/of-stack.ts",
    text: "No backups of <domain> are taken",
    shown:
      "unit/backup-commands.test.ts: where they are off says so, with the way to those that were taken, and decrypts nothing",
  },
  {
    file: "cli/backups/of-stack.ts",
    text: "The stack <name> has no output backups",
    shown: "unit/backup-commands.test.ts: before the first up says that none was set up yet",
  },
  {
    file: "cli/commands/backups.ts",
    text: "The newest backup <closed>: GnuPG could not use that key",
    shown:
      "unit/backup-commands.test.ts: one that a recipient cannot open is listed with the key, counts, and is warned of",
  },
  {
    file: "cli/commands/backups.ts",
    text: "In the bucket <bucket>, <late>.",
    shown: "unit/backup-commands.test.ts: of an empty bucket ends with 1, as a table and as JSON",
  },
  {
    file: "cli/commands/console.ts",
    text: "mastiff console has no <text>.",
    shown: "unit/mastiff.test.ts: mastiff %s",
  },
  {
    file: "cli/commands/logs.ts",
    text: "--app is <text>",
    shown: "unit/mastiff.test.ts: mastiff %s",
  },
  {
    file: "cli/commands/logs.ts",
    text: "The uploads of <domain> have no mirror",
    shown: "unit/fly-console.test.ts: of a mirror are those of its own app, if there is one",
  },
  {
    file: "cli/commands/logs.ts",
    text: "The Redis of <domain> is Upstash's",
    shown: "unit/fly-console.test.ts: of Redis at Upstash are not on Fly, and it is said where they are",
  },
  {
    file: "cli/commands/doctor.ts",
    text: "-s and --domain each name a community, and doctor looks at one at a time.",
    shown: "unit/mastiff.test.ts: mastiff %s",
  },
  {
    file: "cli/fleet/chosen-stacks.ts",
    text: "No stacks are named.",
    shown: "unit/fleet.test.ts: %j is wrong usage",
  },
  {
    file: "cli/fleet/chosen-stacks.ts",
    text: "--stacks is <stacks>: there is no stack",
    shown: "unit/fleet.test.ts: %j is wrong usage",
  },
  {
    file: "cli/fleet/chosen-stacks.ts",
    text: "--all: the project has no stack.",
    shown: "unit/fleet.test.ts: a project without stacks has none to act on",
  },
  {
    file: "cli/fleet/chosen-stacks.ts",
    text: "--tag is <tag>: no stack has it",
    shown: "unit/fleet.test.ts: by a tag in the stack's file, as YAML and as JSON text",
  },
  {
    file: "cli/fleet/stack-file.ts",
    text: "<file> is no YAML",
    shown:
      "unit/fleet.test.ts: a file that is no YAML is named where tags are looked for, and none of it is quoted",
  },
  {
    file: "cli/fleet/run-fleet.ts",
    text: "--parallel is <text>",
    shown: "unit/fleet.test.ts: --parallel %s is wrong usage",
  },
  {
    file: "cli/fleet/run-fleet.ts",
    text: "--jobs is <text>",
    shown: "unit/every-command.test.ts: $one.path --$name with a value that is no $valueHint",
  },
  {
    file: "cli/fleet/upgraded.ts",
    text: "The version is <text>",
    shown: "unit/fleet.test.ts: %j is wrong usage",
  },
  {
    file: "cli/fleet/upgraded.ts",
    text: "<name>: a program gives its communities their version",
    shown: "unit/fleet.test.ts: a program that gives the version as an argument is told so",
  },
  {
    file: "cli/commands/fleet/up.ts",
    text: "--fail-on says what the doctor may find at the canary",
    followed: "unit/fleet.test.ts: a severity from which a canary is ill is wrong usage without a canary",
  },
  {
    file: "cli/fleet/waves.ts",
    text: "--canary is <name>",
    shown: "unit/fleet.test.ts: a canary that is none of the stacks is wrong usage",
  },
  {
    file: "cli/fleet/waves.ts",
    text: "--waves is <text>",
    shown: "unit/fleet.test.ts: %j is wrong usage",
  },
  {
    file: "cli/fleet/upgraded.ts",
    text: "<version> runs, and the doctor is content",
    followed: "engine/long/fleet.test.ts: an upgrade stops at the first that fails, and goes on as printed",
  },
  {
    file: "cli/doctor/fail-on.ts",
    text: "--fail-on is <text>: that is not a severity.",
    shown: "unit/mastiff.test.ts: mastiff %s",
  },
  {
    file: "providers/fly/inside.ts",
    text: "The look from inside <how> (app <app>)",
    shown: "driver/inside.test.ts: a machine that cannot look is a finding, with its last lines",
  },
  {
    file: "cli/commands/review.ts",
    text: "--fail-on is <text>: that is not a verdict.",
    shown: "unit/review-command.test.ts: --fail-on takes a verdict",
  },
  {
    file: "policy/policies.ts",
    text: "Nothing takes backups of <domain>",
    shown: "unit/policy.test.ts: backups that are off are a violation",
  },
  {
    file: "policy/policies.ts",
    text: "Nothing protects the data of <domain>",
    shown: "unit/policy.test.ts: a community without protection is a violation",
  },
  {
    file: "policy/policies.ts",
    text: "Nothing limits what <domain> may cost",
    shown: "unit/policy.test.ts: a community without a budget is told so",
  },
  {
    file: "policy/policies.ts",
    text: "<because>, and its ",
    shown: "unit/policy.test.ts: what is bound to the EU is bound as a whole",
  },
  {
    file: "policy/policies.ts",
    text: "The variable <name> looks like a secret",
    shown: "unit/policy.test.ts: %s is taken for a secret, and its value is not shown",
  },
  {
    file: "policy/policies.ts",
    text: "The state is a file on this machine",
    shown: "unit/policy.test.ts: %s is a file on one machine",
  },
  {
    file: "cli/doctor/whom.ts",
    text: "--domain is <domain>: <problem>.",
    shown: "unit/mastiff.test.ts: mastiff %s",
  },
  {
    file: "cli/fleet/matrix.ts",
    text: "--size is <text>: a matrix has 1 to <mostJobs> jobs.",
    shown: "unit/fleet-matrix.test.ts: --size %s is refused, and nobody is asked",
  },
  {
    file: "cli/options.ts",
    text: "--memory-mb is <text>: the memory of a machine comes in steps of 256 MB.",
    shown: "unit/mastiff.test.ts: mastiff %s",
  },
  {
    file: "cli/pulumi.ts",
    text: "pulumi is not on PATH.",
    shown: "unit/mastiff.test.ts: cannot be asked for without pulumi",
  },
  {
    file: "cli/stack.ts",
    text: "<which>.",
    shown: "unit/mastiff.test.ts: that %s ends the command with 1 and the names that there are",
  },
  {
    file: "cli/communities.ts",
    text: "The stack <stack> <which>.",
    shown: "unit/mastiff.test.ts: with several communities and %j does nothing, and names them",
  },
  {
    file: "cli/recover/engine.ts",
    text: "Another run holds the lock of <stack>: <holder>.",
    followed:
      "engine/long/operators.test.ts: whoever comes while another operator is at work is told who that is, and hurts nothing",
  },
  {
    file: "providers/cloudflare/bucket-access.ts",
    text: "The bucket <name> is not emptied: it contains uploads, and nobody has confirmed that the c",
    followed: "engine/ending.test.ts: named, it is told what will be lost, dumped and unprotected",
  },
  {
    file: "providers/cloudflare/bucket-access.ts",
    text: "The bucket <name> is in use: <other> is no backup of Mastiff's",
    shown: "unit/bucket-of-backups.test.ts: is refused with what its rules would delete",
  },
  {
    file: "providers/cloudflare/bucket-access.ts",
    text: "The bucket would change from <before> to <after>, and all objects of the old one would be ",
    shown: "unit/dynamic-kind.test.ts: a bucket's name does not change while that would delete its objects",
  },
  {
    file: "providers/cloudflare/client.ts",
    text: "There is no token for Cloudflare.",
    shown: "unit/dynamic-errors.test.ts: without any key the client says where to put one",
  },
  {
    file: "providers/cloudflare/client.ts",
    text: "cloudflare refuses: status !== undefined && isOfToken(status, codes)",
    none: "what the token lacks is for a person to grant in the dashboard",
  },
  {
    file: "providers/cloudflare/client.ts",
    text: "cloudflare refuses: status === 429",
    shown: "clients/faults.test.ts: %s, %s, %s once: green, nothing twice",
  },
  {
    file: "providers/cloudflare/client.ts",
    text: "cloudflare refuses: status === undefined || status >= 500",
    followed: "clients/faults.test.ts: %s, %s, %s for good: a clear error, and the next run completes",
  },
  {
    file: "providers/cloudflare/entrypoint.ts",
    text: "The rule <ref> belongs to another stack: “<description>”. It acts on a community that is up.",
    shown:
      "clients/phase-rule.test.ts: a rule that bears another stack's mark is neither changed nor removed",
  },
  {
    file: "components/cloudflare/answers.ts",
    text: "Cloudflare's answer to the POST for <name> (<1>) is incomplete (HTTP 200, no JSON): the ",
    followed:
      "engine/long/half-answers.test.ts: what Cloudflare answered by half is said, and made once in the end",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 10000",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 9109",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 6003",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 7003",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 10042",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 10004",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 10073",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 10005",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 10008",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 81053",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 81054",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 81044",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 81057",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 81058",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 20217",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 1061",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 971",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "<what>: the resource may exist all the same.",
    shown:
      "engine/long/operators.test.ts: whoever comes while another operator is at work is told who that is, and hurts nothing",
  },
  {
    file: "components/stack/fact-rules.ts",
    text: "every account's handle and its identity at other servers depend on the domain",
    shown: "unit/data-guard.test.ts: what is for good is refused, with what would be lost and the proper way",
  },
  {
    file: "components/stack/fact-rules.ts",
    text: "the database and Redis would be deleted and created again, empty",
    shown: "unit/data-guard.test.ts: what is for good is refused, with what would be lost and the proper way",
  },
  {
    file: "components/stack/fact-rules.ts",
    text: "database and Redis cannot move to another organisation: they would be created again, empty",
    shown: "unit/data-guard.test.ts: what is for good is refused, with what would be lost and the proper way",
  },
  {
    file: "components/stack/fact-rules.ts",
    text: "volumes cannot move between regions: database and Redis would be created again, empty",
    followed:
      "engine/long/moving-house.test.ts: as docs/operations.md says: its secrets stay in the stack, all else is made anew around them",
  },
  {
    file: "components/stack/fact-rules.ts",
    text: "the bucket with every upload cannot move to another account",
    shown: "unit/data-guard.test.ts: what is for good is refused, with what would be lost and the proper way",
  },
  {
    file: "components/stack/fact-rules.ts",
    text: "this stack created that zone, and would delete it with all its records, including those of others",
    shown: "unit/data-guard.test.ts: what is for good is refused, with what would be lost and the proper way",
  },
  {
    file: "components/stack/fact-rules.ts",
    text: "every upload would be lost with the old bucket, which would be emptied and deleted",
    shown: "unit/data-guard.test.ts: what is for good is refused, with what would be lost and the proper way",
  },
  {
    file: "components/stack/fact-rules.ts",
    text: "a bucket cannot change its jurisdiction: it would be emptied, deleted and created again",
    shown: "unit/data-guard.test.ts: what is for good is refused, with what would be lost and the proper way",
  },
  {
    file: "components/stack/fact-rules.ts",
    text: "<fact> would shrink from <before> to <after>: a volume on Fly can only grow",
    shown: "unit/data-guard.test.ts: what is for good is refused, with what would be lost and the proper way",
  },
  {
    file: "components/stack/fact-rules.ts",
    text: "redisKind would change from <was> to <redisKind>: jobs that wait in Redis (deliveries, mai",
    followed:
      "engine/long/proper-ways.test.ts: another Redis: refused with the number of jobs, by the driver too, made once they are gone",
  },
  {
    file: "components/stack/first-look.ts",
    text: "<domain> is already up, and its state is elsewhere<join>. Found: Nothing was created. The keys th",
    followed:
      "engine/lost-state.test.ts: an exported state goes on elsewhere, under another name too: its things keep their marks",
  },
  {
    file: "components/fly/look.ts",
    text: "The look at Fly failed, so this run cannot know what has changed there.",
    none: "the two ways out are flyctl's own words and one key of config",
  },
  {
    file: "components/mastodon/kept-secrets.ts",
    text: "secrets that must never change would be generated again, so nothing is done:",
    followed:
      "engine/long/data-guards.test.ts: a state that lost its keys is refused at up, before a machine gets others; the old state mends it",
  },
  {
    file: "components/stack/stack-identity.ts",
    text: "The stack has no identity yet, and this run cannot create one: its --target excludes it",
    shown: "component/stack-identity.test.ts: a run whose --target leaves the identity out is told so",
  },
  {
    file: "components/mastodon/version-rule.ts",
    text: "<from> → <to> is a downgrade: an older Mastodon cannot read what <from> has written.",
    shown: "engine/long/proper-ways.test.ts: the next minor first, and a larger disk: the proper ways up",
  },
  {
    file: "components/mastodon/version-rule.ts",
    text: "<from> → <to> skips a minor version: the migrations of each version build on those before.",
    followed: "engine/long/proper-ways.test.ts: the next minor first, and a larger disk: the proper ways up",
  },
  {
    file: "components/mastodon/version-rule.ts",
    text: "<from> → <to> is a new major version, whose upgrade path this version of Mastiff does not know.",
    none: "there is no such release yet",
  },
  {
    file: "providers/shared/patience.ts",
    text: 'MASTIFF_PATIENCE is "<word>", which is not a number above zero.',
    shown: "unit/patience.test.ts: %s is refused with the variable's name and a way out",
  },
  {
    file: "providers/fly/things/app.ts",
    text: 'The Fly app "<before>" cannot be renamed to "<app>": Fly has no rename.',
    shown: "driver/app.test.ts: a rename is refused before anything is made",
  },
  {
    file: "providers/fly/call/explain.ts",
    text: "flyctl is not on PATH, and everything on Fly needs it.",
    shown: "driver/errors.test.ts: flyctl is not on PATH",
  },
  {
    file: "providers/fly/call/explain.ts",
    text: "Fly refuses the login of flyctl: the token is missing, expired or revoked.",
    shown: "driver/errors.test.ts: not logged in",
  },
  {
    file: "providers/fly/call/explain.ts",
    text: "The Fly token is not allowed to do this<app>.",
    none: "what the token lacks is for a person to grant",
  },
  {
    file: "providers/fly/call/explain.ts",
    text: 'There is no app "<app>" on Fly, or this token does not see it.',
    shown: "driver/jobs.test.ts: on an app that never was",
  },
  {
    file: "providers/fly/call/explain.ts",
    text: 'The Fly organisation "<org>" is unknown, or this token does not see it.',
    shown: "driver/errors.test.ts: an organisation that is unknown, with those that there are",
  },
  {
    file: "providers/fly/call/explain.ts",
    text: 'Fly cannot put this in region "<region>".',
    shown: "driver/errors.test.ts: a region that is unknown, with those that there are",
  },
  {
    file: "providers/fly/call/explain.ts",
    text: 'Upstash on Fly has no plan "<plan>".',
    shown: "driver/errors.test.ts: a plan that is unknown, with those that there are",
  },
  {
    file: "providers/fly/call/explain.ts",
    text: 'The image "<image>" cannot be found.',
    shown: "driver/errors.test.ts: an image of Redis' own that is unknown",
  },
  {
    file: "providers/fly/call/explain.ts",
    text: 'Fly has no room in region "<region>" for a machine of this size at this moment.',
    shown: "driver/release-failures.test.ts: a region without room",
  },
  {
    file: "providers/fly/call/explain.ts",
    text: "Somebody else is changing the machines at this moment.",
    none: "the lease of another ends by itself",
  },
  {
    file: "providers/fly/call/explain.ts",
    text: "Fly answers that something failed on its side.",
    shown: "driver/errors.test.ts: Fly is unwell",
  },
  {
    file: "providers/fly/call/explain.ts",
    text: "Fly cannot be reached.",
    shown: "driver/errors.test.ts: Fly is not to be reached",
  },
  {
    file: "providers/fly/call/explain.ts",
    text: "Fly's answer cannot be read: it is incomplete, or not from Fly.",
    shown: "driver/errors.test.ts: Fly is unwell",
  },
  {
    file: "providers/fly/call/explain.ts",
    text: "flyctl did not finish in time.",
    shown: "unit/patience.test.ts: %s is refused with the variable's name and a way out",
  },
  {
    file: "providers/fly/things/kept-keys.ts",
    text: "The keys of the app <app> differ from those in this stack's state, and one or more of thes",
    followed:
      "engine/long/data-guards.test.ts: a state that lost its keys is refused at up, before a machine gets others; the old state mends it",
  },
  {
    file: "providers/fly/backup/backup.ts",
    text: `The database's app "<server>" has no machine, so there is nothing to take backups of.`,
    shown: "driver/backup.test.ts: is not made while the database has no machine",
  },
  {
    file: "providers/fly/backup/backup.ts",
    text: 'There is no app "<app>" in organisation <org> to take backups in.',
    shown: "driver/backup.test.ts: is not made in an app that is not there, or not ours",
  },
  {
    file: "providers/fly/backup/backup.ts",
    text: "No backup was taken: the machine in app <app> ",
    shown:
      "driver/backup.test.ts: when a new one does not work, the old one stays, and the script's own words are shown",
  },
  {
    file: "providers/fly/backup/backup-now.ts",
    text: "App <app> has no machine that takes backups: none was made yet, or it is gone.",
    shown: "driver/backup.test.ts: needs a machine to be like",
  },
  {
    file: "providers/fly/backup/backup-now.ts",
    text: "<to> migrates the database, and nothing takes backups of it yet (app <app> has no machine",
    shown: "driver/backup.test.ts: of another minor version migrates nothing while nothing takes backups",
  },
  {
    file: "providers/fly/backup/backup-now.ts",
    text: "No backup was taken before <to>, so nothing was released: the machine in app <app> ",
    shown: "driver/backup.test.ts: of another minor version migrates nothing when the backup fails",
  },
  {
    file: "providers/fly/restore/crossing.ts",
    text: "Somebody works in a machine of <app>, and would go on with another database",
    followed: "unit/restore-crossing.test.ts: that has ended is in nobody's way",
  },
  {
    file: "providers/fly/restore/crossing.ts",
    text: "Somebody has <list> open on the database <database>",
    shown: "unit/restore-crossing.test.ts: are named, and nothing is stopped",
  },
  {
    file: "providers/fly/things/server.ts",
    text: "The database <app> has <length> machines, and <which> of them says that it is the primary.",
    shown: "unit/restore-crossing.test.ts: stops a restore where %s of the machines is the primary",
  },
  {
    file: "cli/commands/restore-keys.ts",
    text: "The escrow is of <domain>, and the program makes",
    shown: "unit/restore-keys-command.test.ts: has to be the one of the escrow, and has to be there",
  },
  {
    file: "cli/commands/restore-keys.ts",
    text: "The escrow has an OTP_SECRET, and <name> none",
    shown:
      "unit/restore-keys-command.test.ts: is changed in the program, not in config, where the escrow needs it",
  },
  {
    file: "cli/restore/operators-bucket.ts",
    text: "The secret of the key <ownId> is in the program of <name>",
    shown:
      "unit/restore-keys-command.test.ts: with the secret of its own key in the program only, needs the escrow in a file",
  },
  {
    file: "cli/restore/community.ts",
    text: "The backups of <domain> are in <endpoint>/<bucket>, and config names",
    shown: "unit/restore-command.test.ts: %s, is refused before anything is read",
  },
  {
    file: "cli/restore/community.ts",
    text: "The state of <name> has no output secrets of <domain>",
    shown: "unit/restore-command.test.ts: a state without the secrets of the community is said",
  },
  {
    file: "providers/fly/restore/drill.ts",
    text: "The dump is not proven: Fly did not start the machine of the drill",
    shown: "unit/drill-command.test.ts: a machine that Fly does not start is said, and goes with its app",
  },
  {
    file: "providers/fly/restore/crossing.ts",
    text: "The machines of <app> do not stop, so its database stays as it is.",
    shown: "engine/long/restore.test.ts: machines that do not stop: the community goes on as it was",
  },
  {
    file: "providers/fly/restore/crossing.ts",
    text: "<app> is on the backup <backup>, and <happened>.",
    followed:
      "engine/long/restore.test.ts: machines that are not healthy on the restored database: the way back is said",
  },
  {
    file: "providers/fly/restore/crossing.ts",
    text: "<app> is back on its own database, and <happened>.",
    shown: "unit/restore-crossing.test.ts: %s whose %s: where the community is, and what is kept, is said",
  },
  {
    file: "providers/fly/restore/databases.ts",
    text: "The database <app> has no machine that runs, so nothing can be restored into it.",
    shown: "driver/restore.test.ts: a server that does not run is said",
  },
  {
    file: "providers/fly/restore/databases.ts",
    text: 'The database <app> has a database "<name>" that no restore has made',
    shown: "driver/restore.test.ts: a database of the name that is not Mastiff's is not touched",
  },
  {
    file: "providers/fly/restore/drill.ts",
    text: "The database <server> has no machine, and a drill runs the image of that machine.",
    shown: "driver/restore.test.ts: a server that does not run is said",
  },
  {
    file: "providers/fly/restore/drill.ts",
    text: "The dump is not proven: the machine of the drill <how>.",
    shown: "engine/long/restore.test.ts: a session key of another dump",
  },
  {
    file: "providers/fly/restore/drill.ts",
    text: "The dump was restored, but Fly has lost the log",
    shown: "engine/long/restore.test.ts: a drill whose log Fly has lost",
  },
  {
    file: "providers/fly/restore/finish.ts",
    text: "Nothing was dropped: not all machines of <app> run and are healthy on <database>.",
    followed:
      "driver/restore.test.ts: is finished only when the community is well; then what is beside its database goes",
  },
  {
    file: "providers/fly/restore/prepare.ts",
    text: "What came out of <name> is not what was dumped",
    shown: "engine/long/restore.test.ts: other rows than were dumped",
  },
  {
    file: "providers/fly/restore/prepare.ts",
    text: "The last restore is not finished: the community has run on <name>",
    followed:
      "driver/restore.test.ts: is undone: the community is back, and what it ran on meanwhile is kept",
  },
  {
    file: "providers/fly/restore/prepare.ts",
    text: "The last restore is not finished: the community went back",
    followed:
      "driver/restore.test.ts: is finished only when the community is well; then what is beside its database goes",
  },
  {
    file: "providers/fly/restore/prepare.ts",
    text: "Nothing was released on the database <database> yet",
    shown: "driver/restore.test.ts: a database on which nothing was released is said",
  },
  {
    file: "providers/fly/restore/prepare.ts",
    text: "<name> is of Mastodon <mastodon>, whose schema",
    shown: "driver/restore.test.ts: a dump of a newer Mastodon is refused",
  },
  {
    file: "providers/fly/restore/prepare.ts",
    text: "The volume of <app> has <free> free, and <name> needs",
    shown: "driver/restore.test.ts: a volume that is too small is said before anything is made",
  },
  {
    file: "providers/fly/restore/prepare.ts",
    text: "<name> was not restored: the machine in app",
    shown: "engine/long/restore.test.ts: a session key of another dump",
  },
  {
    file: "providers/fly/restore/switch.ts",
    text: "There is no restored database that <database> could be replaced by.",
    shown: "driver/restore.test.ts: there is nothing to go over to, nothing to undo, and nothing to finish",
  },
  {
    file: "providers/fly/restore/undo.ts",
    text: "There is nothing to undo: no database is beside <database>.",
    shown: "driver/restore.test.ts: there is nothing to go over to, nothing to undo, and nothing to finish",
  },
  {
    file: "providers/fly/release/one-off.ts",
    text: "Machine <id> of app <app> has been <state> for a quarter of an hour and does not start.",
    shown:
      "unit/restore-crossing.test.ts: a job that Fly does not start is said, with the command that was run",
  },
  {
    file: "providers/fly/release/one-off.ts",
    text: "<what> ran out of memory and was killed (app <app>). <what> failed with exit code <exitCod",
    shown: "driver/release-failures.test.ts: a job that was given too little memory",
  },
  {
    file: "providers/fly/things/owner.ts",
    text: "Mastodon does not accept <username> <<email>> as the owner of <app>.",
    shown: "driver/jobs.test.ts: with another e-mail is refused, and the password does not stay behind",
  },
  {
    file: "providers/fly/things/ownership.ts",
    text: 'The Fly app "<app>" already exists in organisation <org> and belongs to something else: <whose',
    shown: "driver/app.test.ts: another stack's: neither taken up nor destroyed",
  },
  {
    file: "providers/fly/things/ownership.ts",
    text: 'The app name "<app>" is taken: names are unique on all of Fly, and organisation <org> do',
    shown: "driver/app.test.ts: a name taken in another organisation",
  },
  {
    file: "providers/fly/call/patience.ts",
    text: 'MASTIFF_PATIENCE is "<word>", which is not a number above zero.',
    shown: "unit/patience.test.ts: %s is refused with the variable's name and a way out",
  },
  {
    file: "providers/fly/things/postgres-cluster.ts",
    text: "The database <app> has lost its machine and its volume. The database <app> has lost its ma",
    shown:
      "driver/postgres.test.ts: a machine that is gone stops everything: its volume may hold the community",
  },
  {
    file: "providers/fly/things/postgres.ts",
    text: "The database <app> is not destroyed: it contains the community (<database>), and nobody ha",
    followed: "engine/ending.test.ts: named, it is told what will be lost, dumped and unprotected",
  },
  {
    file: "providers/fly/things/postgres.ts",
    text: "The database <app> is in region <region> and cannot move to <region>: its volume stays whe",
    followed:
      "engine/long/moving-house.test.ts: as docs/operations.md says: its secrets stay in the stack, all else is made anew around them",
  },
  {
    file: "providers/fly/things/postgres.ts",
    text: "The database <app> has <cpus> <cpuKind> CPUs and <memoryMb> MB; Mastiff does not make it s",
    shown: "driver/postgres.test.ts: never shrinks: not the volume, not the machine, and says why",
  },
  {
    file: "providers/fly/things/psql.ts",
    text: "The database <app> refused a statement.",
    none: "it only says where to read on",
  },
  {
    file: "providers/fly/release/rails.ts",
    text: "App <app> has no machine whose image and settings could be used: it was never released, or",
    none: "pulumi up is what every other test begins with",
  },
  {
    file: "providers/fly/things/redis-jobs.ts",
    text: "Redis <app> is not destroyed: <why>. Deliveries to other servers, mails and deletions woul",
    shown:
      "driver/redis.test.ts: destroy refuses while jobs wait, or when that cannot be seen; unless they may be lost",
  },
  {
    file: "providers/fly/things/redis.ts",
    text: "Redis does not start: its machine in app <app> is <state>.",
    shown: "driver/errors.test.ts: Redis that does not start",
  },
  {
    file: "providers/fly/things/redis.ts",
    text: "Redis <app> is in region <is> and cannot move to <wanted>: its volume stays where it is.",
    followed:
      "engine/long/moving-house.test.ts: as docs/operations.md says: its secrets stay in the stack, all else is made anew around them",
  },
  {
    file: "providers/fly/release/release-database.ts",
    text: "Mastodon <problem>.",
    shown: "driver/release.test.ts: an older or a skipping version is refused before anything runs",
  },
  {
    file: "providers/fly/release/release-database.ts",
    text: "<app> serves <was> and cannot serve <next> instead: every account's handle depends on the domain.",
    shown:
      "driver/release.test.ts: another domain is refused before anything runs, also by a driver that knows no state",
  },
  {
    file: "providers/fly/release/release-database.ts",
    text: "Redis is <old>, but Sidekiq refuses to start below 7.0.0: nothing was released.",
    shown: "driver/release-failures.test.ts: Redis too old: nothing is released",
  },
  {
    file: "providers/fly/release/release-machines.ts",
    text: "flyctl rejects the fly.toml that was generated for <app>.",
    shown: "driver/release-failures.test.ts: a fly.toml that flyctl does not take",
  },
  {
    file: "providers/fly/release/release-machines.ts",
    text: "The release of <app> failed. The release of <app> failed: <first> does not become healthy",
    shown:
      "driver/release-failures.test.ts: machines that do not boot: with the last lines that they printed",
  },
  {
    file: "providers/fly/release/release-smoke.ts",
    text: "<app> runs <image>, but these parts do not work: <join>.",
    shown: "driver/jobs.test.ts: is asked after a release, and what is wrong is named, with where it is set",
  },
  {
    file: "providers/fly/release/release.ts",
    text: 'There is no app "<app>" in organisation <org> to release to.',
    followed: "driver/jobs.test.ts: on an app that never was",
  },
  {
    file: "providers/fly/things/upstash.ts",
    text: "The Redis database <name> already exists, but the app <app>, which it belongs to, does not",
    shown:
      "driver/redis.test.ts: one that nobody remembers is not taken up beside an app of another stack, nor without one",
  },
  {
    file: "providers/fly/things/upstash.ts",
    text: "The Redis database <name> is in region <region> and cannot move to <region>.",
    shown:
      "driver/redis.test.ts: one that nobody remembers is not taken up beside an app of another stack, nor without one",
  },
  {
    file: "providers/fly/things/upstash.ts",
    text: 'The Redis database <name> has plan "<plan>", not "<plan>": flyctl changes plans only inter',
    shown: "driver/redis.test.ts: another plan is drift that only a person in a terminal can mend",
  },
  {
    file: "providers/fly/things/volumes.ts",
    text: "The volume of <app> has <size_gb> GB and cannot shrink to <sizeGb> GB: a file system on Fl",
    shown: "driver/postgres.test.ts: never shrinks: not the volume, not the machine, and says why",
  },
  {
    file: "providers/sendgrid/client.ts",
    text: "There is no key for SendGrid.",
    shown: "unit/dynamic-errors.test.ts: without any key the client says where to put one",
  },
  {
    file: "providers/sendgrid/client.ts",
    text: "sendgrid refuses: status === 401",
    shown:
      "clients/sendgrid-key.test.ts: a key that config has from before it was rotated gives way to the environment's",
  },
  {
    file: "providers/sendgrid/client.ts",
    text: 'sendgrid refuses: status === 403 && call === "POST /api_keys" && /limit|maximum/i.test(sai',
    none: "which key nobody uses is for a person to say",
  },
  {
    file: "providers/sendgrid/client.ts",
    text: "sendgrid refuses: status === 403",
    shown:
      "clients/sendgrid-key.test.ts: an operator's key that may not make keys is told what it needs, and not shown",
  },
  {
    file: "providers/sendgrid/client.ts",
    text: "sendgrid refuses: status === 429",
    shown: "clients/faults.test.ts: %s, %s, %s once: green, nothing twice",
  },
  {
    file: "providers/sendgrid/client.ts",
    text: "sendgrid refuses: status === undefined || status >= 500",
    followed: "clients/faults.test.ts: %s, %s, %s for good: a clear error, and the next run completes",
  },
  {
    file: "providers/sendgrid/link-branding.ts",
    text: "SendGrid brands links in mails from <domain>: <join>. Browsers refuse those links: they ha",
    shown:
      "unit/sendgrid-choice.test.ts: branded links are an error that names the entry, and leaves it to their owner to end them",
  },
  {
    file: "components/config/read.ts",
    text: "openSecrets",
    shown: "unit/config-fixes.test.ts: no fix ends a community or gives a secret a value",
  },
  {
    file: "components/config/read.ts",
    text: "lostDigits",
    shown: "unit/config-fixes.test.ts: no fix ends a community or gives a secret a value",
  },
  {
    file: "components/config/mail-rules.ts",
    text: "serverProblems",
    shown: "unit/config-fixes.test.ts: no fix ends a community or gives a secret a value",
  },
  {
    file: "components/config/sizes.ts",
    text: "mastiff:postgres gives the database",
    followed: "unit/sizes.test.ts: followed, the advice ends the warning",
  },
  {
    file: "providers/fly/things/app.ts",
    text: "Fly has given app <app> <type>",
    none: "Fly lists it by itself in time; the next run finds it",
  },
  {
    file: "providers/fly/call/explain.ts",
    text: "Fly repeatedly aborted a command inside a machine",
    none: "the limit is Fly's own, and the next run finds the machine less busy",
  },
  {
    file: "providers/cloudflare/client.ts",
    text: 'cloudflare refuses: messages.some((message) => message.includes("exceeded maximum number o',
    shown: "clients/phase-rule.test.ts: a phase that is full is told at once, with what can be done",
  },
  {
    file: "providers/cloudflare/s3.ts",
    text: "s3.ts:",
    followed: "clients/faults.test.ts: %s, %s, %s for good: a clear error, and the next run completes",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 10051",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 10056",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 10057",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 81045",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 1001",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/hints.ts",
    text: "Cloudflare 1068",
    shown: "unit/errors-table.test.ts: each of Cloudflare's codes has its hint: %d",
  },
  {
    file: "components/cloudflare/foreign-records.ts",
    text: "foreign-records.ts",
    shown:
      "unit/zone-obstacles.test.ts: records of others at the community's hosts are listed host by host, with their content and both fixes",
  },
  {
    file: "components/cloudflare/foreign-records.ts",
    text: "<host> already has a <prefix> record that this stack did not create: <content>",
    shown:
      "component/zone.test.ts: an SPF record of others is refused, as two make both void; one of ours is not",
  },
  {
    file: "components/cloudflare/zone-look.ts",
    text: "Cloudflare shows no zone <zone> in the account <cloudflareAccountId>.",
    followed:
      "engine/long/choices.test.ts: a zone of its own making, a sender, dedicated addresses, and what all that waits for",
  },
  {
    file: "components/cloudflare/zone-obstacles.ts",
    text: "The zone <name> already has a ruleset for response headers: <name> (<id>). A zone has one ",
    shown: "component/zone.test.ts: a ruleset of others in an owned zone is refused, with both ways out",
  },
  {
    file: "components/cloudflare/zone-room.ts",
    text: "The zone <name> has no room for this community's rule: it already has <length> of <limit> <title> (plan <",
    shown:
      "unit/zone-obstacles.test.ts: a kind of rule at the plan's limit is refused, with the names of the existing rules",
  },
  {
    file: "components/cloudflare/zone-room.ts",
    text: "The zone <name> has <length> DNS records of the <limit> that its plan (<legacy_id>) allows",
    shown:
      "unit/zone-obstacles.test.ts: a zone without room for the stack's records is refused; plan and age of the zone decide the limit",
  },
  {
    file: "components/cloudflare/zone-setup.ts",
    text: "The zone <name> has <type> setup: other name servers answer for it, so nobody would see th",
    shown: "unit/zone-obstacles.test.ts: a zone with %s setup is refused, and its records are not listed",
  },
  {
    file: "components/cost/budget.ts",
    text: "This community costs <about> <total> USD a month, <excess> more than mastiff:budget allows",
    followed:
      "unit/cost.test.ts: a way back that is followed saves what it says, alone and with the others, and takes no data",
  },
  {
    file: "cli/new/cloudflare.ts",
    text: "R2 is not switched on in the account",
    shown: "unit/new-command.test.ts: all of it is said at once",
  },
  {
    file: "cli/new/cloudflare.ts",
    text: "The token in CLOUDFLARE_API_TOKEN lacks",
    shown: "unit/new-command.test.ts: rights that the token lacks, with the smallest set",
  },
  {
    file: "cli/new/cloudflare.ts",
    text: "The zone <zone> holds more than <domain>, so the token needs Config Rules Edit too.",
    shown: "unit/new-command.test.ts: the right to config rules, which a zone needs that others use too",
  },
  {
    file: "cli/new/cloudflare.ts",
    text: "The zone <name> is <status>: the registrar does not name Cloudflare's name servers yet.",
    shown:
      "unit/new-command.test.ts: what can wait is only said: name servers at the registrar, and SendGrid's trial",
  },
  {
    file: "cli/new/cloudflare.ts",
    text: "Cloudflare shows no zone <zone> in the account <accountId>.",
    followed: "unit/new-command.test.ts: a zone that is not there, unless the stack makes it",
  },
  {
    file: "cli/new/collected.ts",
    text: "Answers that are missing: <length>, that cannot be used: <length>.",
    shown: "unit/new-command.test.ts: without a terminal and without answers",
  },
  {
    file: "cli/new/fly.ts",
    text: 'The Fly organisation "<org>" is unknown, or the token in FLY_API_TOKEN does not see it.',
    shown: "unit/new-command.test.ts: all of it is said at once",
  },
  {
    file: "cli/new/fly.ts",
    text: 'Fly has no region "<region>" for new machines.',
    shown: "unit/new-command.test.ts: all of it is said at once",
  },
  {
    file: "cli/new/fly.ts",
    text: "The organisation <org> has these apps already",
    followed: "unit/new-command.test.ts: apps of the same names, of the organisation and of others",
  },
  {
    file: "cli/new/fly.ts",
    text: "Somebody else on Fly has apps of these names",
    followed: "unit/new-command.test.ts: apps of the same names, of the organisation and of others",
  },
  {
    file: "cli/new/fly.ts",
    text: "flyctl cannot look with the token in FLY_API_TOKEN.",
    shown: "unit/new-command.test.ts: flyctl that is not there, or a token that Fly does not take",
  },
  {
    file: "cli/new/given.ts",
    text: "--from: <path> has secrets in it",
    followed:
      "unit/new-command.test.ts: a password goes from the environment to pulumi's input, and into no word",
  },
  {
    file: "cli/new/given.ts",
    text: "--from: <path> cannot be read",
    shown: "unit/new-command.test.ts: a file %s",
  },
  {
    file: "cli/new/written.ts",
    text: "There is no Pulumi.yaml in this folder.",
    shown: "unit/new-command.test.ts: a folder that is no project is left alone",
  },
  {
    file: "cli/new/written.ts",
    text: "There is a file <file> already, which belongs to a stack.",
    shown: "unit/new-command.test.ts: a file of a stack",
  },
  {
    file: "cli/new/written.ts",
    text: "There is a stack <name> already.",
    shown: "unit/new-command.test.ts: a stack, however its organisation is named",
  },
  {
    file: "cli/new/written.ts",
    text: "<output> The stack <stack> is there, and its config is not complete.",
    shown:
      "unit/new-command.test.ts: a stack whose config pulumi does not take is left with the commands that complete it",
  },
];
