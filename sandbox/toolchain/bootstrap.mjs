/**
 * Runs one of the project's TypeScript programs in a fresh clone:
 * `node sandbox/toolchain/bootstrap.mjs <file.ts> [args]`.
 *
 * The programs need a newer Node and the installed packages, and a fresh clone has neither. So this file has
 * no dependencies and runs on Node 20. It installs the packages when they are missing or differ from
 * package-lock.json. Then it starts the program with Node 24, which is one of the packages.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const modules = join(root, "node_modules");
const packagedNode = join(modules, ".bin", "node");

/** The packages in a lock file: folder and entry. Undefined when the file does not exist. */
function locked(file) {
  if (!existsSync(file)) return undefined;
  const packages = JSON.parse(readFileSync(file, "utf8")).packages;
  return Object.entries(packages).filter(([folder]) => folder !== "");
}

/**
 * Compares node_modules with package-lock.json. npm records the installed packages in
 * node_modules/.package-lock.json.
 */
function installed() {
  const have = locked(join(modules, ".package-lock.json"));
  if (have === undefined || !existsSync(packagedNode)) return "missing";
  const versions = new Map(have.map(([folder, entry]) => [folder, entry.version]));
  const stale = locked(join(root, "package-lock.json")).some(([folder, entry]) =>
    // npm leaves out optional packages that are for another platform.
    entry.optional && !versions.has(folder) ? false : versions.get(folder) !== entry.version,
  );
  return stale ? "stale" : "fresh";
}

/** PATH without this project's packages: npm must not run on the node binary that it is about to replace. */
function outerPath() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.filter((folder) => !folder.startsWith(join(modules, "/"))).join(delimiter);
}

/** Runs a child on this terminal. The result is its exit code, or 128 + n when signal n ended it. */
function run(file, args, env) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, env, stdio: "inherit" });
    // The terminal sends Ctrl-C to the child too, and the child cleans up. This process only waits for the child.
    const ignore = () => {};
    const pass = () => child.kill("SIGTERM");
    process.on("SIGINT", ignore).on("SIGTERM", pass);
    // A signal to npm ends npm and its shell. It does not reach this process below them.
    const parent = process.ppid;
    const orphaned = setInterval(() => process.ppid !== parent && pass(), 500);
    const end = (code) => {
      process.off("SIGINT", ignore).off("SIGTERM", pass);
      clearInterval(orphaned);
      resolve(code);
    };
    child.once("error", (error) => {
      console.error(`could not start ${file}: ${error.message}`);
      end(127);
    });
    child.once("close", (code, signal) => end(code ?? 128 + constants.signals[signal]));
  });
}

const state = installed();
if (state !== "fresh") {
  // `npm ci` deletes node_modules first. `npm install --no-save` updates a stale tree and leaves
  // package-lock.json unchanged.
  const args = state === "missing" ? ["ci"] : ["install", "--no-save"];
  console.log(`packages: ${state}, running npm ${args.join(" ")} (about 340 MB, half a minute)`);
  const began = Date.now();
  const env = { ...process.env, PATH: outerPath() };
  // npm passes its settings to the scripts that it runs. These settings are not meant for the installation.
  for (const name of ["npm_command", "npm_lifecycle_event", "npm_lifecycle_script", "npm_node_execpath"]) {
    delete env[name];
  }
  const code = await run("npm", [...args, "--loglevel=error", "--progress=true"], env);
  if (code !== 0) process.exit(code);
  console.log(`packages: installed in ${Math.round((Date.now() - began) / 1000)} s`);
}

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: node sandbox/toolchain/bootstrap.mjs <file.ts> [arguments]");
  process.exit(2);
}
process.exit(await run(realpathSync(packagedNode), [file, ...args], process.env));
