/** What makes a resource type of the Cloudflare provider: its attributes, its calls, and its whims. */

import type { Call } from "./client.ts";
import type { Json } from "./decode.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Extent } from "./encode.ts";
import type { ModifyPlan } from "./plan.ts";
import type { Attributes } from "./schema.ts";
import type { TerraformObject } from "./terraform.ts";

/** A call about a resource: where it goes, by the resource's state. */
export type Ask = (state: TerraformObject) => Pick<Call, "method" | "path" | "headers" | "strict">;

export type Step = "create" | "update" | "read" | "import";

/** How an answer becomes a state. */
export type Settle = (settling: {
  answer: Json;
  /** The state before; null for a new resource. */
  prior: TerraformObject | null;
  /** The plan, or the state before a read. */
  before: TerraformObject;
  /** What the answer makes of it. */
  after: TerraformObject;
  step: Step;
  /** Make a further call, about the resource as it is now. */
  ask(about: Ask): Promise<Json>;
}) => TerraformObject | Promise<TerraformObject>;

export interface ResourceTable {
  attributes: Attributes;
  /** Version of the Terraform schema, kept in `__meta` unless 0. */
  schemaVersion: number;
  /** Attribute that is the Pulumi id; without one it is literally "missing ID". */
  id?: string;
  create: Ask;
  /** Without one, a read leaves the state as it is. */
  read?: Ask;
  /** Without one, nothing is asked: every change replaces. */
  update?: Ask;
  /** Without one, the setting stays in the cloud. */
  delete?: Ask;
  /** The body of a change, `state` being undefined for a new resource; default: all that is on the wire. */
  body?: (plan: TerraformObject, state: TerraformObject | undefined) => string | undefined;
  /** What an update sends; default "whole". */
  extent?: Extent;
  modifyPlan?: ModifyPlan;
  /** A result of the API in the shape of the attributes. */
  shape?: (result: Json) => Json;
  /** @throws Diagnostic when the provider refuses to ask for such a resource. */
  precondition?: (plan: TerraformObject) => void;
  settle?: Settle;
  /** Why a resource that the API still knows counts as gone. */
  gone?: (state: TerraformObject) => Diagnostic | undefined;
  /** Segments of an import id, such as `<zone_id>/<dns_record_id>`. Without, there is no import. */
  importFormat?: string;
  imported?: (segments: string[]) => TerraformObject;
  /** It stays in the cloud when it is deleted; the provider says so of a new one. */
  lasting?: true;
}
