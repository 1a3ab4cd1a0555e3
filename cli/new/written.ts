/** The new stack: refused where there is one, and written as `pulumi` writes it, no value of a secret in an argument. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { secretKeys } from "../../components/config/schema.ts";
import { leavesOf, shellWord, textOf } from "../../providers/rules/config-parts.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { must, pulumi } from "../pulumi.ts";
import type { Answers } from "./questions.ts";

/** Editors with the YAML language server check the file by it (docs/config.md, "Checks in the editor"). */
const schemaLine = "# yaml-language-server: $schema=docs/config.schema.json";

/** Name of a stack's file, which has neither organisation nor project in it. */
export const fileOf = (stack: string) => `Pulumi.${shortOf(stack)}.yaml`;
const shortOf = (stack: string) => stack.split("/").at(-1) ?? stack;

/** @throws OperatorError when there is such a stack or its file, or the working directory is no project */
export async function refuseExisting(stack: string): Promise<void> {
  const file = fileOf(stack);
  // pulumi finds a project above, too, and would write into a file that nobody has looked for.
  if (!existsSync(join(process.cwd(), "Pulumi.yaml")))
    throw new OperatorError(
      "There is no Pulumi.yaml in this folder. Nothing was written.\n  fix     go to the folder of the project:  cd <folder of Pulumi.yaml>",
    );
  if (existsSync(join(process.cwd(), file)))
    throw new OperatorError(
      `There is a file ${file} already, which belongs to a stack. Nothing was written.\n  fix     another name for the new stack:  -s <name>\n          or go on with the stack of that file:  pulumi preview -s ${shortOf(stack)}`,
    );
  const listed = JSON.parse(must(await pulumi(["stack", "ls", "--json"]))) as { name: string }[];
  const twin = listed.find(({ name }) => shortOf(name) === shortOf(stack));
  if (twin !== undefined)
    throw new OperatorError(
      `There is a stack ${twin.name} already. Nothing was written.\n  fix     another name for the new stack:  -s <name>\n          or see what the stack has:  pulumi config -s ${twin.name}`,
    );
}

/**
 * Makes the stack, and gives it its config.
 *
 * @param config texts by key; an object is JSON text
 * @throws OperatorError with pulumi's words, and the commands that are left to do
 */
export async function writeStack(stack: string, config: Answers): Promise<void> {
  must(await pulumi(["stack", "init", stack]));
  const left = commandsFor(config);
  for (let command = left[0]; command !== undefined; command = left[0]) {
    const { args, input } = command;
    const { exitCode, output } = await pulumi([...args, "--stack", stack], input);
    if (exitCode !== 0) throw halfWritten(stack, output, left);
    left.shift();
  }
  const path = join(process.cwd(), fileOf(stack));
  writeFileSync(path, `${schemaLine}\n${readFileSync(path, "utf8")}`);
}

interface ConfigCommand {
  args: string[];
  /** A secret. */
  input?: string;
}

/** Single values, then the parts of objects, which are set by their paths, then secrets. */
function commandsFor(config: Answers): ConfigCommand[] {
  const entries = Object.entries(config).map(([key, text]) => ({
    key: key.includes(":") ? key : `mastiff:${key}`,
    isSecret: (secretKeys as readonly string[]).includes(key),
    text,
    parts: leavesOf(key.includes(":") ? key : `mastiff:${key}`, partsOf(text)),
  }));
  const plain = entries.filter(({ isSecret }) => !isSecret);
  const single = plain.filter(({ parts, key }) => parts[0]?.[0] === key);
  const objects = plain.filter((one) => !single.includes(one)).flatMap(({ parts }) => parts);
  const pairs = (values: readonly (readonly [string, unknown])[]) =>
    values.flatMap(([key, value]) => ["--plaintext", `${key}=${textOf(value)}`]);
  return [
    { args: ["config", "set-all", ...pairs(single.map(({ key, text }) => [key, text]))] },
    ...(objects.length === 0 ? [] : [{ args: ["config", "set-all", "--path", ...pairs(objects)] }]),
    ...entries
      .filter(({ isSecret }) => isSecret)
      .map(({ key, text }) => ({ args: ["config", "set", "--secret", key], input: text })),
  ];
}

/** The object or list that a text is in JSON; any other text as it is. */
function partsOf(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function halfWritten(stack: string, output: string, left: readonly ConfigCommand[]): OperatorError {
  const lines = left.map(({ args }) => ["pulumi", ...args, "--stack", stack].map(shellWord).join(" "));
  return new OperatorError(
    `${output}\nThe stack ${stack} is there, and its config is not complete.\n  fix     complete it:  ${lines.join("\n          ")}`,
  );
}
