import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../../sandbox/toolchain/paths.ts";

/** A driver in the working directory that prints its arguments and ends with a job's exit code. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tootctl-"));
  mkdirSync(join(folder, "providers/fly"), { recursive: true });
  writeFileSync(
    join(folder, "providers/fly/main.ts"),
    "console.log(process.argv.slice(2).join('|'));\nprocess.exit(Number(process.env.ENDS_WITH));\n",
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tootctl = (args: string[], endsWith = 0) =>
  execa(process.execPath, [join(root, "cli/tootctl.ts"), ...args], {
    cwd: folder,
    env: { ENDS_WITH: String(endsWith) },
    reject: false,
  });

/** On a busy machine, a start of Node takes seconds. */
const slow = { timeout: 60_000 };

test.each([0, 1, 7])(
  "one that ends with %i is heard, and its arguments arrive as they are",
  slow,
  async (code) => {
    const { exitCode, stdout } = await tootctl(["acme", "accounts", "refresh", "--all", "a b"], code);
    expect([exitCode, stdout]).toEqual([
      code,
      "job|run|--app|acme|--|bin/tootctl|accounts|refresh|--all|a b",
    ]);
  },
);

test.each([[[]], [["acme"]], [["--all", "acme"]]])(
  "%j is wrong usage and starts nothing",
  slow,
  async (args) => {
    const { exitCode, stdout, stderr } = await tootctl(args);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("npm run tootctl -- acme-social accounts refresh");
  },
);
