/**
 * Every text of the product that tells an operator what to do, read from the sources, so that none is forgotten.
 *
 *   { what, fix }                         the driver's problems
 *   "…\n  fix     …", […].join("\n")      errors of program, clients and commands
 *   "… proper way: …", problem(…, …)      refusals of a change that would lose data
 *   hints: { 81053: "…" }, hint(): "…"    what goes with a cloud's own error
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { root } from "../../sandbox/toolchain/paths.ts";

/** A text with its way out, as the source has it; what only a run knows stands in `<…>`. */
export interface Fix {
  file: string;
  text: string;
  fix: string;
}

const folders = ["components", "providers", "cli", "policy"];
const label = /(?:^|\n)\s*fix {2,}|proper way: /;

/** All of them, in the order of their files. */
export function fixesOfTheProduct(): Fix[] {
  const files = [
    "index.ts",
    ...folders.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts") && !name.startsWith("node_modules"))
        .map((name) => `${folder}/${name}`),
    ),
  ];
  return files.sort().flatMap((file) => fixesIn(file, readFileSync(join(root, file), "utf8")));
}

/** Those of one source. */
export function fixesIn(file: string, source: string): Fix[] {
  const found: Fix[] = [];
  const visit = (node: ts.Node, inside: string): void => {
    const here = fixesAt(node, inside, nameOf(file));
    for (const [text, fix] of here) found.push({ file, text: plain(text) || nameOf(file), fix: plain(fix) });
    if (here.length > 0) return;
    const isFunction = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node);
    const name = isFunction ? node.name?.getText() : undefined;
    ts.forEachChild(node, (child) => visit(child, name ?? inside));
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true), "");
  // A frame that others fill in has no way out of its own.
  return found.filter(({ fix }) => fix.replace(/<\w+>|\W/g, "") !== "");
}

/** Text and way out of one piece of a source; `inside` is the function that it stands in. */
function fixesAt(node: ts.Node, inside: string, name: string): [text: string, fix: string][] {
  if (ts.isObjectLiteralExpression(node)) {
    const [what, fix] = [property(node, "what"), property(node, "fix")];
    const [because, proper] = [property(node, "because"), property(node, "proper")];
    if (fix !== undefined) return [[what === undefined ? inside : words(what), words(fix)]];
    if (because !== undefined && proper !== undefined) return [[words(because), words(proper)]];
  }
  if (ts.isVariableDeclaration(node) && node.initializer) {
    if (node.name.getText() === "hints")
      return properties(node.initializer).map((one) => [
        `Cloudflare ${one.name.getText()}`,
        words(one.initializer),
      ]);
    if (node.name.getText() === "fix") return [[`${name}: ${inside}`, words(node.initializer)]];
  }
  if (ts.isCallExpression(node) && node.expression.getText() === "problem" && node.arguments.length === 2) {
    const [what = "", proper = ""] = node.arguments.map(words);
    return [[what, proper]];
  }
  if (ts.isReturnStatement(node) && inside === "hint" && node.expression && words(node.expression) !== "")
    return [[`${name} refuses: ${conditionOf(node)}`, words(node.expression)]];
  const text = isText(node) ? words(node) : "";
  const at = text.search(label);
  return at < 0 ? [] : [[text.slice(0, at), text.slice(at).replace(label, "")]];
}

const isText = (node: ts.Node): boolean =>
  ts.isArrayLiteralExpression(node) ||
  ts.isStringLiteralLike(node) ||
  ts.isTemplateExpression(node) ||
  (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken);

const nameOf = (file: string) => file.replace(/\/client\.ts$/, "").replace(/^.*\//, "");

function properties(node: ts.Node): ts.PropertyAssignment[] {
  return ts.isObjectLiteralExpression(node) ? node.properties.filter(ts.isPropertyAssignment) : [];
}

function property(node: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  return properties(node).find((one) => one.name.getText() === name)?.initializer;
}

/** The condition under which a `hint` is given. */
function conditionOf(node: ts.Node): string {
  const parent = ts.isBlock(node.parent) ? node.parent.parent : node.parent;
  return ts.isIfStatement(parent) ? parent.expression.getText() : "anything else";
}

/** The texts of an expression, whichever of its branches a run takes, line by line. */
function words(node: ts.Node): string {
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map((one) => hole(one.expression) + one.literal.text).join("");
  if (ts.isBinaryExpression(node)) return words(node.left) + words(node.right);
  if (ts.isConditionalExpression(node))
    return [words(node.whenTrue), words(node.whenFalse)].filter(Boolean).join("\n");
  if (ts.isArrayLiteralExpression(node)) return node.elements.map(words).filter(Boolean).join("\n");
  if (ts.isSpreadElement(node) || ts.isParenthesizedExpression(node)) return words(node.expression);
  if (ts.isArrowFunction(node)) return words(node.body);
  if (ts.isIdentifier(node)) return constant(node);
  if (ts.isCallExpression(node)) return partsCommand(node) ?? "";
  return "";
}

/** A text that the same file gives a name. */
function constant(name: ts.Identifier): string {
  for (const statement of name.getSourceFile().statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const found = statement.declarationList.declarations.find((one) => one.name.getText() === name.text);
    if (found?.initializer && ts.isStringLiteralLike(found.initializer)) return found.initializer.text;
  }
  return "";
}

/** The command that a call of `setParts` gives, with the parts that it changes; undefined for any other call. */
function partsCommand(node: ts.CallExpression): string | undefined {
  if (node.expression.getText() !== "setParts") return undefined;
  const [key, parts, secret] = node.arguments;
  const flag = secret?.kind === ts.SyntaxKind.TrueKeyword ? "--secret" : "--plaintext";
  const named = key === undefined ? "" : words(key) || hole(key);
  const changed: readonly ts.ObjectLiteralElementLike[] =
    parts && ts.isObjectLiteralExpression(parts) ? parts.properties : [];
  const set = changed.filter(ts.isPropertyAssignment).map((one) => {
    const value = words(one.initializer) || hole(one.initializer);
    return `${flag} ${named}.${one.name.getText()}=${value}`;
  });
  const others = changed.some(ts.isSpreadAssignment) || set.length === 0 ? [`${flag} <its other parts>`] : [];
  return ["pulumi config set-all --path", ...set, ...others].join(" ");
}

/** What a run puts in: a command, or the last name in its expression. */
function hole(node: ts.Node): string {
  const command = ts.isCallExpression(node) ? partsCommand(node) : undefined;
  if (command !== undefined) return command;
  return `<${/(\w+)\W*$/.exec(node.getText().replace(/\?\?.*$/s, ""))?.[1] ?? "…"}>`;
}

function plain(text: string): string {
  return text
    .replace(/^ {2}(set in|said|retry) .*$/gm, "")
    .replace(/\s+/g, " ")
    .trim();
}
