import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { CommunitySettings } from "../../components/config/schema.ts";
import { mastodonSecretNames } from "../../components/mastodon/mastodon-secrets.ts";
import { S3Error } from "../../providers/cloudflare/s3.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { shell } from "../../providers/shared/shell.ts";
import { backupsIn } from "../backups/in-bucket.ts";
import { command } from "../command.ts";
import { communitiesIn } from "../communities.ts";
import { type OpenedCommunity, openCommunity, resourcesIn } from "../community.ts";
import { stack } from "../options.ts";
import { must } from "../pulumi.ts";
import { chosenBackup, from, nameOf, refuseSmaller } from "../restore/chosen-backup.ts";
import { type Escrow, escrowOf } from "../restore/escrow.ts";
import {
  beyond,
  escrowProblem,
  hasSecrets,
  isNew,
  type OpenState,
  ownTargetsOf,
  targetsOf,
  withSecrets,
} from "../restore/given-secrets.ts";
import { doNotOpen, keyOptions, keysOf, textOf } from "../restore/keys.ts";
import { operatorsBucket } from "../restore/operators-bucket.ts";
import { makeOnly } from "../restore/targeted-up.ts";
import { communityIn, configOf, openStack, type Stack } from "../stack.ts";
import { UsageError } from "../usage-error.ts";

/**
 * From nothing: gives a new stack the secrets of a backup, before its first `up`.
 *
 *   escrow ─► decrypted here ─► pulumi up --target: the resources that hold secrets, and nothing in a cloud
 *                                    └─► export, replace, import, through pipes ─► looked at again
 *
 * A run that is killed anywhere is completed by the next one: the state then has nothing beyond these resources, or
 * has the escrow's secrets already.
 */
export const restoreKeys = command({
  meta: {
    name: "restore-keys",
    description: "Gives a new stack the secrets of a backup, so that its community is the old one.",
  },
  notes: [
    "For a community whose stack, state and machines are lost. It is the step before the first pulumi up.",
    "The new stack needs the old config: the domain, the names, and the version of Mastodon that the backup is of.",
    "It reads the escrow of the backup, in the bucket (with CLOUDFLARE_API_TOKEN) or in a file. It creates nothing in any",
    "cloud.",
    "It refuses a community that has been up. It can be run again at any time.",
  ],
  args: {
    stack,
    community: {
      type: "string",
      valueHint: "name",
      default: "community",
      description: "logical name of the community in the program",
    },
    from: {
      ...from,
      default: "latest",
      description: "latest, a time that mastiff backups shows, or a file ….escrow.gpg",
    },
    ...keyOptions,
  },
  examples: [
    {
      line: "npx mastiff restore-keys -s acme --key key.asc",
      does: "the newest backup",
    },
    {
      line: "npx mastiff restore-keys -s acme --from 20261129T030000Z.escrow.gpg --key key.asc",
      does: "a file",
    },
    {
      line: "npx mastiff restore-keys -s acme --community cats --key key.asc",
      does: "of one of several communities",
    },
  ],
  async run({ args }) {
    const { stdout, stderr } = shell();
    const talk = (line: string) => stderr(`${line}\n`);
    const { community } = args;
    const {
      stack: opened,
      settings,
      config,
      recorded,
      named,
    } = await newCommunity(args.stack, community, talk);
    const keys = await keysOf(args, undefined);
    const { sealed, what, recipients, name } = args.from.endsWith(".gpg")
      ? escrowInFile(args.from)
      : await escrowInBucket(args.from, settings, () => operatorsBucket(opened, settings, config));
    const read = await textOf(sealed, keys);
    if (read === undefined) throw doNotOpen(what, keys, recipients);
    const escrow = escrowOf(read.text);
    fitting(escrow, { stack: opened, settings, recorded });

    const before = await exported(opened);
    if (!hasSecrets(before, community, escrow)) {
      const others = beyond(before.deployment.resources ?? [], community, escrow);
      if (others.length > 0) throw hasBeenUp(community, others, named);
      talk("pulumi up: the resources that hold secrets, and nothing in a cloud");
      await makeOnly(opened, community, targetsOf(community, escrow));
      const state = withSecrets(await exported(opened), community, escrow);
      if (state === undefined) throw noCommunity(community);
      talk("pulumi stack import: the secrets of the escrow in their place");
      must(await opened.pulumi(["stack", "import"], JSON.stringify(state)));
      if (!hasSecrets(await exported(opened), community, escrow))
        throw new Error("the state was imported, and does not have the secrets of the escrow");
    }
    const count = Object.keys(escrow.secrets).length;
    stdout(`The stack ${opened.name} has the ${count} secrets of ${escrow.domain}.\n`);
    talk(
      [
        "now     make the community, which is empty at first:",
        `          pulumi up -s ${opened.name}`,
        "        then bring back its database:",
        `          npx mastiff restore -s ${named} --from ${name} --key <file>`,
      ].join("\n"),
    );
  },
});

/**
 * The community of a new stack: as its config describes it, else as its program does. What a program gives as arguments
 * is known once the engine has made the community's component, which is nothing in a cloud.
 *
 * @throws OperatorError when the config is wrong, or the program makes no such community
 */
