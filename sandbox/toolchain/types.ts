/**
 * Checks the types of the checkout, and of every @example block in a docstring of the product, as one program: most of
 * the time goes into types that both need. An error in a block is reported at its place in the docstring.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { type Example, examplesIn, exportsOf, margin, moduleName, moduleText } from "./examples.ts";
import { root } from "./paths.ts";

/** What the names in examples stand for that no example declares. */
const scene = "tests/support/example-scene.ts";
/** Folders of the product whose docstrings have examples, or whose exports examples use. */
const folders = ["components", "providers", "cli"];

const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name}`),
);
const sources = new Map(
  [...files, scene].map((file) => [file, readFileSync(join(root, file), "utf8")] as const),
);
const exported = exportsOf(sources);
const examples = new Map<string, Example>();
const modules = new Map<string, string>();
for (const [file, source] of sources)
  for (const example of examplesIn(file, source)) {
    const name = join(root, moduleName(example));
    examples.set(name, example);
    modules.set(name, moduleText(example, exported, scene));
  }

const config = ts.getParsedCommandLineOfConfigFile(join(root, "tsconfig.json"), {}, {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic(diagnostic) {
    throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
  },
} satisfies ts.ParseConfigFileHost);
if (config === undefined) throw new Error("tsconfig.json cannot be read");
const host = ts.createCompilerHost(config.options);
const { fileExists, readFile } = host;
host.fileExists = (name) => modules.has(name) || fileExists(name);
host.readFile = (name) => modules.get(name) ?? readFile(name);
const program = ts.createProgram([...config.fileNames, ...modules.keys()], config.options, host);
const diagnostics = [...config.errors, ...ts.getPreEmitDiagnostics(program)];

for (const diagnostic of diagnostics) console.error(wordsOf(diagnostic));
console.error(
  `${diagnostics.length} error(s) in ${config.fileNames.length} files and ${examples.size} examples`,
);
process.exitCode = diagnostics.length === 0 ? 0 : 1;

function wordsOf({ file, start, code, messageText }: ts.Diagnostic): string {
  const what = `error TS${code}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  if (file === undefined || start === undefined) return what;
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  const example = examples.get(file.fileName);
  if (example === undefined) return `${relative(root, file.fileName)}(${line + 1},${character + 1}): ${what}`;
  const where = `${example.file}(${line + 1},${character + 1 + margin}), in an @example`;
  return `${where}: ${what}${isMissing(code) ? `\n  fix     declare it in the block, or in ${scene} for all of them` : ""}`;
}

/** Cannot find name; no value exists for the shorthand property. */
function isMissing(code: number): boolean {
  return code === 2304 || code === 2552 || code === 18004;
}
