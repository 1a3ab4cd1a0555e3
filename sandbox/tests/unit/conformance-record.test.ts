import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type Comparison, comparisons } from "../../conformance/comparisons.ts";
import { type Entry, renewal, staleComparisons, staleness } from "../../conformance/record.ts";
import { digestsOf, reach } from "../../conformance/sources.ts";

test("what stands in for an official part gave equal answers as it is now", async () => {
  const stale = [...(await staleComparisons())].map(([name, why]) => `${name}: ${why}`);
  expect(stale, `sandbox/conformance/record.json is stale. ${renewal}`).toEqual([]);
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
  "sandbox/conformance/asked.ts": `
import { a } from "../clouds/fly/a.ts";
import type { Shape } from "../clouds/view/shape.ts";
import { sorted } from "lodash/sorted.js";
const program = new URL("../stand-ins/flyctl/main.ts", import.meta.url);
const folder = new URL("./", import.meta.url);
`,
  "sandbox/clouds/fly/a.ts": `const b = () => import("./b.ts");`,
  "sandbox/clouds/fly/b.ts": "",
  "sandbox/clouds/view/shape.ts": "export interface Shape {}",
  "sandbox/stand-ins/flyctl/main.ts": `read(new URL("commands.json", import.meta.url));`,
  "sandbox/stand-ins/flyctl/commands.json": "{}",
  "sandbox/clouds/sendgrid/serve.ts": "",
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

test("a comparison reaches what it imports, starts and reads", () => {
  const { files, packages } = reach("sandbox/conformance/asked.ts", checkout());
  expect([...files.keys()].sort()).toEqual([
    "sandbox/clouds/fly/a.ts",
    "sandbox/clouds/fly/b.ts",
    "sandbox/clouds/view/shape.ts",
    "sandbox/conformance/asked.ts",
    "sandbox/stand-ins/flyctl/commands.json",
    "sandbox/stand-ins/flyctl/main.ts",
  ]);
  expect([...packages]).toEqual(["lodash"]);
});

test.each([
  [
    "a file that is imported when it is needed",
    { "sandbox/clouds/fly/b.ts": "// new" },
    ["sandbox/clouds/fly"],
  ],
  [
    "data of a program that is started",
    { "sandbox/stand-ins/flyctl/commands.json": "[]" },
    ["sandbox/stand-ins/flyctl"],
  ],
  ["a package", { "package-lock.json": `{ "packages": {} }` }, ["packages"]],
  ["another cloud", { "sandbox/clouds/sendgrid/serve.ts": "// new" }, []],
])("%s changes the digest of its folder alone", async (_what, changed, expected) => {
  const before = await digestsOf(asked, checkout());
  const after = await digestsOf(asked, checkout(changed));
  expect(Object.keys(after)).toEqual(Object.keys(before));
  expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual(expected);
});

test("a stale entry says what has changed since when; none, that there was no comparison", async () => {
  const comparison = comparisons.random as Comparison;
  const entry: Entry = {
    date: "2026-11-01",
    questions: 1,
    official: {},
    sources: { ...(await digestsOf(comparison)), "sandbox/stand-ins/plugins": "other" },
  };
  expect(await staleness(comparison, entry)).toBe("changed since 2026-11-01: sandbox/stand-ins/plugins");
  expect(await staleness(comparison, undefined)).toBe("never compared");
});

test("a change of the local Fly concerns flyctl, and no plugin", async () => {
  const digests = async (name: string) => Object.keys(await digestsOf(comparisons[name] as Comparison));
  expect(await digests("flyctl")).toContain("sandbox/clouds/fly");
  for (const name of ["random", "tls", "command", "language-host"]) {
    expect(
      (await digests(name)).filter(
        (folder) => folder.startsWith("sandbox/clouds") || folder.startsWith("sandbox/stand-ins"),
      ),
    ).toEqual(["sandbox/stand-ins/plugins"]);
  }
});
