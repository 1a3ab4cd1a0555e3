/**
 * A resource type on Cloudflare's side of the bridge: it gets states, calls the API and returns states.
 *
 * @see cloudflare/terraform-provider-cloudflare v5.19.1: internal/services/<name>/resource.go
 */

import type { Session } from "../provider.ts";
import { call, HttpError } from "./client.ts";
import { completed, type Json, refreshed, resultOf } from "./decode.ts";
import { Diagnostic } from "./diagnostic.ts";
import { body } from "./encode.ts";
import { importedState } from "./import-id.ts";
import { inFormerWords } from "./meaning.ts";
import type { Ask, ResourceTable, Step } from "./resource-table.ts";
import type { TerraformObject } from "./terraform.ts";
import { emptyObject } from "./typed-values.ts";

/** The operations on resources of a type. */
export interface Cloud {
  create(plan: TerraformObject): Promise<TerraformObject>;
  update(plan: TerraformObject, prior: TerraformObject): Promise<TerraformObject>;
  /** Returns the reason when the resource is gone. */
  read(state: TerraformObject): Promise<TerraformObject | Diagnostic>;
  /** The state for an import id. */
  import(id: string): Promise<TerraformObject>;
  delete(state: TerraformObject): Promise<void>;
}

export function cloud(session: Session, table: ResourceTable): Cloud {
  const { attributes } = table;
  const ask = (about: Ask, state: TerraformObject, json?: string) => request(session, about, state, json);

  const settle = async (answer: Json, step: Step, before: TerraformObject, prior: TerraformObject | null) => {
    const reading = step === "read" || step === "import";
    const result = table.shape ? table.shape(resultOf(answer)) : resultOf(answer);
    const after = (reading ? refreshed : completed)(attributes, result, before);
    const further = (about: Ask) => ask(about, after);
    const settled = (await table.settle?.({ answer, prior, before, after, step, ask: further })) ?? after;
    return step === "import" ? settled : inFormerWords(attributes, before, settled);
  };

  return {
    async create(plan) {
      table.precondition?.(plan);
      const json = table.body ? table.body(plan, undefined) : body(attributes, plan);
      return settle(await ask(table.create, plan, json), "create", plan, null);
    },

    async update(plan, prior) {
      if (table.update === undefined) return prior;
      const json = table.body ? table.body(plan, prior) : body(attributes, plan, prior, table.extent);
      return settle(await ask(table.update, plan, json), "update", plan, prior);
    },

    async read(state) {
      if (table.read === undefined) return state;
      const answer = await ask(table.read, state).catch(unlessMissing);
      if (answer instanceof Diagnostic) return answer;
      const read = await settle(answer, "read", state, state);
      return table.gone?.(read) ?? read;
    },

    async import(id) {
      const state = { ...emptyObject(attributes), ...importedState(id, table) };
      if (table.read === undefined) return state;
      return settle(await ask(table.read, state), "import", state, null);
    },

    async delete(state) {
      // The answer to a deletion must be JSON, unless the table says otherwise.
      const about = table.delete;
      if (about !== undefined) await ask((deleted) => ({ strict: true, ...about(deleted) }), state);
    },
  };
}

async function request(session: Session, about: Ask, state: TerraformObject, body?: string): Promise<Json> {
  try {
    return await call(session, { ...about(state), ...(body !== undefined && { body }) });
  } catch (error) {
    throw new Diagnostic("failed to make http request", (error as Error).message, { cause: error });
  }
}

/** 404 means that the resource is gone. Anything else is an error. */
function unlessMissing(error: unknown): Diagnostic {
  if (error instanceof Diagnostic && error.cause instanceof HttpError && error.cause.status === 404) {
    const detail = "The resource was not found on the server and will be removed from state.";
    return new Diagnostic("Resource not found", detail);
  }
  throw error;
}
