/**
 * The life of a resource of the Cloudflare provider, after its table.
 *
 * A bridge stands between the engine and the provider proper, and what it keeps in the state is part of what
 * a stand-in owes: `__meta` with the schema's version, and `__pulumi_raw_state_delta`.
 *
 * @see pulumi/pulumi-terraform-bridge: pkg/pf/tfbridge/provider_*.go
 */

import type {
  CreateRequest,
  DeleteRequest,
  DiffRequest,
  ReadAnswer,
  ReadRequest,
  ResourceType,
  Session,
  UpdateRequest,
} from "../provider.ts";
import { type Properties, plainProperties } from "../values.ts";
import { checkInputs } from "./check-inputs.ts";
import { type Call, call, HttpError } from "./client.ts";
import { completed, isJsonObject, type Json, refreshed } from "./decode.ts";
import { body, type Extent } from "./encode.ts";
import { importedState } from "./import-id.ts";
import { askedInputs, importedInputs } from "./inputs.ts";
import { pulumiName } from "./names.ts";
import { changedAttributes, type ModifyPlan, plan } from "./plan.ts";
import { rawStateDelta } from "./raw-state.ts";
import type { Attributes } from "./schema.ts";
import { emptyObject, type TerraformObject, textOf } from "./terraform.ts";
import { toPulumi, toTerraform } from "./translate.ts";

/** A call about a resource: where it goes, by the resource's state. */
export type Ask = (state: TerraformObject) => Pick<Call, "method" | "path" | "headers" | "strict">;

/** How an answer becomes a state; `ask` makes further calls. */
export type Settle = (settling: {
  answer: Json;
  /** The state before; null for a new resource. */
  prior: TerraformObject | null;
  /** The plan, or the state before a read. */
  before: TerraformObject;
  /** What the answer makes of it. */
  after: TerraformObject;
  step: "create" | "update" | "read" | "import";
  ask(about: Ask): Promise<Json>;
}) => TerraformObject | Promise<TerraformObject>;

export interface ResourceTable {
  attributes: Attributes;
  /** Version of the Terraform schema, kept in `__meta` unless 0. */
  schemaVersion: number;
  /** Attribute that is the Pulumi id; without one it is literally "missing ID". */
  id?: string;
  create: Ask;
  /** Without one, the state is as it was. */
  read?: Ask;
  update: Ask;
  /** Without one, the setting stays as it is in the cloud. */
  delete?: Ask;
  /** The body of a change; default: every attribute that is on the wire. */
  body?: (plan: TerraformObject, state: TerraformObject | undefined) => string | undefined;
  /** What an update sends; default "whole". */
  extent?: Extent;
  modifyPlan?: ModifyPlan;
  /** @throws when the plan cannot be asked for. */
  precondition?: (plan: TerraformObject) => void;
  settle?: Settle;
  /** Why a resource that the API still knows counts as gone. */
  gone?: (state: TerraformObject) => { summary: string; detail: string } | undefined;
  /** Import ids: segments by attribute, such as `<zone_id>/<dns_record_id>`. Without, no import. */
  importFormat?: string;
  imported?: (segments: string[]) => TerraformObject;
  /** It stays in the cloud when it is deleted; the provider says so of a new one. */
  lasting?: true;
}

const notFound = {
  summary: "Resource not found",
  detail: "The resource was not found on the server and will be removed from state.",
};

