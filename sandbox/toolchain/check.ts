/**
 * `npm run check [-- types|style|imports|workflows]`: runs all checks, or the named ones. All of them run, even
 * when one fails.
 */
import { readdirSync } from "node:fs";
import { execa } from "execa";
import { root } from "./paths.ts";
import { openTerminal } from "./terminal.ts";

const terminal = openTerminal();

/**
 * Folders and files that contain the project's code. The list is read from the checkout, so that no new
 * folder is forgotten.
 */
const code = readdirSync(root, { withFileTypes: true })
  .filter((entry) => !entry.name.startsWith(".") && !["node_modules", "dist"].includes(entry.name))
  .filter((entry) => entry.isDirectory() || entry.name.endsWith(".ts"))
  .map((entry) => entry.name);

const checks = {
  types: ["sandbox/toolchain/types.ts"],
  style: ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."],
  imports: [
    "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs",
    "--config",
    ".dependency-cruiser.cjs",
    "--no-progress",
    ...code,
  ],
  workflows: ["sandbox/toolchain/workflows.ts"],
};
/** A check that cannot run here says why, and ends with this code. */
const skipped = 77;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in checks));
if (unknown.length > 0) {
  terminal.error(`no check is called ${unknown.join(", ")}: there are ${Object.keys(checks).join(", ")}`);
  process.exit(2);
}
const chosen = Object.entries(checks).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const ended = await Promise.all(
  chosen.map(async ([name, args]) => {
    const run = await execa(process.execPath, args, {
      cwd: root,
      stdin: "ignore",
      all: true,
      reject: false,
    });
    if (run.exitCode === 0) {
      terminal.success(name);
      return true;
    }
    if (run.exitCode === skipped) {
      terminal.warn(`${name}: not checked, ${run.all}`);
      return true;
    }
    terminal.error(`${name}\n${run.all}`);
    return false;
  }),
);
process.exit(ended.every(Boolean) ? 0 : 1);
