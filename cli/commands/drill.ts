import type { DrillAnswer } from "../../providers/fly/spec.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { shell } from "../../providers/shared/shell.ts";
import { asking } from "../backups/in-bucket.ts";
import { command } from "../command.ts";
import { community, json, ownApp, stack } from "../options.ts";
import { type ChosenBackup, chosenBackup, from, nameOf } from "../restore/chosen-backup.ts";
import {
  backupsOf,
  drillSpecOf,
  dumpOf,
  type RestorableCommunity,
  restorableCommunity,
  urlForMachine,
} from "../restore/community.ts";
import { driverAnswer } from "../restore/driver-answer.ts";
import { doNotOpen, keyOptions, keysOf } from "../restore/keys.ts";
import { openBackup } from "../restore/opened-backup.ts";
import { problemsOf, recordOf } from "../restore/proof.ts";
import { provenWords } from "../restore/words.ts";

export const drill = command({
  meta: {
    name: "drill",
    description: "Proves that a backup can be restored, in an app of its own that is gone afterwards.",
  },
  notes: [
    "A machine on Fly restores the dump into a database of its own, in a private network of its own, without any secret",
    "of the community. Then its schema and its counts are compared with the manifest, and a key that an account signs",
    "with is decrypted here with the escrow. The community is not touched, and nobody notices.",
    "It costs what a machine and a volume cost for so long: cents. What it creates is removed, also when it fails.",
    "The result is kept beside the dump, and mastiff backups shows it. The exit code is 1 when anything is not proven.",
  ],
  args: { stack, community, from: { ...from, default: "latest" }, ...keyOptions, app: ownApp, json },
  examples: [
    { line: "npx mastiff drill -s acme", does: "the newest backup, with the stack's own key" },
    {
      line: "npx mastiff drill -s acme --key key.asc",
      does: "with your own key: proves that it opens the backups",
    },
    { line: "npx mastiff drill -s acme --json", does: "for a timer: the record of what was proven" },
  ],
  async run({ args }) {
    const { stdout, stderr } = shell();
    const talk = (line: string) => stderr(`${line}\n`);
    const drilled = await restorableCommunity({
      stack: args.stack,
      community: args.community,
      app: args.app,
    });
    const { settings, bucket, access, named } = drilled;
    const keys = await keysOf(args, access.privateKey);
    const { domain } = settings;
    const place = { bucket, found: await backupsOf(drilled), domain, named };
    const backup = await chosenBackup(args.from, place);
    const { sessionKey, escrow } = await asking(drilled, () => openBackup(backup, keys));
    if (escrow === undefined)
      throw doNotOpen(`the escrow of ${nameOf(backup)}`, keys, backup.manifest.recipients);

    talk(`drill of the backup ${nameOf(backup)}`);
    const { code, answer } = await restoredApart(backup, sessionKey, drilled, talk);
    if (answer === undefined) return code;
    const problems = problemsOf(backup.manifest, answer, escrow);
    if (problems.length > 0) throw notProven(backup, problems, named);
    const record = recordOf(backup.manifest, answer, new Date());
    const kept = await asking(drilled, () => backup.keep(record));
    const words = () => provenWords(record, { domain, taken: backup.taken, kept, why: answer.why });
    stdout(args.json ? `${JSON.stringify(record, null, 2)}\n` : `${words()}\n`);
    return 0;
  },
});

async function restoredApart(
  backup: ChosenBackup,
  sessionKey: string,
  community: RestorableCommunity,
  talk: (line: string) => void,
) {
  const { settings } = community;
  const key = await asking(community, () => backup.inBucket(talk));
  const ended = await driverAnswer<DrillAnswer>({
    call: ["drill", "run"],
    spec: drillSpecOf(community, dumpOf(backup)),
    secrets: { url: await urlForMachine(key, community), sessionKey },
    endpoint: settings.endpoints.fly,
  });
  // Also after a failure: a drill of a file starts over.
  await backup.leaveBucket();
  return ended;
}

function notProven(backup: ChosenBackup, problems: readonly string[], named: string): OperatorError {
  return new OperatorError(
    `The backup ${nameOf(backup)} was restored, and is not what it should be:\n${problems.map((one) => `  - ${one}`).join("\n")}\n  fix     do not rely on it: take another one:  npx mastiff backup -s ${named}\n          and try that:  npx mastiff drill -s ${named}`,
  );
}
