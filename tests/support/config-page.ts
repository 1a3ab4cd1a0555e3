/** The page docs/config.md, from the form of the config (components/config/schema.ts). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { argumentPaths } from "../../components/config/arguments.ts";
import { wordsOf } from "../../components/config/key-words.ts";
import { secretKeys, sections } from "../../components/config/schema.ts";
import { type Preset, sizesOf } from "../../components/config/sizes.ts";
import { setParts, shellWord } from "../../providers/rules/config-parts.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { formOf, type Json, jsonSchemaOf } from "./config-json-schema.ts";

const introduction = `# Configuration

Every key of a stack, generated from the form of the config (\`components/config/schema.ts\`, \`components/config/keys/\`) by
tests/unit/config-page.test.ts. All keys have the namespace \`mastiff:\`. A preview checks the whole config and reports
every problem at once, before it calls a cloud.

## How to set a key

\`\`\`sh
pulumi config set mastiff:region fra                              # a text, a number, true or false
pulumi config set --path mastiff:web.memoryMb 2048                # a part of an object
pulumi config set-all --path --plaintext mastiff:web.count=2 --plaintext mastiff:web.memoryMb=2048   # several parts
pulumi config set mastiff:oldFilesHosts '["files.acme.social"]'   # a list as JSON
pulumi config set --secret mastiff:smtpPassword                   # a secret: asks for the value
pulumi config rm mastiff:region                                   # back to the default
\`\`\`

Below a \`--path\`, Pulumi stores a value that looks like a number as a number. Add \`--type string\` for a text of digits.

Set an object by its parts. Mastiff also reads an object that was set as JSON text, but \`--path\` does not go well with
such a text: \`pulumi config set --path\` replaces all of it with the one part, and \`pulumi config rm --path\` does
nothing. The commands that Mastiff prints name every part of an object and work either way.

In the file \`Pulumi.<stack>.yaml\`, objects and lists may be written as YAML. Quote a text of digits there, because
YAML reads it as a number.

Mastiff accepts a secret key only encrypted (\`--secret\`). It accepts every other key only in plain text, because the
state contains the value in plain text.

## Checks in the editor

[config.schema.json](config.schema.json) is a JSON Schema of \`Pulumi.<stack>.yaml\`, generated from the same
form. Editors with the YAML language server then complete keys and mark wrong values. \`Pulumi.dev.yaml\` names the
schema in its first line, and so does each file that \`npx mastiff new\` writes. Write the same line into any other
stack's file:

\`\`\`yaml
# yaml-language-server: $schema=docs/config.schema.json
\`\`\`

Or name it once for all stacks in the settings of the editor (Visual Studio Code):

\`\`\`json
{ "yaml.schemas": { "docs/config.schema.json": "Pulumi.*.yaml" } }
\`\`\`

The schema expects every key with its namespace, as \`pulumi config set\` writes it. It checks each value alone. Rules
between keys are checked by the preview.

## In a program of your own

A program that makes its communities itself (\`new Community("dogs", { … })\`) passes the same values as arguments. Each
key below names its argument. The same rules check them. Credentials of the clouds are not arguments: they come from
the environment or from config, as for every Pulumi provider.

## Keys of other namespaces

| key | meaning |
|---|---|
| \`cloudflare:apiToken\` | API token of the official Cloudflare provider (\`--secret\`). Default: \`CLOUDFLARE_API_TOKEN\` of the environment |
| \`cloudflare:baseUrl\` | Base of Cloudflare's API. Default: the real one |

The rights of the tokens are in the [README](../README.md#3-tokens-and-rights).
`;

/** The whole page. */
export function configPage(): string {
  const index = Object.entries(sections).map(
    ([title, keys]) =>
      `- ${title}: ${Object.keys(keys)
        .map((key) => `[\`${key}\`](#${key.toLowerCase()})`)
        .join(", ")}`,
  );
  const chapters = Object.entries(sections).flatMap(([title, keys]) => [
    `## ${title}`,
    ...Object.entries(keys).map(([key, form]) => section(key, form)),
  ]);
  return `${[introduction.trimEnd(), "## Keys", index.join("\n"), ...chapters, ""].join("\n\n").trimEnd()}\n`;
}

function section(key: string, form: Parameters<typeof formOf>[0]): string {
  const { description, see } = wordsOf(form);
  const schema = jsonSchemaOf(formOf(form).value);
  const facts = [
    `- Type: ${typeWords(schema)}`,
    `- ${defaultWords(form)}`,
    ...(isSecret(key) ? ["- Secret: stored encrypted only"] : []),
    `- Example: \`${exampleCommand(key, form)}\``,
    argumentPaths[key] === undefined
      ? "- In a program of your own: not an argument"
      : `- In a program of your own: \`${argumentPaths[key]}\``,
    ...(see === undefined
      ? []
      : [`- More: ${see.map((link) => `[${headingOf(link)}](${link})`).join(", ")}`]),
  ];
  const parts = partsOf(schema);
  return [
    `### \`${key}\``,
    description,
    facts.join("\n"),
    ...(key === "preset" ? [presetTable(schema.enum as Preset[])] : []),
    ...(parts.length === 0 ? [] : [["| part | type | meaning |", "|---|---|---|", ...parts].join("\n")]),
  ].join("\n\n");
}

