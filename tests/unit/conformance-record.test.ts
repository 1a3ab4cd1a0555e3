import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type Comparison, comparisons } from "../../conformance/comparisons.ts";
import { type Entry, renewal, staleComparisons, staleness } from "../../conformance/record.ts";
import { digestsOf, reach } from "../../conformance/sources.ts";

test("what stands in for an official part gave equal answers as it is now", async () => {
  const stale = [...(await staleComparisons())].map(([name, why]) => `${name}: ${why}`);
  expect(stale, `conformance/record.json is stale. ${renewal}`).toEqual([]);
});

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const asked: Comparison = {
  kind: "recorded",
  needs: [],
  atOnce: 1,
  file: "asked.ts",
  load: () => Promise.reject(new Error("nobody asks")),
};

const sources: Record<string, string> = {
  "conformance/asked.ts": `
import { a } from "../local/fly/a.ts";
import type { Shape } from "../local/view/shape.ts";
import { sorted } from "lodash/sorted.js";
const program = new URL("../local/flyctl/main.ts", import.meta.url);
const folder = new URL("./", import.meta.url);
`,
  "local/fly/a.ts": `const b = () => import("./b.ts");`,
  "local/fly/b.ts": `export { c } from "../../config.ts";`,
  "local/view/shape.ts": "export interface Shape {}",
  "local/flyctl/main.ts": `read(new URL("commands.json", import.meta.url));`,
  "local/flyctl/commands.json": "{}",
  "local/sendgrid/serve.ts": "",
  "config.ts": "",
  "package-lock.json": `{ "packages": { "node_modules/lodash": { "version": "1.0.0" } } }`,
};

function checkout(changed: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "checkout-"));
  folders.push(folder);
  for (const [path, text] of Object.entries({ ...sources, ...changed })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

test("a comparison reaches what it imports, starts and reads, and not the product", () => {
  const { files, packages } = reach("conformance/asked.ts", checkout());
  expect([...files.keys()].sort()).toEqual([
    "conformance/asked.ts",
    "local/fly/a.ts",
    "local/fly/b.ts",
    "local/flyctl/commands.json",
    "local/flyctl/main.ts",
    "local/view/shape.ts",
  ]);
  expect([...packages]).toEqual(["lodash"]);
});

test.each([
  ["a file that is imported when it is needed", { "local/fly/b.ts": "// new" }, ["local/fly"]],
  ["data of a program that is started", { "local/flyctl/commands.json": "[]" }, ["local/flyctl"]],
  ["a package", { "package-lock.json": `{ "packages": {} }` }, ["packages"]],
  ["another cloud", { "local/sendgrid/serve.ts": "// new" }, []],
  ["the product", { "config.ts": "// new" }, []],
])("%s changes the digest of its folder alone", async (_what, changed, expected) => {
  const before = await digestsOf(asked, checkout());
  const after = await digestsOf(asked, checkout(changed));
  expect(Object.keys(after)).toEqual(Object.keys(before));
  expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual(expected);
});

test("what the product renders counts, not how", async () => {
  const folder = checkout();
  const rendering = (text: string) => ({ ...asked, rendered: async () => ({ toml: text }) });
  const before = await digestsOf(rendering("one"), folder);
  expect(await digestsOf(rendering("one"), checkout({ "config.ts": "// new" }))).toEqual(before);
  expect(await digestsOf(rendering("two"), folder)).not.toEqual(before);
});

test("a stale entry says what has changed since when; none, that there was no comparison", async () => {
  const comparison = comparisons.random as Comparison;
  const entry: Entry = {
    date: "2026-11-01",
    questions: 1,
    official: {},
    sources: { ...(await digestsOf(comparison)), "local/plugins": "other" },
  };
  expect(await staleness(comparison, entry)).toBe("changed since 2026-11-01: local/plugins");
  expect(await staleness(comparison, undefined)).toBe("never compared");
});

test("a change of the local Fly concerns flyctl, and no plugin", async () => {
  const digests = async (name: string) => Object.keys(await digestsOf(comparisons[name] as Comparison));
  expect(await digests("flyctl")).toContain("local/fly");
  for (const name of ["random", "tls", "command", "language-host"]) {
    expect((await digests(name)).filter((folder) => folder.startsWith("local/"))).toEqual(["local/plugins"]);
  }
});
