/** The command lines on the README's way to a community, in their order, and those that the newcomer does not type. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../sandbox/toolchain/paths.ts";
import type { HandbookCommands } from "./handbook-commands.ts";

/** The lines of the blocks from the clone to the doctor, without comments. */
export function newcomersLines(): string[] {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const [way = ""] = (text.split("\n## See it work\n")[1] ?? "").split("\n### 6. ");
  return [...way.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = ""]) =>
    block
      .split("\n")
      .map((line) => line.replace(/\s+#\s.*$/, "").trim())
      .filter(Boolean),
  );
}

/** Lines that tests/engine/long/newcomer.test.ts leaves out: another test runs them, or they are another way. */
export const notTyped: readonly HandbookCommands[] = [
  {
    by: "engine/long/commands.test.ts: --keep leaves the clouds and nothing else, and the next command ends them",
    lines: ["npm run demo"],
  },
  { none: "it would run the test that types it", lines: ["npm test"] },
  { none: "npm run local has installed the packages, by the same command", lines: ["npm ci"] },
  {
    by: "unit/new-command.test.ts: is asked for what is not given, and again for what cannot be used",
    lines: ["npx mastiff new"],
  },
  {
    by: "unit/readme.test.ts: the stack that is made by hand has a config that the program takes",
    lines: [
      "pulumi stack init acme",
      "pulumi config set mastiff:domain acme.social",
      "pulumi config set mastiff:cloudflareAccountId 0123456789abcdef0123456789abcdef",
      "pulumi config set mastiff:flyOrg acme",
      "pulumi config set mastiff:ownerUsername rex",
      "pulumi config set mastiff:ownerEmail rex@acme.social",
    ],
  },
  {
    by: "unit/readme.test.ts: the stack that is made by hand has a config that the program takes",
    lines: [
      "pulumi config set mastiff:r2AccessKeyId <id>",
      "pulumi config set --secret mastiff:r2SecretAccessKey <secret>",
      "pulumi config set mastiff:backupAccessKeyId <id>",
      "pulumi config set --secret mastiff:backupSecretAccessKey <secret>",
    ],
  },
  {
    by: "unit/handbook.test.ts: sets a config that the program takes: %s",
    lines: ["gpg --armor --export you@example.org | pulumi config set --path 'mastiff:backup.recipients[0]'"],
  },
];