function isSecret(key: string): boolean {
  return (secretKeys as readonly string[]).includes(key);
}

/** The heading that a link leads to. @throws Error when there is none */
function headingOf(link: string): string {
  const [file, anchor] = link.split("#");
  const headings = [...readFileSync(join(root, "docs", file ?? ""), "utf8").matchAll(/^#+ (.+)$/gm)];
  const found = headings.map(([, heading = ""]) => heading).find((heading) => anchorOf(heading) === anchor);
  if (found === undefined) throw new Error(`there is no heading for ${link}`);
  return found;
}

/** The anchor of a heading, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, "")
    .replaceAll(" ", "-");
}

function defaultWords(form: Parameters<typeof formOf>[0]): string {
  const { isRequired, byDefault } = formOf(form);
  if (isRequired) return "Required";
  if (byDefault === undefined) return `Default: ${wordsOf(form).unset}`;
  return `Default: \`${typeof byDefault === "object" ? JSON.stringify(byDefault) : String(byDefault)}\``;
}

/** The command that sets the example. */
function exampleCommand(key: string, form: Parameters<typeof formOf>[0]): string {
  const { example } = wordsOf(form);
  const secret = isSecret(key) ? "--secret " : "";
  const value: unknown = formOf(form).isJson ? JSON.parse(example) : example;
  const parts = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  const [part, ...others] = Object.entries(parts);
  if (part === undefined) return `pulumi config set ${secret}mastiff:${key} ${shellWord(example)}`;
  return others.length > 0
    ? setParts(`mastiff:${key}`, parts, isSecret(key))
    : `pulumi config set ${secret}--path mastiff:${key}.${part[0]} ${shellWord(String(part[1]))}`;
}

/** The type of a value, in words. */
export function typeWords(schema: Json): string {
  const types = [schema.type].flat();
  const either = (schema.enum ?? (schema.const === undefined ? undefined : [schema.const])) as
    | unknown[]
    | undefined;
  if (either !== undefined) {
    const values = [...new Set(either.map(String))].map((value) => `\`${value}\``);
    return values.length === 1 ? (values[0] ?? "") : `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
  }
  if (schema.anyOf !== undefined) {
    const all = schema.anyOf as Json[];
    if (all.every((one) => one.const !== undefined)) return typeWords({ enum: all.map((one) => one.const) });
    return [...new Set(all.map(typeWords))].join(" or ");
  }
  if (schema.title !== undefined) return String(schema.title);
  if (schema.format === "uri") return "URL";
  if (types.includes("integer") && schema.minimum !== undefined) return `whole number${bounds(schema)}`;
  if (types.includes("array")) return `list of ${typeWords(schema.items as Json)}s`;
  if (types.includes("object")) return "object";
  if (types.includes("null")) return "`null`";
  if (types.includes("boolean")) return types.length === 1 ? "`true` or `false`" : "text, number or boolean";
  return schema.maxLength === undefined ? "text" : `text of up to ${schema.maxLength} characters`;
}

function bounds({ minimum, maximum }: Json): string {
  return maximum === undefined ? `, ${minimum} or more` : `, ${minimum} to ${maximum}`;
}

/** The rows of an object's parts; of alternatives, those of each. */
function partsOf(schema: Json): string[] {
  const alternatives = (schema.anyOf as Json[] | undefined) ?? [schema];
  const required = new Set(alternatives.flatMap((one) => (one.required as string[] | undefined) ?? []));
  const isAlone = alternatives.length === 1;
  return alternatives.flatMap((one) =>
    Object.entries((one.properties as Record<string, Json> | undefined) ?? {}).map(([name, part]) => {
      const must = isAlone && required.has(name) ? ", required" : "";
      return `| \`${name}\` | ${typeWords(part)}${must} | ${part.description ?? ""} |`;
    }),
  );
}

/** The sizes of all presets, a row for each kind of machine. */
function presetTable(names: readonly Preset[]): string {
  const all = names.map((name) => sizesOf(name, {}));
  const cell = (size: object) =>
    Object.entries(size)
      .map(([part, value]) => `${part} ${value}`)
      .join(", ");
  const kinds = ["web", "sidekiq", "streaming", "postgres", "redis"] as const;
  return [
    `| | ${names.map((name) => `\`${name}\``).join(" | ")} |`,
    `|---|${names.map(() => "---|").join("")}`,
    ...kinds.map((kind) => `| \`${kind}\` | ${all.map((sizes) => cell(sizes[kind])).join(" | ")} |`),
  ].join("\n");
}
