/**
 * A bridged resource type as the engine sees it.
 *
 * @see pulumi/pulumi-terraform-bridge: pkg/pf/tfbridge/provider_{check,diff,create,read,update}.go
 */

import type { CheckFailure, DiffRequest, ResourceType } from "../provider.ts";
import { type Properties, type PropertyValue, plain, plainProperties, Secret, Unknown } from "../values.ts";
import { type Attributes, EncodeError, encodeConfig } from "./attributes.ts";
import { planResource, type Values } from "./plan.ts";
import { rawStateDelta } from "./raw-state.ts";

/** A finding about an attribute's value, in Terraform's form. */
export interface Finding {
  summary: string;
  detail: string;
  /** Pulumi name of the attribute. */
  attribute: string;
}

export interface BridgedType {
  attributes: Attributes;
  /** Version of Terraform's schema for the type. The state contains it unless it is 0. */
  schemaVersion?: number;
  /** Findings beyond wrong types and missing values. */
  validate?(config: Values): Finding[];
  /** A further rule for a plan of this type. It throws to refuse the plan. */
  adjust?(values: Values, config: Values): void;
  /** Creates the resource. Returns the values of its state. */
  create(plan: Values): Promise<Values> | Values;
  /** The values of the state after an update. Default: the plan. */
  update?(plan: Values, state: Values): Values;
  /** The values of the state for the id of an import. Default: the type cannot be imported. */
  import?(id: string): Promise<Values> | Values;
  /** The resource's id. Default: its attribute `id`. */
  id?(values: Values): string;
}

/** An error with a title, as Terraform reports it. */
export class Diagnostic extends Error {
  constructor(summary: string, detail: string) {
    super(`${summary}: ${detail}`);
  }
}

const importNotServed = [
  "Resource Import Not Implemented",
  "This resource does not support import. Please contact the provider developer for additional information.",
] as const;

/** Serve a bridged type. */
export function bridged(type: BridgedType): ResourceType {
  const { attributes } = type;
  const planFor = (news: Properties, olds: Properties | undefined) => {
    const adjust = type.adjust ?? (() => {});
    const prior = olds === undefined ? undefined : encoded(attributes, olds);
    return { prior, ...planResource(attributes, encoded(attributes, news), prior, adjust) };
  };
  const stateOf = (values: Values): Properties => {
    const meta = type.schemaVersion
      ? { __meta: JSON.stringify({ schema_version: String(type.schemaVersion) }) }
      : {};
    return {
      ...meta,
      __pulumi_raw_state_delta: rawStateDelta(attributes, values),
      ...outputsOf(attributes, values),
    };
  };
  const idOf = (values: Values): string => type.id?.(values) ?? String(values.id ?? "");

  return {
    check({ news, name }) {
      const inputs = plainProperties(news);
      return { inputs: marked(attributes, inputs), failures: findFailures(type, inputs, name) };
    },

    diff(request) {
      const { changed, replacing } = planFor(heeded(request), request.olds);
      return { changes: changed.length > 0 ? "some" : "none", diffs: changed, replaces: replacing };
    },

    async create({ inputs, preview }) {
      const { values } = planFor(inputs, undefined);
      if (preview) return { id: "", outputs: outputsOf(attributes, values) };
      const made = { ...values, ...(await type.create(values)) };
      return { id: idOf(made), outputs: stateOf(made) };
    },

    async read({ id, olds, oldInputs }) {
      if (Object.keys(olds).length === 0) {
        if (type.import === undefined) throw new Diagnostic(...importNotServed);
        const values = await type.import(id);
        return { id: idOf(values), outputs: stateOf(values), inputs: importedInputs(attributes, values) };
      }
      const values = encoded(attributes, olds);
      const outputs = outputsOf(attributes, values);
      const inputs = Object.fromEntries(
        Object.entries(plainProperties(oldInputs)).map(([name, value]) => [
          name,
          name in attributes && outputs[name] !== undefined ? outputs[name] : value,
        ]),
      );
      return { id: idOf(values), outputs: stateOf(values), inputs };
    },

    update(request) {
      const { values, prior = {} } = planFor(heeded(request), request.olds);
      if (request.preview) return outputsOf(attributes, values);
      return stateOf(type.update?.(values, prior) ?? values);
    },
  };
}

