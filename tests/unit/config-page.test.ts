/** docs/config.md, config.schema.json, Pulumi.yaml's prompts and the program's config keys must agree. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { z } from "zod";
import { hostName } from "../../components/config/forms.ts";
import { wordsOf } from "../../components/config/key-words.ts";
import { configKeys, schema, secretKeys } from "../../components/config/schema.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { recipient } from "../support/backup-recipient.ts";
import { formOf, jsonSchemaOf, stackFileSchema } from "../support/config-json-schema.ts";
import { configPage } from "../support/config-page.ts";

const read = (file: string) => readFileSync(join(root, file), "utf8");
const page = configPage();
const fileSchema = stackFileSchema();
const keys = Object.entries(schema.shape) as [string, z.ZodType][];
const required = keys.filter(([, form]) => formOf(form).isRequired).map(([key]) => key);
// `format` is a hint for editors. The schema's values have patterns of their own.
const validate = new Ajv({ allowUnionTypes: true, strictRequired: false, validateFormats: false }).compile(
  fileSchema,
);

test("docs/config.md is the page of today", async () => {
  await expect(page).toMatchFileSnapshot(join(root, "docs/config.md"));
});

test("docs/config.schema.json is the schema of today", async () => {
  const text = `${JSON.stringify(fileSchema, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(join(root, "docs/config.schema.json"));
});

test("every key that the program reads is on the page and in the schema", () => {
  const folders = ["components", "providers", "cli"];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
  );
  const sources = ["index.ts", ...files.filter((file) => file.endsWith(".ts"))].map(read);
  const readByName = sources.flatMap((source) => [
    ...[...source.matchAll(/"(mastiff|cloudflare):(\w+)"/g)].map(([, space, key]) => `${space}:${key}`),
    ...[...source.matchAll(/new pulumi\.Config\("(\w+)"\)/g)].flatMap(([, space]) =>
      [
        ...source.matchAll(/\.(?:get|require)(?:Secret)?(?:Object|Number|Boolean)?(?:<[^(]*>)?\("(\w+)"/g),
      ].map(([, key]) => `${space}:${key}`),
    ),
  ]);
  const all = new Set([...configKeys.map((key) => `mastiff:${key}`), ...readByName]);
  expect([...all].sort()).toEqual(
    expect.arrayContaining(["cloudflare:apiToken", "cloudflare:baseUrl", "mastiff:sendgridApiKey"]),
  );
  const inSchema = Object.keys(configPart().properties);
  for (const key of all) {
    const [space, name] = key.split(":");
    expect(page).toContain(space === "mastiff" ? `\n### \`${name}\`\n` : `| \`${key}\` |`);
    if (space === "mastiff") expect(inSchema).toContain(key);
  }
  expect(inSchema).toHaveLength(configKeys.length);
});

test.each(keys)(
  "the example of mastiff:%s has the key's form, in the program and in the schema",
  (key, form) => {
    const { example, unset } = wordsOf(form);
    const { isJson, isRequired, byDefault } = formOf(form);
    expect(form.safeParse(example).success).toBe(true);
    // A default is given by the schema or in words, never by both.
    expect(unset !== undefined).toBe(!isRequired && byDefault === undefined);
    const isSecret = (secretKeys as readonly string[]).includes(key);
    if (isSecret) return expect(problems({ [key]: { secure: "v1:…" } })).toEqual([]);
    expect(problems({ [key]: example })).toEqual([]);
    if (isJson) expect(problems({ [key]: JSON.parse(example) })).toEqual([]);
  },
);

describe("the schema accepts", () => {
  test.each([
    ["YAML's own booleans", { protect: false, spf: true }],
    ["a number, and a number as text", { smtpPort: 465 }],
    ["digits as YAML reads them", { flyOrg: 4242, fromName: 2026 }],
    ["encrypted parts", { secretEnv: { DEEPL_API_KEY: { secure: "v1:…" } } }],
    ["encrypted parts beside plain ones", { secretEnv: { A: { secure: "v1:…" }, B: "b" } }],
    ["numbers and booleans as variables", { env: { A: 1, B: true, C: "c" } }],
    ["Upstash", { redis: { kind: "upstash", plan: null } }],
    ["a word of digits", { rotate: { smtpKey: 2026 } }],
    ["backups that are off", { backup: "off" }],
    [
      "parts of backups, with parts of their own",
      { backup: { keep: { daily: 30 }, recipients: [recipient] } },
    ],
  ])("%s", (_what, config) => {
    expect(problems(config)).toEqual([]);
  });

  test("keys of other namespaces", () => {
    expect(refusal({ "cloudflare:baseUrl": "http://127.0.0.1", "pulumi:tags": { a: "b" } })).toEqual([]);
  });

  test("Pulumi.dev.yaml", () => {
    validate(parse(read("Pulumi.dev.yaml")));
    expect(validate.errors ?? []).toEqual([]);
  });

  test("a file whose keys come from an environment of Pulumi ESC", () => {
    expect(validate({ environment: ["acme"], config: {} })).toBe(true);
  });
});

test("the pattern of host names says what the program says", () => {
  const { pattern } = jsonSchemaOf(hostName);
  const form = new RegExp(String(pattern), "u");
  const label = fc.string({ unit: fc.constantFrom("a", "z", "0", "9", "-"), maxLength: 5 });
  const name = fc.array(label, { maxLength: 4 }).map((labels) => labels.join("."));
  fc.assert(fc.property(name, (host) => form.test(host) === hostName.safeParse(host).success));
  for (const length of [62, 63, 64]) {
    const host = `${"a".repeat(length)}.example`;
    expect(form.test(host)).toBe(hostName.safeParse(host).success);
    const long = `${"a.".repeat(length * 2)}aa`;
    expect(form.test(long)).toBe(hostName.safeParse(long).success);
  }
});

describe("the schema refuses", () => {
  test.each([
    ["a key that Mastiff does not know", { domian: "acme.social" }],
    ["a host with a scheme", { zone: "https://acme.social" }],
    ["a host with a single label", { zone: "acme" }],
    ["a value that is none of the key's", { zoneMode: "own" }],
    ["a number out of bounds", { smtpPort: 70000 }],
    ["an unknown part", { web: { memory: 1024 } }],
    ["memory in other steps", { web: { memoryMb: 1000 } }],
    ["a list where an object belongs", { web: "[1]" }],
    ["a plan for an own Redis", { redis: { kind: "own", plan: "x" } }],
    ["a secret in plain text", { smtpPassword: "hunter2" }],
    ["secrets that are all in plain text", { secretEnv: { DEEPL_API_KEY: "hunter2" } }],
    ["an encrypted value where it would not stay secret", { region: { secure: "v1:…" } }],
    ["a secret that does not rotate", { rotate: { vapid: "2026-11" } }],
    ["a moving tag", { mastodonVersion: "latest" }],
    ["a word that does not switch backups off", { backup: "never" }],
    ["backups that are kept for no day", { backup: { keep: { daily: 0 } } }],
    ["a private key", { backup: { recipients: [recipient.replaceAll("PUBLIC", "PRIVATE")] } }],
    ["digits that YAML would shorten", { cloudflareAccountId: Number("12345678901234567890123456789012") }],
  ])("%s", (_what, config) => {
    expect(problems(config)).not.toEqual([]);
  });

  test("a key without a namespace", () => {
    expect(refusal({ zone: "acme.social" })).not.toEqual([]);
  });

  test.each(required)("a file without mastiff:%s", (key) => {
    const { [`mastiff:${key}`]: _, ...rest } = minimal();
    expect(validate({ config: rest })).toBe(false);
  });
});

test("pulumi new asks for the required keys, with the first sentence of each description", ({ skip }) => {
  const { template } = parse(read("Pulumi.yaml")) as { template?: { config: Record<string, unknown> } };
  if (template === undefined) return skip("pulumi new takes the template out of what it makes");
  const prompts = required.map((key) => {
    const form = schema.shape[key as keyof typeof schema.shape] as z.ZodType;
    const [sentence = ""] = wordsOf(form)
      .description.replaceAll("`", "")
      .split(/\.(?: |$)/);
    return [`mastiff:${key}`, { description: sentence }];
  });
  expect(template.config).toEqual(Object.fromEntries(prompts));
});

/** A file with only the required keys. */
function minimal(): Record<string, unknown> {
  return Object.fromEntries(
    required.map((key) => [
      `mastiff:${key}`,
      wordsOf(schema.shape[key as keyof typeof schema.shape] as z.ZodType).example,
    ]),
  );
}

/** The problems of a file with the required keys and these. */
function problems(config: Record<string, unknown>): unknown[] {
  return refusal(Object.fromEntries(Object.entries(config).map(([key, value]) => [`mastiff:${key}`, value])));
}

function refusal(config: Record<string, unknown>): unknown[] {
  validate({ config: { ...minimal(), ...config } });
  return validate.errors ?? [];
}

function configPart(): { properties: Record<string, unknown> } {
  return (fileSchema.properties as { config: { properties: Record<string, unknown> } }).config;
}
