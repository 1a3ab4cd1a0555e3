/** The description of a resource type of the Cloudflare provider: attributes, calls and special rules. */

import type { Call } from "./client.ts";
import type { Json } from "./decode.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Extent } from "./encode.ts";
import type { ModifyPlan } from "./plan.ts";
import type { Attributes } from "./schema.ts";
import type { TerraformObject } from "./terraform.ts";

/** A call about a resource, derived from the resource's state. */
export type Ask = (state: TerraformObject) => Pick<Call, "method" | "path" | "headers" | "strict">;

export type Step = "create" | "update" | "read" | "import";

/** Makes a state from an answer. */
export type Settle = (settling: {
  answer: Json;
  /** The state before; null for a new resource. */
  prior: TerraformObject | null;
  /** The plan. For a read: the state before it. */
  before: TerraformObject;
  /** The state that the answer alone gives. */
  after: TerraformObject;
  step: Step;
  /** Makes a further call about the resource in its new state. */
  ask(about: Ask): Promise<Json>;
}) => TerraformObject | Promise<TerraformObject>;

export interface ResourceTable {
  attributes: Attributes;
  /** Version of the Terraform schema. `__meta` in the state contains it unless it is 0. */
  schemaVersion: number;
  /** Attribute that is the Pulumi id. Default: the id is the text "missing ID". */
  id?: string;
  create: Ask;
  /** Default: a read does not change the state. */
  read?: Ask;
  /** Default: no call, because every change replaces the resource. */
  update?: Ask;
  /** Default: no call, and the setting stays in the cloud. */
  delete?: Ask;
  /** The body of a change. `state` is undefined for a new resource. Default: all attributes that are on the wire. */
  body?: (plan: TerraformObject, state: TerraformObject | undefined) => string | undefined;
  /** What an update sends. Default: "whole". */
  extent?: Extent;
  modifyPlan?: ModifyPlan;
  /** Brings a result of the API into the form of the attributes. */
  shape?: (result: Json) => Json;
  /** @throws Diagnostic when the provider refuses such a resource without a call. */
  precondition?: (plan: TerraformObject) => void;
  settle?: Settle;
  /** The reason why a resource that the API still knows counts as gone. */
  gone?: (state: TerraformObject) => Diagnostic | undefined;
  /** Segments of an import id, such as `<zone_id>/<dns_record_id>`. Default: the type cannot be imported. */
  importFormat?: string;
  imported?: (segments: string[]) => TerraformObject;
  /** A deleted resource stays in the cloud. The provider warns about this at creation. */
  lasting?: true;
}
