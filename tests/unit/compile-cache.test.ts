import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { root } from "../../sandbox/toolchain/paths.ts";

const file = "providers/shared/compile-cache.mjs";

/** Where a process keeps compiled modules whose package is in `folder`. */
async function cacheOf(folder: string, env: Record<string, string> = {}): Promise<string> {
  const url = JSON.stringify(pathToFileURL(join(folder, file)));
  const script = `import(${url}).then((one) => { one.keepCompiled(); console.log(require("module").getCompileCacheDir()); })`;
  const { NODE_COMPILE_CACHE: _, ...rest } = process.env;
  const { stdout } = await execa(process.execPath, ["-e", script], {
    env: { ...rest, ...env },
    extendEnv: false,
  });
  return stdout;
}

test("compiled modules are kept beside the packages: of a checkout, and of a program that installs the package", async () => {
  const folder = mkdtempSync(join(tmpdir(), "compiled-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [checkout, installed] = [join(folder, "checkout"), join(folder, "program/node_modules/mastiff")];
  for (const place of [checkout, installed]) cpSync(join(root, file), join(place, file));
  expect(await cacheOf(checkout)).toContain(join(folder, "checkout/node_modules/.cache/mastiff"));
  expect(await cacheOf(installed)).toContain(join(folder, "program/node_modules/.cache/mastiff"));
});

test("the operator's own folder for compiled modules is used", async () => {
  const own = mkdtempSync(join(tmpdir(), "compiled-"));
  onTestFinished(() => rmSync(own, { recursive: true, force: true }));
  expect(await cacheOf(root, { NODE_COMPILE_CACHE: own })).toContain(own);
});
