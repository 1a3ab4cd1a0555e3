import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../sandbox/toolchain/paths.ts";

interface Locked {
  version?: string;
  resolved?: string;
  optional?: boolean;
  /** True for a folder of this repository. */
  link?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const read = (file: string) => JSON.parse(readFileSync(join(root, file), "utf8"));
const { packages } = read("package-lock.json") as { packages: Record<string, Locked> };
const manifest = read("package.json") as Locked;
const sandbox = read("sandbox/package.json") as Locked;

test.each([
  ["package.json", "", manifest],
  ["sandbox/package.json", "sandbox", sandbox],
])(
  "the lock file goes with %s, whose versions are exact",
  (_file, folder, { dependencies, devDependencies }) => {
    expect(packages[folder]?.dependencies).toEqual(dependencies);
    expect(packages[folder]?.devDependencies).toEqual(devDependencies);
    for (const version of Object.values({ ...dependencies, ...devDependencies }))
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  },
);

test("product and sandbox have one version of each package that both use", () => {
  const ofProduct = { ...manifest.dependencies, ...manifest.devDependencies };
  const shared = Object.entries(sandbox.dependencies ?? {}).filter(([name]) => name in ofProduct);
  expect(shared.length).toBeGreaterThan(5);
  expect(shared.filter(([name, version]) => ofProduct[name] !== version)).toEqual([]);
});

test("what another platform needs is locked too: npm ci refuses a lock file without it", () => {
  const missing = Object.values(packages)
    .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    .filter((name) => !Object.keys(packages).some((folder) => folder.endsWith(`node_modules/${name}`)));
  expect(missing).toEqual([]);
});

test("no registry is named: an installation takes the one that it is given", () => {
  expect(
    Object.entries(packages).filter(([, { link, resolved }]) => link !== true && resolved !== undefined),
  ).toEqual([]);
});
