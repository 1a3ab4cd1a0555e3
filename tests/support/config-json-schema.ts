/** The JSON Schema of `Pulumi.<stack>.yaml`, from the form of the config (components/config/schema.ts). */
import { z } from "zod";
import { wordsOf } from "../../components/config/key-words.ts";
import { schema, secretKeys } from "../../components/config/schema.ts";

/** A JSON Schema, or a part of one. */
export type Json = { [key: string]: unknown };

/** What a key's form consists of. */
export interface KeyForm {
  /** Form of the value; of an object or a list, the form of what its JSON text says. */
  value: z.ZodType;
  /** Whether Pulumi keeps the value as JSON text. */
  isJson: boolean;
  isRequired: boolean;
  /** Value without the key; undefined where there is none. */
  byDefault: unknown;
}

/** Takes a key's form apart. */
export function formOf(key: z.ZodType): KeyForm {
  if (key instanceof z.ZodOptional)
    return { ...formOf(key.unwrap() as z.ZodType), isRequired: false, byDefault: undefined };
  if (key instanceof z.ZodDefault)
    return { ...formOf(key.unwrap() as z.ZodType), isRequired: false, byDefault: key.def.defaultValue };
  // A pipe that ends in a transform reads a text; one that ends in a form reads JSON into that form.
  const isJson = key instanceof z.ZodPipe && !(key.out instanceof z.ZodTransform);
  return { value: isJson ? (key.out as z.ZodType) : key, isJson, isRequired: true, byDefault: undefined };
}

/** The JSON Schema of a value, as zod writes it. */
export function jsonSchemaOf(value: z.ZodType): Json {
  const { $schema, ...json } = z.toJSONSchema(value, {
    target: "draft-07",
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      const words: Json = jsonSchema;
      for (const name of ["example", "unset", "see"]) delete words[name];
      // Bounds that zod adds to every whole number.
      if (words.maximum === Number.MAX_SAFE_INTEGER) delete words.maximum;
    },
  });
  return json;
}

const ciphertext = {
  description: "An encrypted value, as `pulumi config set --secret` writes it.",
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

/** The schema of a stack's file. */
export function stackFileSchema(): Json {
  const keys = Object.entries(schema.shape) as [string, z.ZodType][];
  const required = keys.filter(([, form]) => formOf(form).isRequired).map(([key]) => `mastiff:${key}`);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Stack of Mastiff",
    description: "Pulumi.<stack>.yaml of a community. Generated from components/config/schema.ts.",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(keys.map(([key, form]) => [`mastiff:${key}`, keySchema(key, form)])),
        // Keys of providers and of Pulumi itself.
        patternProperties: { "^(?!mastiff:)[^:]+:": {} },
        additionalProperties: false,
      },
    },
    required: ["config"],
    // An environment of Pulumi ESC may give the keys that the file lacks.
    if: { not: { required: ["environment"] } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { config: { type: "object", required } } },
  };
}

function keySchema(key: string, form: z.ZodType): Json {
  const { value, isJson, byDefault } = formOf(form);
  const { description, example } = wordsOf(form);
  const isSecret = (secretKeys as readonly string[]).includes(key);
  const head = {
    description: description.replaceAll("`", ""),
    ...(byDefault !== undefined && { default: byDefault }),
    ...(!isSecret && { examples: [isJson ? JSON.parse(example) : example] }),
  };
  const { description: _, ...json } = jsonSchemaOf(value);
  if (isSecret) return { ...secretSchema(isJson), ...head };
  if (!isJson) return { ...head, ...withNumbers(json, value) };
  const opening = value instanceof z.ZodArray ? "\\[" : "\\{";
  return {
    ...head,
    anyOf: [json, { type: "string", pattern: `^\\s*${opening}`, contentMediaType: "application/json" }],
  };
}

/** A text that may be all digits: YAML reads it as a number, and Pulumi makes the same digits of it. */
function withNumbers(json: Json, value: z.ZodType): Json {
  const takesDigits = json.enum === undefined && json.type === "string" && value.safeParse("4242").success;
  if (!takesDigits) return json;
  const { type, ...rest } = json;
  const allOf = (rest.allOf as Json[] | undefined)?.map(({ type: _, ...part }) => part);
  return { ...rest, ...(allOf && { allOf }), type: ["string", "integer"] };
}

/** Encrypted as a whole, or, of an object, part by part. A single encrypted part makes all of it secret. */
function secretSchema(isJson: boolean): Json {
  if (!isJson) return ciphertext;
  const parts = {
    type: "object",
    additionalProperties: { anyOf: [{ type: "string" }, ciphertext] },
    not: { additionalProperties: { type: "string" } },
  };
  return { anyOf: [ciphertext, parts] };
}
