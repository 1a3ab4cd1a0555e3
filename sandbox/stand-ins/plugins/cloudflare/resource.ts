/**
 * The lifecycle of a resource of the Cloudflare provider, as its table describes it.
 *
 * A bridge stands between the engine and Cloudflare's Terraform provider (cloud.ts). The stand-in keeps the
 * same values in the state as the bridge: `__meta` with the schema's version, and `__pulumi_raw_state_delta`.
 *
 * @see pulumi/pulumi-terraform-bridge: pkg/pf/tfbridge/provider_*.go
 */

import type { ReadAnswer, ReadRequest, ResourceType } from "../provider.ts";
import { type Properties, plainProperties } from "../values.ts";
import { checkInputs } from "./check-inputs.ts";
import { cloud } from "./cloud.ts";
import { Diagnostic, reporting, warn } from "./diagnostic.ts";
import { assertComparable } from "./dynamic-diff.ts";
import { overlooking } from "./ignore-changes.ts";
import { askedInputs, importedInputs } from "./inputs.ts";
import { pulumiName } from "./names.ts";
import { changedAttributes, plan } from "./plan.ts";
import { rawStateDelta } from "./raw-state.ts";
import type { ResourceTable } from "./resource-table.ts";
import type { Attributes } from "./schema.ts";
import { isWhollyKnown, type TerraformObject, textOf } from "./terraform.ts";
import { toPulumi, toTerraform } from "./translate.ts";

/** Serves a resource type that a table describes. */
export function resource(table: ResourceTable): ResourceType {
  const { attributes, modifyPlan } = table;
  const stateOf = (olds: Properties) => toTerraform(attributes, plainProperties(olds));
  const planned = (prior: TerraformObject | null, news: Properties) =>
    plan(attributes, prior, toTerraform(attributes, news), modifyPlan);

  return {
    check: (request) => checkInputs(attributes, request),

    diff({ olds, news, ignoreChanges }) {
      const prior = stateOf(olds);
      const { state, replaces } = planned(prior, overlooking(news, olds, ignoreChanges));
      for (const [name, { type }] of Object.entries(attributes)) {
        const path = `AttributeName(${JSON.stringify(name)})`;
        if (type.kind === "dynamic") assertComparable(path, prior[name] ?? null, state[name] ?? null);
      }
      const diffs = namesOf(attributes, changedAttributes(attributes, prior, state));
      return {
        changes: diffs.length > 0 ? "some" : "none",
        replaces: namesOf(attributes, replaces),
        diffs,
      };
    },

    create: ({ session, urn, inputs, preview }) =>
      reporting(session, urn, async () => {
        if (table.lasting) await warn(session, urn, lasting);
        const { state } = planned(null, inputs);
        if (preview) return { id: "", outputs: toPulumi(attributes, state) };
        const created = await cloud(session, table).create(state);
        return { id: idOf(table, created), outputs: named(table, outputsOf(table, created)) };
      }),

    update: ({ session, urn, olds, news, ignoreChanges, preview }) =>
      reporting(session, urn, async () => {
        const prior = stateOf(olds);
        const { state } = planned(prior, overlooking(news, olds, ignoreChanges));
        if (preview) return toPulumi(attributes, state);
        return outputsOf(table, await cloud(session, table).update(state, prior));
      }),

    read: (request) => reporting(request.session, request.urn, () => read(table, request)),

    delete: ({ session, urn, olds }) =>
      reporting(session, urn, () => cloud(session, table).delete(stateOf(olds))),
  };
}

/** A refresh if there is a state, else an import. For an import the provider reads once, and the bridge again. */
async function read(
  table: ResourceTable,
  { session, urn, id, olds, oldInputs }: ReadRequest,
): Promise<ReadAnswer> {
  const { attributes } = table;
  const api = cloud(session, table);
  const refresh = Object.keys(olds).length > 0;
  const before = refresh ? toTerraform(attributes, plainProperties(olds)) : await api.import(id);
  const state = await api.read(before);
  if (state instanceof Diagnostic) {
    await warn(session, urn, state);
    return { id: "", outputs: {}, inputs: {} };
  }
  const outputs = named(table, outputsOf(table, state));
  const inputs = refresh ? askedInputs(oldInputs, outputs) : importedInputs(attributes, outputs);
  return { id: idOf(table, state), outputs, inputs };
}

/** A state as the engine keeps it. */
function outputsOf({ attributes, schemaVersion }: ResourceTable, state: TerraformObject): Properties {
  const properties = toPulumi(attributes, state);
  const meta =
    schemaVersion === 0 ? {} : { __meta: JSON.stringify({ schema_version: String(schemaVersion) }) };
  // If the answer has another type than the table, an unknown stays in the state. In that case there is no
  // delta.
  const delta = isWhollyKnown(state) && {
    __pulumi_raw_state_delta: rawStateDelta(attributes, properties, state),
  };
  return { ...properties, ...meta, ...delta };
}

/** If the API sends no id, the bridge sets the text "id". */
const named = ({ id }: ResourceTable, outputs: Properties): Properties =>
  id === "id" && outputs.id === undefined ? { ...outputs, id: "id" } : outputs;

/** If the id's attribute has no value, the bridge prints Go's nil. */
function idOf({ id }: ResourceTable, state: TerraformObject): string {
  return id === undefined ? "missing ID" : textOf(state[id]) || "{<nil>}";
}

/** Pulumi names, sorted. */
function namesOf(attributes: Attributes, names: string[]): string[] {
  return names
    .map((name) => {
      const attribute = attributes[name];
      return attribute === undefined ? name : pulumiName(name, attribute);
    })
    .sort();
}

const lasting = new Diagnostic(
  "Resource Destruction Considerations",
  "This resource cannot be destroyed from Terraform. If you create this resource, it will be " +
    "present in the API until manually deleted.",
);
