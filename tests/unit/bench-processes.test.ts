/** How the benchmark sees processes: their starts, by scripts in front of programs, and their CPU time, by a subreaper. */
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { countingToolchain } from "../../bench/counting-toolchain.ts";
import { accountingInto } from "../../bench/operation.ts";
import type { Toolchain } from "../../sandbox/toolchain/toolchain.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mastiff-bench-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a program on PATH and a plugin report their start, and stay the process that was started", async () => {
  const bin = join(folder, "real");
  mkdirSync(bin);
  for (const name of ["pulumi", "flyctl", "node"])
    symlinkSync(name === "pulumi" ? "/bin/true" : "/bin/sh", join(bin, name));
  const sh = realpathSync("/bin/sh");
  const parts = { host: sh, plugins: { tls: sh }, flyctl: sh };
  const engine = { file: "/bin/true", origin: "path" } as const;
  const standIns = { host: false, plugins: [], flyctl: false };
  const real: Toolchain = { engine, parts, bin, standIns, describe: [] };
  const counting = countingToolchain(real, join(folder, "counting"));
  const home = join(folder, "home");
  counting.furnish(home);
  const [plugin = ""] = globSync(join(home, "plugins/*/pulumi-resource-tls"));

  const env = { PATH: `${counting.toolchain.bin}:${process.env.PATH}`, SPEC: '{"app":"acme"}' };
  const flyctl = await execa("flyctl", ["-c", "echo $$", "two\nlines"], { env });
  await execa(plugin, ["-c", ":"], { env });
  const starts = counting.starts();
  expect(starts.map(({ program, about }) => [program, about])).toEqual([
    ["flyctl", ["acme"]],
    ["pulumi-resource-tls", ["acme"]],
  ]);
  expect(starts[0]).toMatchObject({ pid: Number(flyctl.stdout), parent: process.pid });
  expect(Math.abs((starts[0]?.at ?? 0) - Date.now())).toBeLessThan(20_000);
  counting.clear();
  expect(counting.starts()).toEqual([]);
});

test("CPU time counts of a child that its parent left behind, and the exit code is the program's", async ({
  skip,
}) => {
  const file = join(folder, "cpu");
  const before = accountingInto(file);
  if (before.length === 0) return skip("needs Linux and perl");
  const busy = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
  const [perl = "", ...args] = [...before, "sh", "-c", `(sleep 0.1; ${busy}) & exit 3`];
  const run = await execa(perl, args, { reject: false });
  expect(run.exitCode).toBe(3);
  expect(existsSync(file)).toBe(true);
  expect(Number(readFileSync(file, "utf8"))).toBeGreaterThan(0);
});
