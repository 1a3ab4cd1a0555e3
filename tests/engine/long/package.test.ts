import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../../sandbox/toolchain/paths.ts";
import { onStack, pulumi } from "../../../sandbox/toolchain/stack.ts";
import { openExample } from "../../support/examples.ts";
import type { TestStack } from "../../support/stack.ts";
import { startWorld, type TestWorld } from "../../support/world.ts";

/** Releases of Node that the package is for: the oldest, the packaged one and the newest. */
const nodes = { oldest: "22.18.0", packaged: "24", newest: "26" };

let folder: string;
let program: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "package-"));
  program = join(folder, "two-communities");
  cpSync(join(root, "examples/two-communities"), program, { recursive: true });
  await run(root, "npm", ["run", "build"]);
  await run(root, "npm", ["pack", "./dist", "--pack-destination", folder]);
  const [packed = ""] = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  await run(program, "npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", join(folder, packed)]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(cwd: string, file: string, args: string[], path = ""): Promise<string> {
  const PATH = [path, process.env.PATH].filter((part) => part !== "").join(delimiter);
  const { all } = await execa(file, args, { cwd, all: true, stdin: "ignore", env: { PATH } });
  return all;
}

/** Folder of a release of Node. */
async function nodeOf(version: string): Promise<string> {
  const home = join(folder, `node-${version}`);
  mkdirSync(home);
  await run(home, "npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", `node@${version}`]);
  return join(home, "node_modules", ".bin");
}

test("types resolve in a project of its own, with its own compiler settings", async () => {
  await run(program, "node_modules/.bin/tsc", ["--project", "."]);
});

test("the operator's command is installed with it", async () => {
  expect(await run(program, "npx", ["mastiff", "--help"], dirname(process.execPath))).toContain(
    "npx mastiff tootctl -s acme",
  );
});

describe("two communities of the installed package", () => {
  let world: TestWorld;
  let stack: TestStack;
  beforeAll(async () => {
    world = await startWorld();
    stack = await openExample(world, "two-communities", program);
    await stack.config({ "two-communities:protect": "false" });
  });
  afterAll(async () => {
    await stack?.end();
    await world?.[Symbol.asyncDispose]();
  });

  test.each(Object.values(nodes))("are previewed on Node %s", async (version) => {
    const path = [await nodeOf(version), stack.place.toolchain.bin, process.env.PATH].join(delimiter);
    const preview = await pulumi(stack.place, ["preview", ...onStack(stack.place), "--non-interactive"], {
      env: { PATH: path },
    });
    expect(preview.exitCode, preview.stdout + preview.stderr).toBe(0);
    expect(preview.stdout).toMatch(/\+ [12]\d\d to create/);
  });

  test("are brought up in one run, preview clean, and are destroyed", async () => {
    const up = await stack.up();
    expect(up.exitCode, up.output).toBe(0);
    expect(await stack.outputs()).toMatchObject({
      dogsUrl: "https://dogs.mastiff.party",
      catsUrl: "https://cats.mastiff.party",
    });
    const preview = await stack.preview();
    expect(preview.changes, preview.output).toEqual([]);
    const destroy = await stack.destroy();
    expect(destroy.exitCode, destroy.output).toBe(0);
  });
});
