/** What a run of the product depends on, as one short text. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../sandbox/toolchain/paths.ts";

/** Everything that decides what an `up` makes: the product, the clouds and stand-ins, the packages, Node. */
const parts = [
  "index.ts",
  "Pulumi.yaml",
  "Pulumi.dev.yaml",
  "package-lock.json",
  "components",
  "providers",
  "sandbox/clouds",
  "sandbox/stand-ins",
  "sandbox/toolchain",
];

let known: string | undefined;

/** Sixteen hexadecimal digits that change with any of {@link parts}. Takes some 50 ms once in a process. */
export function contentKey(): string {
  known ??= keyOf();
  return known;
}

function keyOf(): string {
  const hash = createHash("sha256").update(process.version);
  for (const part of parts) {
    for (const file of filesBelow(part)) hash.update(`\n${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex").slice(0, 16);
}

function filesBelow(part: string): string[] {
  if (part.includes(".")) return [part];
  const entries = readdirSync(join(root, part), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}
