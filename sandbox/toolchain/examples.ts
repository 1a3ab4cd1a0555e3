/**
 * The @example blocks of docstrings as modules that the compiler can check. A block is plain code without imports.
 * What it does not declare is imported for it: from its own file, from the scene of examples, or from the one file of
 * the product that exports the name.
 */
import { dirname, relative } from "node:path";
import ts from "typescript";

/** One @example block. */
export interface Example {
  /** File of the docstring, below the root. */
  file: string;
  /** Line of the block's first line of code in that file, from 1. */
  line: number;
  /** The code without the docstring's ` * `. */
  code: string;
}

/** How many characters of each line belong to the docstring. */
export const margin = " * ".length;

/** All blocks of a source. A block ends with the docstring, or where another tag begins. */
export function examplesIn(file: string, source: string): Example[] {
  const lines = source.split("\n");
  return lines.flatMap((text, at) => {
    if (!/^\s*\* @example\s*$/.test(text)) return [];
    const rest = lines.slice(at + 1);
    const end = rest.findIndex((line) => /^\s*\*(\/| @\w)/.test(line));
    const code = rest.slice(0, end).map((line) => line.replace(/^\s*\* ?/, ""));
    return [{ file, line: at + 2, code: code.join("\n") }];
  });
}

/** A name that a file exports. */
export interface Exported {
  /** Below the root. */
  file: string;
  isType: boolean;
}

/** The names that the sources export themselves, each with every file that exports it. */
export function exportsOf(sources: ReadonlyMap<string, string>): Map<string, Exported[]> {
  const found = new Map<string, Exported[]>();
  for (const [file, source] of sources) {
    const declarations = source.matchAll(
      /^export (?:declare |abstract |async )*(class|function|const|interface|type) (\w+)/gm,
    );
    for (const [, kind = "", name = ""] of declarations) {
      const isType = kind === "interface" || kind === "type";
      found.set(name, [...(found.get(name) ?? []), { file, isType }]);
    }
  }
  return found;
}

/** Name of the module, which exists in memory only, in the folder of its docstring. */
export function moduleName({ file, line }: Example): string {
  return file.replace(/\.ts$/, `.example-${line}.ts`);
}

/**
 * The text of the module. Its lines have the numbers that they have in the file of the docstring.
 *
 * @param scene file whose exports stand for names that no block declares
 */
export function moduleText(
  example: Example,
  exported: ReadonlyMap<string, readonly Exported[]>,
  scene: string,
): string {
  const { file, line, code } = example;
  const imports = freeNames(code).flatMap((name) => {
    if (name === "pulumi") return ['import * as pulumi from "@pulumi/pulumi";'];
    const all = exported.get(name) ?? [];
    // A name that several files export is not guessed at: the compiler says that it is missing.
    const found =
      all.find((one) => one.file === file) ??
      all.find((one) => one.file === scene) ??
      (all.length === 1 ? all[0] : undefined);
    if (found === undefined) return [];
    const path = relative(dirname(file), found.file);
    const from = path.startsWith(".") ? path : `./${path}`;
    return [`import { ${found.isType ? "type " : ""}${name} } from "${from}";`];
  });
  // Without an import or export it would be a script, which has no top-level await.
  return `${[...imports, "export {};"].join(" ")}${"\n".repeat(line - 1)}${code}\n`;
}

/** The names that the code uses and does not declare. */
export function freeNames(code: string): string[] {
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      if (isDeclaration(node)) declared.add(node.text);
      else if (!isProperty(node)) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("example.ts", code, ts.ScriptTarget.Latest, true));
  return [...used].filter((name) => !declared.has(name)).sort();
}

function isDeclaration(node: ts.Identifier): boolean {
  const { parent } = node;
  const declares =
    ts.isVariableDeclaration(parent) ||
    ts.isBindingElement(parent) ||
    ts.isParameter(parent) ||
    ts.isFunctionDeclaration(parent) ||
    ts.isClassDeclaration(parent) ||
    ts.isImportSpecifier(parent) ||
    ts.isNamespaceImport(parent) ||
    ts.isImportClause(parent);
  return declares && parent.name === node;
}

/** Whether it names a property of something else. */
function isProperty(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  if (ts.isImportSpecifier(parent)) return true;
  const named =
    ts.isPropertyAccessExpression(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent);
  return named && parent.name === node;
}
