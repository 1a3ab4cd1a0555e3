/** A folder that looks like a program's own, with config of a measurement's own. */
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../sandbox/toolchain/paths.ts";

/** Of the checkout, and of no program's: what is found by name, and what is generated. */
const others = new Set([".git", ".mastiff", "node_modules", "package.json"]);

/**
 * Makes a folder of symlinks to a program's files, so that its modules keep their real paths. Packages are those of the
 * checkout.
 * @param config YAML values by key, by stack
 */
export function layOut(
  program: string,
  folder: string,
  config: Readonly<Record<string, Readonly<Record<string, string>>>>,
): void {
  mkdirSync(folder);
  for (const entry of readdirSync(program))
    if (!others.has(entry) && !/^Pulumi\..+\.yaml$/.test(entry))
      symlinkSync(join(program, entry), join(folder, entry));
  for (const entry of ["node_modules", "package.json"]) symlinkSync(join(root, entry), join(folder, entry));
  for (const [stack, values] of Object.entries(config)) {
    const lines = Object.entries(values).map(([key, value]) => `  ${key}: ${value}`);
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), ["config:", ...lines, ""].join("\n"));
  }
}
