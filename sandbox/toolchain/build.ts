/**
 * `npm run build`: makes dist/, the package that another program installs. It has the components, the driver,
 * the providers and the operator's command as JavaScript with types. `npm pack ./dist` packs it.
 *
 * The checkout itself runs its TypeScript as it is and needs no build.
 */
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { root } from "./paths.ts";
import { openTerminal } from "./terminal.ts";

const terminal = openTerminal();
const dist = join(root, "dist");

interface Manifest {
  name: string;
  version: string;
  description: string;
  license: string;
  exports: Record<string, string>;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
}

rmSync(dist, { recursive: true, force: true });
const compiled = await execa(
  process.execPath,
  [join("node_modules", "typescript", "bin", "tsc"), "--project", "tsconfig.build.json"],
  { cwd: root, stdin: "ignore", all: true, reject: false },
);
if (compiled.exitCode !== 0) {
  terminal.error(compiled.all);
  process.exit(1);
}
// Scripts for machines, which the driver reads as texts.
for (const file of globSync("providers/**/*.{rb,sh}", { cwd: root })) copied(file);
for (const file of ["LICENSE", "README.md", "CHANGELOG.md"]) copied(file);
writeFileSync(join(dist, "package.json"), `${JSON.stringify(packageOf(manifest()), null, 2)}\n`);
terminal.success(`dist/ is the package ${manifest().name} ${manifest().version}: npm pack ./dist`);

function copied(file: string): void {
  mkdirSync(dirname(join(dist, file)), { recursive: true });
  cpSync(join(root, file), join(dist, file));
}

function manifest(): Manifest {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
}

/** The manifest of the package: compiled files, and Pulumi's packages as peers, of which a program has one each. */
function packageOf({ name, version, description, license, exports, bin, dependencies }: Manifest): object {
  const isPeer = (dependency: string) => dependency.startsWith("@pulumi/");
  const range = ([dependency, pinned]: [string, string]): [string, string] => [dependency, `^${pinned}`];
  const all = Object.entries(dependencies);
  return {
    name,
    version,
    description,
    license,
    type: "module",
    exports: Object.fromEntries(Object.entries(exports).map(([path, file]) => [path, compiledTo(file)])),
    // For TypeScript projects whose moduleResolution does not read `exports`.
    types: "./components/index.d.ts",
    bin,
    engines: { node: ">=22.18" },
    dependencies: Object.fromEntries(all.filter(([dependency]) => !isPeer(dependency))),
    peerDependencies: Object.fromEntries(all.filter(([dependency]) => isPeer(dependency)).map(range)),
  };
}

function compiledTo(file: string): string | { types: string; default: string } {
  if (!file.endsWith(".ts")) return file;
  const stem = file.slice(0, -".ts".length);
  return { types: `${stem}.d.ts`, default: `${stem}.js` };
}
