/**
 * Digests of the files that a comparison's answers depend on, one per folder: the comparison's file,
 * everything that it imports, and the programs and data that it names by `new URL("…", import.meta.url)`.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import type { Comparison } from "./comparisons.ts";

/** Digests by folder, such as `sandbox/clouds/fly`, and one of `packages`. */
export type Digests = Record<string, string>;

/** Folder of the checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** @param folder root of the checkout. Default: this one. */
export async function digestsOf(comparison: Comparison, folder = root): Promise<Digests> {
  const { files, packages } = reach(`sandbox/conformance/${comparison.file}`, folder);
  const byFolder = Map.groupBy([...files.keys()].sort(), (path) =>
    path.split("/").slice(0, -1).slice(0, 3).join("/"),
  );
  const digests = [...byFolder].map(([name, paths]): [string, string] => [
    name,
    digest(paths.map((path) => [path, files.get(path) ?? ""])),
  ]);
  const versions = versionsOf([...packages, ...(comparison.packages ?? []), "node"], folder);
  digests.push(["packages", digest(versions)]);
  return Object.fromEntries(digests.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * All files and packages that a file depends on. Imports of types count: a changed type shows that the code
 * with this type has changed.
 */
export function reach(entry: string, folder = root): { files: Map<string, string>; packages: Set<string> } {
  const files = new Map<string, string>();
  const packages = new Set<string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue;
    const text = readFileSync(join(folder, path), "utf8");
    files.set(path, text);
    if (!path.endsWith(".ts")) continue;
    for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
      if (fileName.startsWith(".")) waiting.push(posix.join(posix.dirname(path), fileName));
      else if (!fileName.startsWith("node:")) packages.add(packageOf(fileName));
    }
    for (const named of namedFiles(text)) {
      const beside = posix.join(posix.dirname(path), named);
      const found = join(folder, beside);
      // The name may be of a folder, or a pattern of file names.
      if (existsSync(found) && statSync(found).isFile()) waiting.push(beside);
    }
  }
  return { files, packages };
}

function namedFiles(text: string): string[] {
  return [...text.matchAll(/new URL\(\s*"([^"]+)",\s*import\.meta\.url\)/g)].map(([, name = ""]) => name);
}

/** Gives `@pulumi/pulumi` for `@pulumi/pulumi/proto/language_pb.js`. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function versionsOf(names: string[], folder: string): [string, string][] {
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as {
    packages: Record<string, { version?: string }>;
  };
  return [...new Set(names)]
    .sort()
    .map((name) => [name, lock.packages[`node_modules/${name}`]?.version ?? ""]);
}

function digest(parts: [string, string][]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