function encoded(attributes: Attributes, properties: Properties): Values {
  try {
    return encodeConfig(attributes, properties);
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error;
    throw new Error(`[pf/tfbridge] Error calling EncodePropertyMap: ${error.message}`);
  }
}

function findFailures(type: BridgedType, inputs: Properties, name: string): CheckFailure[] {
  let config: Values;
  try {
    config = encodeConfig(type.attributes, inputs);
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error;
    throw new Error(`cannot encode resource inputs to call ValidateResourceConfig: ${error.message}`);
  }
  const missing: CheckFailure[] = [];
  const findings: Finding[] = [];
  for (const [attribute, { type: kind, input, description }] of Object.entries(type.attributes)) {
    const value = config[attribute] ?? null;
    if (input === undefined && value !== null) findings.push({ ...readOnly, attribute });
    else if (input === "required" && value === null) {
      missing.push({
        property: "",
        reason: `Missing required property '${attribute}': ${description ?? ""}`,
      });
    } else if (kind === "int" && typeof value === "number" && !Number.isInteger(value)) {
      findings.push({ ...notAnInteger(value), attribute });
    }
  }
  // A value of the wrong type gets no further findings.
  const wrong = new Set(findings.map(({ attribute }) => attribute));
  findings.push(...(type.validate?.(config) ?? []).filter(({ attribute }) => !wrong.has(attribute)));
  return [
    ...missing,
    ...findings.map(({ summary, detail, attribute }) => ({
      property: "",
      reason: `${summary}. ${detail}. Examine values at '${name}.${attribute}'.`,
    })),
  ];
}

const readOnly = {
  summary: "Invalid Configuration for Read-Only Attribute",
  detail:
    "Cannot set value for this attribute as the provider has marked it as read-only. " +
    "Remove the configuration line setting the value.\n\nRefer to the provider documentation or contact the " +
    "provider developers for additional information about configurable and read-only attributes that are supported.",
};

function notAnInteger(value: number) {
  return {
    summary: "Configuration Read Error",
    detail:
      "An unexpected error was encountered trying to convert an attribute value from the configuration. " +
      "This is always an error in the provider. Please report the following to the provider developer:\n\n" +
      `Error: Value %!s(*big.Float=${value}) is not an integer.`,
  };
}

/** The properties with their secret attributes marked. */
function marked(attributes: Attributes, properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      name,
      attributes[name]?.secret && value !== undefined ? secret(value) : value,
    ]),
  );
}

function secret(value: PropertyValue): PropertyValue {
  return value === null || value instanceof Unknown || value instanceof Secret ? value : new Secret(value);
}

/** The values as the state shows them: without nulls, with secrets marked. */
function outputsOf(attributes: Attributes, values: Values): Properties {
  const shown: Properties = {};
  for (const name of Object.keys(attributes)) {
    const value = values[name] ?? null;
    if (value !== null) shown[name] = value;
  }
  return marked(attributes, shown);
}

function isMap(value: PropertyValue): value is Properties {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Unknown);
}

/** The inputs that an import answers: required attributes, and optional ones that are not empty. */
function importedInputs(attributes: Attributes, values: Values): Properties {
  const said = (value: PropertyValue) => value !== null && value !== 0 && value !== false && value !== "";
  const entries = Object.entries(attributes).filter(([name, { input }]) => {
    return input === "required" || (input === "optional" && said(values[name] ?? null));
  });
  return marked(attributes, Object.fromEntries(entries.map(([name]) => [name, values[name] ?? null])));
}

/** The new inputs, with the state's values at the paths of `ignoreChanges`. */
function heeded({
  news,
  olds,
  ignoreChanges,
}: Pick<DiffRequest, "news" | "olds" | "ignoreChanges">): Properties {
  const inputs = plainProperties(news);
  for (const path of ignoreChanges) {
    const [top = "", key] = path.split(".", 2);
    const old = plain(olds[top] ?? null);
    const now = inputs[top] ?? null;
    if (key === undefined) inputs[top] = old;
    else if (isMap(now)) inputs[top] = { ...now, [key]: isMap(old) ? old[key] : undefined };
  }
  return inputs;
}