async function newCommunity(
  stackName: string | undefined,
  community: string,
  talk: (line: string) => void,
): Promise<OpenedCommunity> {
  const stack = await openStack(stackName);
  const config = await configOf(stack);
  // Other keys tell nothing: mastiff:tags, and credentials, may be beside a program that makes its communities.
  if (config["mastiff:domain"] !== undefined)
    return {
      stack,
      settings: communityIn(config, stack),
      config,
      recorded: undefined,
      named: stack.name,
    };
  if (isNew(await resourcesIn(stack), community)) {
    talk("pulumi up: the community as the program describes it, and nothing in a cloud");
    await makeOnly(stack, community, ownTargetsOf(community));
  }
  const found = communitiesIn(await resourcesIn(stack)).some(({ name }) => name === community);
  if (!found) throw noCommunity(community);
  return openCommunity(stack.name, community);
}

/** An encrypted escrow. */
interface FoundEscrow {
  sealed: Uint8Array;
  /** In words, for errors. */
  what: string;
  /** Fingerprints of the keys that open it, where the manifest is at hand. */
  recipients?: readonly string[];
  /** How `--from` of a restore names its backup. */
  name: string;
}

/** @throws UsageError when there is no such file */
function escrowInFile(path: string): FoundEscrow {
  const file = path.replace(/\.dump\.gpg$/, ".escrow.gpg");
  try {
    const sealed = readFileSync(file);
    return { sealed, what: file, name: basename(file).split(".")[0] ?? "" };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError({
      what: `--from: ${file} cannot be read (${code}).`,
      fix: ["the escrow of a backup is beside its dump:  --from <path>/<time>.escrow.gpg"],
    });
  }
}

async function escrowInBucket(
  text: string,
  settings: CommunitySettings,
  opening: () => ReturnType<typeof operatorsBucket>,
): Promise<FoundEscrow> {
  const { domain } = settings;
  try {
    const bucket = await opening();
    const found = await backupsIn(bucket, domain);
    const chosen = await chosenBackup(text, { bucket, found, domain, named: undefined });
    if (text === "latest") refuseSmaller(chosen, found);
    const name = nameOf(chosen);
    const { recipients } = chosen.manifest;
    return { sealed: await chosen.escrow(), what: `the escrow of ${name}`, recipients, name };
  } catch (error) {
    throw error instanceof S3Error ? unreadable(error) : error;
  }
}

/** Unlike in a stack that is up, `pulumi up` repairs nothing here: it would make other secrets. */
function unreadable(error: S3Error): OperatorError {
  const isRefused = error.status !== undefined && error.status < 500 && error.status !== 429;
  if (!isRefused) return error;
  return new OperatorError(
    `${error.words}\n  fix     the token for Cloudflare needs Workers R2 Storage, Edit, in the account of the bucket (mastiff:backup.account); a key of your own has to list the bucket and to read its objects\n          or name the escrow of a backup that you have:  --from <path>/<time>.escrow.gpg`,
  );
}

/** @throws OperatorError when the stack's config describes another community than the escrow is of */
function fitting(
  escrow: Escrow,
  { stack: { name }, settings, recorded }: Pick<OpenedCommunity, "stack" | "settings" | "recorded">,
): void {
  const { domain, otpSecret, mastodonVersion } = settings;
  if (escrow.domain !== domain)
    throw new OperatorError(
      recorded === undefined
        ? `The escrow is of ${escrow.domain}, and the stack ${name} is for ${domain}.\n  set in  mastiff:domain\n  fix     pulumi config set mastiff:domain ${escrow.domain} -s ${name}\n          or name another backup with --from`
        : `The escrow is of ${escrow.domain}, and the program makes ${recorded.name} for ${domain}.\n  set in  domain of the community's arguments\n  fix     name a backup of ${domain} with --from\n          or give the community in the program the domain ${escrow.domain}`,
    );
  if (escrow.secrets.OTP_SECRET !== undefined && !otpSecret)
    throw new OperatorError(
      recorded === undefined
        ? `The escrow has an OTP_SECRET: the database is from before Mastodon 4.4.\n  set in  mastiff:otpSecret\n  fix     pulumi config set mastiff:otpSecret true -s ${name}`
        : `The escrow has an OTP_SECRET, and ${recorded.name} none: the database is from before Mastodon 4.4.\n  set in  otpSecret of the community's arguments\n  fix     give the community in the program the argument  otpSecret: true`,
    );
  const problem = escrowProblem(escrow, mastodonSecretNames(otpSecret));
  if (problem !== undefined)
    throw new OperatorError(
      `The escrow cannot be used: ${problem}.\n  fix     name another backup with --from: the escrows of a community are all alike`,
    );
  if (escrow.version !== mastodonVersion)
    shell().stderr(
      `The backup is of Mastodon ${escrow.version}, and the stack is for ${mastodonVersion}. A restore migrates to a newer version, and is refused into an older one.\n`,
    );
}

async function exported(stack: Stack): Promise<OpenState> {
  return JSON.parse(must(await stack.pulumi(["stack", "export", "--show-secrets"]))) as OpenState;
}

function noCommunity(name: string): OperatorError {
  return new OperatorError(
    `The program of this stack makes no community ${JSON.stringify(name)}.\n  fix     name the one that it makes, as in new Community("<name>", …):  --community <name>`,
  );
}

/** @param named what names the community after `-s` */
function hasBeenUp(community: string, others: readonly string[], named: string): OperatorError {
  const some = others.slice(0, 3).join(", ");
  return new OperatorError(
    `The community ${community} has been up: the state has ${some}${others.length > 3 ? ` and ${others.length - 3} more` : ""}. It has secrets of its own.\n  fix     give the secrets to a new stack:  pulumi stack init <name>, then the config, then this command with -s <name>\n          if this is the community of the backup, it needs no keys:  npx mastiff restore -s ${named} --from latest`,
  );
}
