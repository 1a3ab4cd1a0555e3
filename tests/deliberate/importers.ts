/** Which files load a file, directly or by others. */
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";

const imports = /\bfrom\s+"(\.[^"]+)"|\bimport\(\s*"(\.[^"]+)"\s*\)/g;

/** @returns answers with all files that load the one that is asked about, itself included */
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
    // A set that grows while it is gone through hands out what was added, too.
    for (const one of found) for (const importer of importers.get(one) ?? []) found.add(importer);
    return found;
  };
}
