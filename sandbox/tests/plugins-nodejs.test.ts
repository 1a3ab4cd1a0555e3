import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { environmentOf, programDirectory } from "../stand-ins/plugins/engine-process.ts";
import { readOptions, splitWords } from "../stand-ins/plugins/nodejs/options.ts";
import { requiredPackages } from "../stand-ins/plugins/nodejs/packages.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plugins-nodejs-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, content: string | object): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), typeof content === "string" ? content : JSON.stringify(content));
}

test("options have defaults, and their words when they do not fit", () => {
  expect(readOptions({})).toEqual({
    typescript: true,
    tsconfig: "",
    nodeargs: [],
    packagemanager: "auto",
    production: false,
  });
  expect(readOptions({ typescript: false, nodeargs: "--a 'b c'" })).toMatchObject({
    typescript: false,
    nodeargs: ["--a", "b c"],
  });
  expect(() => readOptions({ typescript: "yes" })).toThrow("typescript option must be a boolean");
  expect(() => readOptions({ tsconfig: 1 })).toThrow("tsconfigpath option must be a string");
  expect(() => readOptions({ packagemanager: "pip" })).toThrow(
    'packagemanager option must be one of auto, npm, yarn, pnpm or bun, got "pip"',
  );
});

test.each([
  ["", []],
  ["  a   b ", ["a", "b"]],
  [`--x='a b' "c\\"d" e\\ f`, ["--x=a b", 'c"d', "e f"]],
  ["''", [""]],
  ["a # comment", ["a"]],
  ["a#b", ["a#b"]],
])("a line is split as a shell does: %s", (line, words) => {
  expect(splitWords(line)).toEqual(words);
});

test("an open quote is an error", () => {
  expect(() => splitWords("'a")).toThrow("EOF found when expecting closing quote");
});

test("a project's plugins are found below every node_modules, but not in policy packs", () => {
  const plugin = (name: string) => ({ name, version: "1.0.0", pulumi: { resource: true } });
  write("node_modules/@pulumi/a/package.json", plugin("@pulumi/a"));
  write("node_modules/x/node_modules/@pulumi/b/package.json", plugin("@pulumi/b"));
  write("sub/node_modules/@pulumi/c/package.json", plugin("@pulumi/c"));
  write("policies/PulumiPolicy.yaml", "runtime: nodejs");
  write("policies/node_modules/@pulumi/d/package.json", plugin("@pulumi/d"));
  write("workspace/package.json", plugin("@pulumi/e"));
  symlinkSync(join(folder, "workspace"), join(folder, "node_modules/e"));
  symlinkSync(folder, join(folder, "node_modules/round"));
  write("package.json", plugin("@pulumi/own"));
  const found = requiredPackages(folder);
  expect(found.map(({ name }) => name).sort()).toEqual(["a", "b", "c", "e"]);
  expect(found[0]).toEqual({ name: "a", kind: "resource", version: "v1.0.0", server: "" });
});

test("an engine in a folder below works in the program's folder", () => {
  write("code/start.ts", "");
  write("code/deep/none", "");
  for (const [main, expected] of [
    ["", ""],
    ["main: code\n", "code"],
    ["main: code/start.ts\n", "code"],
    ['main: "./code/"\n', "code"],
  ]) {
    write("Pulumi.yaml", `name: x\nruntime: nodejs\n${main}`);
    expect(programDirectory(join(folder, "code/deep"))).toBe(join(folder, expected ?? ""));
  }
});

test("an environment is read whole: values with equals signs, line ends and nothing", () => {
  expect(environmentOf("A=1\0B=x=y\0C=\0D=a\nb\0")).toEqual({ A: "1", B: "x=y", C: "", D: "a\nb" });
});
