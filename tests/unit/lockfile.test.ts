import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../toolchain/paths.ts";

interface Locked {
  version?: string;
  resolved?: string;
  optional?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const read = (file: string) => JSON.parse(readFileSync(join(root, file), "utf8"));
const { packages } = read("package-lock.json") as { packages: Record<string, Locked> };
const manifest = read("package.json") as Locked;

test("the lock file goes with package.json, whose versions are exact", () => {
  for (const kind of ["dependencies", "devDependencies"] as const) {
    expect(packages[""]?.[kind]).toEqual(manifest[kind]);
    for (const version of Object.values(manifest[kind] ?? {})) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  }
});

test("what another platform needs is locked too: npm ci refuses a lock file without it", () => {
  const missing = Object.values(packages)
    .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    .filter((name) => !Object.keys(packages).some((folder) => folder.endsWith(`node_modules/${name}`)));
  expect(missing).toEqual([]);
});

test("no registry is named: an installation takes the one that it is given", () => {
  expect(Object.entries(packages).filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
});
