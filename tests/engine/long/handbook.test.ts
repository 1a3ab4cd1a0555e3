/** The `pulumi config` lines of the handbook, typed into the real pulumi. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { environment } from "../../../sandbox/toolchain/environment.ts";
import { recipient } from "../../support/backup-recipient.ts";
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
