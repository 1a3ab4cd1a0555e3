/** Finds the files that load a file, directly or through other files. */
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";

const imports = /\bfrom\s+"(\.[^"]+)"|\bimport\(\s*"(\.[^"]+)"\s*\)/g;

/** @returns a function that gives all files that load a file, including the file itself */
export function importersIn(folder: string, files: readonly string[]): (file: string) => ReadonlySet<string> {
  const importers = new Map<string, string[]>();
  for (const file of files.filter((name) => name.endsWith(".ts"))) {
    for (const [, named, lazy] of readFileSync(join(folder, file), "utf8").matchAll(imports)) {
      const imported = posix.join(posix.dirname(file), named ?? lazy ?? "");
      importers.set(imported, [...(importers.get(imported) ?? []), file]);
    }
  }
  return (file) => {
    const found = new Set([file]);
    // Iterating over a Set also visits the elements that are added during the iteration.
    for (const one of found) for (const importer of importers.get(one) ?? []) found.add(importer);
    return found;
  };
}
