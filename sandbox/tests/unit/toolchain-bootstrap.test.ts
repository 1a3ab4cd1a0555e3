import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { root } from "../../toolchain/paths.ts";

let clone: string;

/** Makes a clone with this lock file, and an npm that records its arguments and installs what the file locks. */
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "mastiff-clone-"));
  mkdirSync(join(clone, "sandbox/toolchain"), { recursive: true });
  mkdirSync(join(clone, "bin"));
  copyFileSync(join(root, "sandbox/toolchain/bootstrap.mjs"), join(clone, "sandbox/toolchain/bootstrap.mjs"));
  lock({ a: "1.0.0", b: "1.0.0" });
  script(
    "bin/npm",
    `echo "$@" >> "${clone}/npm.log"
mkdir -p "${clone}/node_modules/.bin"
cp "${clone}/package-lock.json" "${clone}/node_modules/.package-lock.json"
ln -sf "${process.execPath}" "${clone}/node_modules/.bin/node"`,
  );
  writeFileSync(
    join(clone, "program.ts"),
    "const code: number = Number(process.argv[2]);\nprocess.exit(code);\n",
  );
});

afterEach(() => rmSync(clone, { recursive: true, force: true }));

function lock(versions: Record<string, string>): void {
  const packages = Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }]);
  const optional = ["node_modules/elsewhere-only", { version: "1.0.0", optional: true }];
  const all = Object.fromEntries([["", { version: "0.1.0" }], ...packages, optional]);
  writeFileSync(join(clone, "package-lock.json"), JSON.stringify({ packages: all }));
}

function script(file: string, text: string): void {
  writeFileSync(join(clone, file), `#!/bin/sh\n${text}\n`);
  chmodSync(join(clone, file), 0o755);
}

/** Runs the program through the bootstrap. Resolves to its exit code. */
async function run(code = 0): Promise<number | undefined> {
  const args = [join(clone, "sandbox/toolchain/bootstrap.mjs"), "program.ts", `${code}`];
  const env = { PATH: `${join(clone, "bin")}:${process.env.PATH}` };
  return (await execa(process.execPath, args, { env, reject: false, stdin: "ignore" })).exitCode;
}

function npmCalls(): string[] {
  const log = join(clone, "npm.log");
  return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
}

test("a fresh clone is installed once, and the program's exit code comes through", async () => {
  expect(await run(7)).toBe(7);
  expect(await run()).toBe(0);
  expect(npmCalls()).toEqual([expect.stringMatching(/^ci /)]);
});

test("a changed lock file brings the packages up to date without starting over", async () => {
  await run();
  lock({ a: "1.0.1", b: "1.0.0" });
  await run();
  await run();
  expect(npmCalls().slice(1)).toEqual([expect.stringMatching(/^install --no-save /)]);
});

test("a package for another platform is not missed", async () => {
  await run();
  const installed = join(clone, "node_modules/.package-lock.json");
  const { packages } = JSON.parse(readFileSync(installed, "utf8")) as { packages: Record<string, unknown> };
  delete packages["node_modules/elsewhere-only"];
  writeFileSync(installed, JSON.stringify({ packages }));
  await run();
  expect(npmCalls()).toHaveLength(1);
});

test("an installation that fails ends it with npm's exit code", async () => {
  script("bin/npm", "exit 3");
  expect(await run()).toBe(3);
});
