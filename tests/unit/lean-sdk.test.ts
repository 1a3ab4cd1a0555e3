import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { loadClosuresLate } from "../../providers/shared/lean-sdk.mjs";
import { root } from "../../sandbox/toolchain/paths.ts";

/** In a process of its own: this one has loaded the SDK already. */
const script = `
  const { createRequire } = await import("node:module");
  const { loadClosuresLate } = await import("./providers/shared/lean-sdk.mjs");
  const require = createRequire(process.cwd() + "/program.mjs");
  const loaded = () => ["typescript.js", "arborist/lib/index.js"].filter((end) =>
    Object.keys(require.cache).some((file) => file.endsWith(end)));
  loadClosuresLate(process.cwd() + "/program.mjs");
  const pulumi = require("@pulumi/pulumi");
  const before = loaded();
  const word = "captured";
  const { text } = await pulumi.runtime.serializeFunction(() => word);
  console.log(JSON.stringify({ before, after: loaded(), isSerialized: text.includes('"captured"') }));
`;

test("a program without closures loads neither compiler nor npm, and one with a closure still serializes it", async () => {
  const { stdout } = await execa(process.execPath, ["--input-type=module", "-e", script], { cwd: root });
  expect(JSON.parse(stdout)).toEqual({ before: [], after: ["typescript.js"], isSerialized: true });
});

test.each([
  ["has these files elsewhere", {}],
  ["does not show its own files", { exports: { ".": "./index.js" } }],
])("an SDK that %s is loaded as it is", (_, more) => {
  const folder = mkdtempSync(join(tmpdir(), "lean-sdk-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const sdk = join(folder, "node_modules/@pulumi/pulumi");
  mkdirSync(sdk, { recursive: true });
  writeFileSync(join(sdk, "package.json"), JSON.stringify({ name: "@pulumi/pulumi", ...more }));
  expect(() => loadClosuresLate(join(folder, "program.mjs"))).not.toThrow();
});
