/** Tests npm with a registry that reports a newer npm. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { quiet } from "../../conformance/quiet.ts";

let asked: string[] = [];
const registry = createServer((request, response) => {
  asked.push(request.url ?? "");
  const manifest = { name: "npm", version: "999.0.0" };
  response.setHeader("content-type", "application/json");
  response.end(
    JSON.stringify({ ...manifest, "dist-tags": { latest: "999.0.0" }, versions: { "999.0.0": manifest } }),
  );
});
const folders: string[] = [];

beforeAll(() => new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve)));
afterAll(() => {
  registry.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Output of an empty installation by an npm that has never looked for a newer version. */
async function install(more: Record<string, string>): Promise<string> {
  asked = [];
  const folder = mkdtempSync(join(tmpdir(), "quiet-"));
  folders.push(folder);
  writeFileSync(join(folder, "package.json"), `{ "name": "empty" }`);
  const { port } = registry.address() as { port: number };
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|CI$|CONTINUOUS_)/i.test(name));
  const { stdout, stderr } = await promisify(execFile)("npm", ["install"], {
    cwd: folder,
    env: {
      ...Object.fromEntries(own),
      npm_config_cache: join(folder, "cache"),
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_userconfig: join(folder, "npmrc"),
      ...more,
    },
  });
  return stdout + stderr;
}

test("npm tells of its new version, and not when it is asked to be quiet", async () => {
  expect(await install({})).toContain("999.0.0");
  expect(await install(quiet)).not.toContain("999.0.0");
  expect(asked).toEqual([]);
});
