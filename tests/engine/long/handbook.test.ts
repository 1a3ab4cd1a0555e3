/** The `pulumi config` lines of the handbook, typed into the real pulumi. */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { backupWarning } from "../../../components/backup/community-backups.ts";
import { lookAtRecipients } from "../../../components/backup/recipients.ts";
import { housekeepingWarning } from "../../../components/housekeeping/community-housekeeping.ts";
import { rules } from "../../../policy/policies.ts";
import { environment } from "../../../sandbox/toolchain/environment.ts";
import { recipient, shortRecipient } from "../../support/backup-recipient.ts";
import { parse } from "../../support/config.ts";
import { blocksOf, handbookPages, programsOf } from "../../support/handbook.ts";
import { apply, keysOf, rawOf, type StackConfig } from "../../support/handbook-config.ts";
import { openStack, type TestStack } from "../../support/stack.ts";
import { startWorld, type TestWorld } from "../../support/world.ts";

let world: TestWorld;
let stack: TestStack;
let file: string;
let empty: string;
beforeAll(async () => {
  world = await startWorld();
  stack = await openStack(world, { stack: "acme" });
  file = join(stack.place.project, "Pulumi.acme.yaml");
  empty = readFileSync(file, "utf8");
});
beforeEach(() => writeFileSync(file, empty));
afterAll(async () => {
  await stack?.end();
  await world?.stop();
});

const blocks = handbookPages
  .flatMap(blocksOf)
  .map((block) => block.filter((line) => keysOf(line).length > 0))
  .filter((block) => block.length > 0);

test.each(blocks.map((block) => [block.join("; "), block] as const))(
  "%s: pulumi sets what it says",
  async (_text, block) => {
    const expected: StackConfig = { values: {}, encrypted: new Set() };
    for (const line of block) {
      for (const [program, ...words] of programsOf(line))
        if (program === "pulumi" && words[0] === "config") await pulumi(words);
      apply(expected, line, recipient.trimEnd());
    }
    const keys = new Set(block.flatMap(keysOf));
    const config: Record<string, { value: string; secret: boolean }> = JSON.parse(
      await pulumi(["config", "--json", "--show-secrets"]),
    );
    const ours = Object.entries(config)
      .map(([name, one]) => ({ key: name.replace(/^mastiff:/, ""), ...one }))
      .filter(({ key }) => keys.has(key));
    const values = Object.fromEntries(ours.map(({ key, value }) => [key, read(value)]));
    const wanted = Object.entries(rawOf(expected)).map(([key, value]) => [key, read(value)]);
    expect(values).toEqual(Object.fromEntries(wanted));
    expect(new Set(ours.filter(({ secret }) => secret).map(({ key }) => key))).toEqual(expected.encrypted);
  },
);

const backup = { schedule: "hourly", keep: { daily: 30, weekly: 4 }, account: "f".repeat(32) };
const both = [recipient.trimEnd(), shortRecipient.trimEnd()];
const longAfter = Date.UTC(2040, 0, 1);

/** What an object is as JSON text, a text of the program with a way out, and what the object is when it was followed. */
const fixed: [string, object, () => Promise<string | undefined>, object][] = [
  [
    "backup",
    backup,
    async () => backupWarning(parse({ backup: JSON.stringify(backup) })),
    { ...backup, recipients: [recipient.trimEnd()] },
  ],
  [
    "backup",
    { ...backup, recipients: [...both].reverse() },
    async () =>
      (await lookAtRecipients({ keep: backup.keep, recipients: [...both].reverse() }, longAfter)).problems[0],
    { keep: backup.keep, recipients: [recipient.trimEnd(), recipient.trimEnd()] },
  ],
  [
    "housekeeping",
    { mediaCache: 30, posts: 90, orphans: true },
    async () =>
      housekeepingWarning(
        parse({ housekeeping: '{"mediaCache":30,"posts":90,"orphans":true}' }).housekeeping,
      ),
    { mediaCache: 30, posts: 0, orphans: true, schedule: "monthly" },
  ],
  [
    "env",
    { S3_TOKEN: "0123456789", ID: "123456789012345678" },
    async () =>
      rules
        .find(({ name }) => name === "no-plain-secret")
        ?.problems(parse({ env: '{"S3_TOKEN":"0123456789","ID":"123456789012345678"}' }))[0],
    { ID: "123456789012345678" },
  ],
];

test.each(fixed)(
  "%s set as JSON text %j loses nothing by the printed way out",
  async (key, was, said, is) => {
    await pulumi(["config", "set", `mastiff:${key}`, JSON.stringify(was)]);
    const [, command = ""] = /(pulumi config .*?)(?:; .*)?$/s.exec((await said()) ?? "") ?? [];
    const followed = command
      .replace(/ --secret <each other part> \(.*?\), then/, " &&")
      .replaceAll("<your address>", "you@example.org")
      .replaceAll("<value>", "new");
    await typed(followed);
    const config = JSON.parse(await pulumi(["config", "--json"]));
    expect(config[`mastiff:${key}`].objectValue).toEqual(is);
  },
);

/** Runs a printed command in a shell, where `gpg` has the operator's key. */
async function typed(command: string): Promise<void> {
  const { toolchain, target, project } = stack.place;
  const gpg = join(project, "gpg");
  writeFileSync(gpg, `#!/bin/sh\ncat <<'END'\n${recipient}END\n`);
  chmodSync(gpg, 0o755);
  const env = environment(toolchain, target);
  await execa("sh", ["-c", command], {
    cwd: project,
    env: { ...env, PATH: `${project}:${toolchain.bin}:${env.PATH}`, PULUMI_STACK: "acme" },
    extendEnv: false,
    input: "",
  });
}

/** Objects and lists are JSON, whose order of parts is pulumi's. */
const read = (value: string): unknown => (/^[[{]/.test(value) ? JSON.parse(value) : value);

/** Runs pulumi on the stack. A value that a line pipes in is the operator's key. */
async function pulumi(words: readonly string[]): Promise<string> {
  const { toolchain, target, project } = stack.place;
  const { stdout } = await execa(join(toolchain.bin, "pulumi"), [...words, "--stack", "acme"], {
    cwd: project,
    env: environment(toolchain, target),
    extendEnv: false,
    input: recipient,
  });
  return stdout;
}