/** Serve a resource type after its table. */
export function resource(table: ResourceTable): ResourceType {
  const { attributes } = table;

  const planned = (
    request: { olds: Properties; news: Properties } | { olds?: undefined; news: Properties },
  ) => {
    const prior = request.olds === undefined ? null : toTerraform(attributes, plainProperties(request.olds));
    return { prior, ...plan(attributes, prior, toTerraform(attributes, request.news), table.modifyPlan) };
  };

  const ask = async (session: Session, about: Ask, state: TerraformObject, json?: string): Promise<Json> =>
    failing("failed to make http request", () =>
      call(session, { ...about(state), ...(json !== undefined && { body: json }) }),
    );

  const settle = async (
    session: Session,
    answer: Json,
    before: TerraformObject,
    step: "create" | "update" | "read" | "import",
    prior: TerraformObject | null = before,
  ): Promise<TerraformObject> => {
    const result = isJsonObject(answer) ? answer.result : undefined;
    const reading = step === "read" || step === "import";
    const after = (reading ? refreshed : completed)(attributes, result, before);
    const more = { answer, prior, before, after, step, ask: (about: Ask) => ask(session, about, after) };
    return (await table.settle?.(more)) ?? after;
  };

  const outputs = (state: TerraformObject): Properties => {
    const properties = toPulumi(attributes, state);
    const delta = rawStateDelta(attributes, properties, state);
    const meta =
      table.schemaVersion === 0
        ? {}
        : { __meta: JSON.stringify({ schema_version: String(table.schemaVersion) }) };
    const nameless = table.id === "id" && properties.id === undefined ? { id: "id" } : {};
    return { ...properties, ...nameless, ...meta, __pulumi_raw_state_delta: delta };
  };

  // Without a name there is no id: the bridge then prints Go's nothing.
  const idOf = (state: TerraformObject): string => {
    if (table.id === undefined) return "missing ID";
    return textOf(state[table.id]) || "{<nil>}";
  };

  const warn = (session: Session, urn: string, { summary, detail }: { summary: string; detail: string }) =>
    session.log("warning", `[WARNING] ${detail}: ${summary}`, urn);

  const change = async (
    request: CreateRequest | UpdateRequest,
    prior: TerraformObject | null,
    next: TerraformObject,
  ) => {
    const { session } = request;
    const step = prior === null ? "create" : "update";
    if (prior === null) table.precondition?.(next);
    const json = table.body
      ? table.body(next, prior ?? undefined)
      : body(attributes, next, prior ?? undefined, prior === null ? "whole" : table.extent);
    const answer = await ask(session, step === "create" ? table.create : table.update, next, json);
    return settle(session, answer, next, step, prior);
  };

  return {
    check: (request) => checkInputs(attributes, request),

    diff({ olds, news, oldInputs, ignoreChanges }: DiffRequest) {
      const { prior, state, replaces } = planned({
        olds,
        news: ignoring(news, olds, ignoreChanges, oldInputs),
      });
      const names = (changed: string[]) => changed.map((name) => nameOf(attributes, name)).sort();
      const diffs = names(changedAttributes(attributes, prior ?? emptyObject(attributes), state));
      return { changes: diffs.length > 0 ? "some" : "none", replaces: names(replaces), diffs };
    },

    async create(request: CreateRequest) {
      if (table.lasting) warn(request.session, request.urn, lasting);
      const { state } = planned({ news: request.inputs });
      if (request.preview) return { id: "", outputs: toPulumi(attributes, state) };
      const created = await change(request, null, state);
      return { id: idOf(created), outputs: outputs(created) };
    },

    async update(request: UpdateRequest) {
      const news = ignoring(request.news, request.olds, request.ignoreChanges, request.oldInputs);
      const { prior, state } = planned({ olds: request.olds, news });
      if (request.preview) return toPulumi(attributes, state);
      return outputs(await change(request, prior, state));
    },

    async read({ session, urn, id, olds, oldInputs }: ReadRequest): Promise<ReadAnswer> {
      const refresh = Object.keys(olds).length > 0;
      let before: TerraformObject;
      if (refresh) before = toTerraform(attributes, plainProperties(olds));
      else before = await importState(session, id);
      const answer = table.read === undefined ? undefined : await readAnswer(session, before);
      if (answer === null) {
        warn(session, urn, notFound);
        return { id: "" };
      }
      const state = table.read === undefined ? before : await settle(session, answer, before, "read");
      const gone = table.gone?.(state);
      if (gone !== undefined) {
        warn(session, urn, gone);
        return { id: "" };
      }
      const properties = outputs(state);
      const inputs = refresh ? askedInputs(oldInputs, properties) : importedInputs(attributes, properties);
      return { id: idOf(state), outputs: properties, inputs };
    },

    async delete({ session, olds }: DeleteRequest) {
      if (table.delete !== undefined)
        await ask(session, strictly(table.delete), toTerraform(attributes, plainProperties(olds)));
    },
  };

  /** Null when the API knows no such resource. */
  async function readAnswer(session: Session, state: TerraformObject): Promise<Json> {
    try {
      return await failing("failed to make http request", () =>
        call(session, (table.read ?? table.create)(state)),
      );
    } catch (error) {
      if (error instanceof Error && error.cause instanceof HttpError && error.cause.status === 404)
        return null;
      throw error;
    }
  }

  /** The provider reads once to import, and the bridge once more. */
  async function importState(session: Session, id: string): Promise<TerraformObject> {
    const { importFormat, imported, read } = table;
    const before = importedState(id, importFormat, imported);
    if (read === undefined) return before;
    return settle(
      session,
      await ask(session, read, { ...emptyObject(attributes), ...before }),
      { ...emptyObject(attributes), ...before },
      "import",
    );
  }
}

/** A deletion's answer has to be JSON, unless the table knows that there is none. */
const strictly =
  (about: Ask): Ask =>
  (state) => ({ strict: true, ...about(state) });

const lasting = {
  summary: "Resource Destruction Considerations",
  detail:
    "This resource cannot be destroyed from Terraform. If you create this resource, it will be " +
    "present in the API until manually deleted.",
};

function nameOf(attributes: Attributes, name: string): string {
  const attribute = attributes[name];
  return attribute === undefined ? name : pulumiName(name, attribute);
}

async function failing<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

/** Inputs in which what the program asks to be overlooked is as the state has it. */
function ignoring(news: Properties, olds: Properties, paths: string[], _oldInputs: Properties): Properties {
  const kept = { ...news };
  for (const path of paths) {
    const top = path.split(/[.[]/)[0] ?? path;
    if (olds[top] === undefined) delete kept[top];
    else kept[top] = olds[top];
  }
  return kept;
}
