import { shell } from "../../providers/shared/shell.ts";
import { backupsTable } from "../backups/report.ts";
import { takeBackup } from "../backups/taken-now.ts";
import { command } from "../command.ts";
import { openCommunity } from "../community.ts";
import { community, json, stack } from "../options.ts";

export const backup = command({
  meta: {
    name: "backup",
    description: "Takes a backup of a community's database now, beside the schedule.",
  },
  notes: [
    "A machine like the scheduled one takes it, and is removed at its end. What it says goes to stderr.",
    "The exit code is 0 when the backup is in the bucket and was read back, else that of the machine, or 1.",
    "Ctrl-C only stops watching. The backup continues in its machine.",
  ],
  args: { stack, community, json },
  examples: [
    { line: "npx mastiff backup -s acme", does: "before something that may go wrong" },
    { line: "npx mastiff backup -s acme --json", does: "for a script: the manifest of the backup" },
  ],
  async run({ args }) {
    const { stdout, stderr } = shell();
    const { settings, named } = await openCommunity(args.stack, args.community);
    const { code, manifest } = await takeBackup(settings);
    if (code !== 0) return code;
    if (manifest === undefined) {
      stderr(
        `The backup was taken. Fly has lost the log of its machine; to see it:  npx mastiff backups -s ${named}\n`,
      );
      return 0;
    }
    const { class: name, taken } = manifest;
    const one = {
      key: manifest.dump,
      class: name,
      taken: Date.parse(taken),
      manifest,
      problem: undefined,
      drill: undefined,
    };
    stdout(args.json ? `${JSON.stringify(manifest, null, 2)}\n` : `${backupsTable([one], Date.now())}\n`);
    return 0;
  },
});
