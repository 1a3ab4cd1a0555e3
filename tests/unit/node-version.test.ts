import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { whyTooOld } from "../../providers/shared/node-version.mjs";
import { root } from "../../sandbox/toolchain/paths.ts";

test.each([
  ["18.20.8", true],
  ["20.20.2", true],
  ["22.17.1", true],
  ["22.18.0", false],
  ["23.5.0", true],
  ["23.6.0", false],
  ["24.0.0", false],
  ["26.1.0", false],
])("Node %s is too old: %s", (version, isOld) => {
  expect(whyTooOld(version, "/usr/bin/node") !== undefined).toBe(isOld);
});

/** A module that makes Node report another version. */
const pretend = (version: string) =>
  `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`;

describe("an older Node says in its first line what it needs", () => {
  const start = (node: string, args: string[]) =>
    execa(node, args, { cwd: root, reject: false, env: { SPEC: "{}" } });

  test("the driver", async () => {
    const run = await start(process.execPath, [
      ...["--import", pretend("20.20.2"), "providers/fly/start.mjs", "app", "ensure"],
    ]);
    expect([run.exitCode, run.stdout, run.stderr]).toEqual([1, "", whyTooOld("20.20.2", process.execPath)]);
  });

  test("the operator's commands", async () => {
    const run = await start(process.execPath, ["--import", pretend("20.20.2"), "cli/mastiff.mjs", "recover"]);
    expect([run.exitCode, run.stdout, run.stderr]).toEqual([1, "", whyTooOld("20.20.2", process.execPath)]);
  });

  test("the program, as an error that the SDK shows without a stack", async () => {
    const script = 'import("./program.mjs").catch((e) => console.log(e.__pulumiRunError, e.message))';
    const run = await start(process.execPath, ["--import", pretend("20.20.2"), "-e", script]);
    expect(run.stdout).toBe(`true ${whyTooOld("20.20.2", process.execPath)}`);
  });

  /** Real old versions of Node on this machine. */
  const old = (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "node"))
    .filter((node) => existsSync(node) && !node.startsWith(root));

  test("a really old one, where this machine has one", async (context) => {
    for (const node of old) {
      const { stdout: version } = await execa(node, ["-p", "process.versions.node"]);
      const sentence = whyTooOld(version, node)?.split("\n")[0];
      if (sentence === undefined) continue;
      const run = await start(node, ["providers/fly/start.mjs", "app", "ensure"]);
      expect([run.exitCode, run.stderr.split("\n")[0]]).toEqual([1, sentence]);
      return;
    }
    context.skip(`no Node on PATH is older than 22.18 (${old.join(", ")})`);
  });
});
