import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findEngine } from "../../toolchain/engine.ts";
import { onPath } from "../../toolchain/executables.ts";
import { buildEngine } from "../../toolchain/go-build.ts";
import { engineVersion, scratch } from "../../toolchain/paths.ts";
import { plainTerminal, silentTerminal } from "../../toolchain/terminal.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mastiff-unit-"));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes a program with this name and this script into a folder of its own. */
function program(name: string, script: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

test("the pinned pulumi on PATH is taken as it is", async () => {
  const file = program("pulumi", `echo v${engineVersion}`);
  vi.stubEnv("PATH", folder);
  expect(await findEngine("path", silentTerminal)).toEqual({ file, origin: "path" });
});

test("a pulumi of another version is passed over, and the error names every way out", async () => {
  program("pulumi", "echo v3.1.0");
  vi.stubEnv("PATH", folder);
  const lines: string[] = [];
  await expect(
    findEngine(
      "path",
      plainTerminal((line) => lines.push(line)),
    ),
  ).rejects.toThrow(/put pulumi \S+ on PATH[\s\S]*connect to the internet[\s\S]*install Go/);
  expect(lines).toEqual([`      engine: ${folder}/pulumi is 3.1.0, wanted is ${engineVersion}: passed over`]);
});

test("a folder that this checkout composed is not taken for the user's", () => {
  program("pulumi", "true");
  const own = join(scratch, "bin", "0123456789ab");
  expect(onPath("pulumi", [own, folder, "", "/nowhere"].join(":"))).toEqual([join(folder, "pulumi")]);
});

test("a build shows how far it is and appears under its name only when it is complete", async () => {
  const go = program(
    "go",
    `case $1 in
  list) echo "go: downloading a v1" >&2; printf 'a\\nb\\n' ;;
  build) while [ "$1" != -o ]; do shift; done; echo half > "$2"; echo a >&2; ls "${folder}/out" > "${folder}/during"; echo whole > "$2" ;;
esac`,
  );
  mkdirSync(join(folder, "out"));
  // The file of a killed build.
  writeFileSync(join(folder, "out", "pulumi.part-999999999"), "half");
  const target = join(folder, "out", "pulumi");
  const updates: string[] = [];
  const terminal = {
    ...silentTerminal,
    step: () => ({ update: (text: string) => updates.push(text), done() {}, fail() {} }),
  };
  await buildEngine({ go, target, version: "9.9.9", terminal });
  expect(readdirSync(join(folder, "out"))).toEqual(["pulumi"]);
  expect(updates).toEqual([
    "engine: pulumi 9.9.9 from Go modules, 1 modules fetched",
    "engine: pulumi 9.9.9 from Go modules, 1 of 2 packages, 0 s",
  ]);
});

test("a build that fails says what the compiler said last and leaves nothing", async () => {
  const go = program("go", `[ "$1" = list ] && exit 0; echo half > "$4"; echo "no space left" >&2; exit 2`);
  const target = join(folder, "out", "pulumi");
  await expect(buildEngine({ go, target, version: "9.9.9", terminal: silentTerminal })).rejects.toThrow(
    "go build exited with 2:\nno space left",
  );
  expect(existsSync(target)).toBe(false);
  expect(readdirSync(join(folder, "out"))).toEqual([]);
});
