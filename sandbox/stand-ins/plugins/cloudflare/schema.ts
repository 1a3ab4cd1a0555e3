/**
 * How a resource or function of the Cloudflare provider is described: a tree of attributes.
 *
 * The official provider is a bridge over Cloudflare's Terraform provider, so each attribute has three faces:
 * the name in Terraform (`zone_id`), the one in Pulumi (`zoneId`, see names.ts) and the one on the wire
 * (`zoneId` or `zone_id`, as the API has it). The tables in resources/ and functions/ are taken from
 * cloudflare/terraform-provider-cloudflare v5.19.1: internal/services/<name>/schema.go and model.go.
 */

import type { Check } from "./checks.ts";
import type { Terraform } from "./terraform.ts";

/** Who sets an attribute: the program, the API, or the API where the program does not. */
export type Mode = "required" | "optional" | "computed" | "optional-computed";

type Scalar = "string" | "bool" | "float" | "int" | "dynamic" | "unserved";

/** What a value is. */
export type Type =
  | { kind: Scalar }
  | { kind: "list" | "set" | "map"; element: Type }
  | { kind: "object"; attributes: Attributes };

export interface Options {
  /** Name in the API's JSON; default: the attribute's own. False: it is no part of the body. */
  wire?: string | false;
  /** False: what the API answers to a read is left aside. */
  refresh?: false;
  /** What the API leaves out is read as the empty value of the type. */
  zero?: true;
  /**
   * Such an object stays an object of nulls once it was one, even when the API leaves it out (a pointer in
   * the provider's model: internal/apijson/decoder.go).
   */
  pointer?: true;
  /** A change replaces the resource; "configured": only while the program sets the attribute. */
  replaces?: true | "configured";
  /** An update leaves the value as it is, where the program sets none; "over-configuration": even then. */
  keep?: true | "over-configuration";
  sensitive?: true;
  default?: Terraform;
  /** Text that is compared by its meaning: an RFC 3339 time, a JSON document. */
  format?: "time" | "json";
  checks?: Check[];
  /** What the provider says of a required attribute that is missing. */
  says?: string;
}

export interface Attribute extends Options {
  mode: Mode;
  type: Type;
}

/** Attributes by Terraform name. */
export type Attributes = Record<string, Attribute>;

type Constructor = (mode: Mode, options?: Options) => Attribute;
const plain =
  (kind: Scalar): Constructor =>
  (mode, options) => ({ mode, type: { kind }, ...options });

export const text = plain("string");
export const bool = plain("bool");
export const float = plain("float");
export const int = plain("int");
/** A value of whichever type the program or the API gives it. */
export const dynamic = plain("dynamic");
/** A value of any type that the stand-in refuses: one of the attribute's checks says why. */
export const unserved = plain("unserved");

type Element = "string" | "int" | Type;
const elementType = (element: Element): Type => (typeof element === "string" ? { kind: element } : element);
const collection =
  (kind: "list" | "set" | "map") =>
  (mode: Mode, element: Element, options?: Options): Attribute => ({
    mode,
    type: { kind, element: elementType(element) },
    ...options,
  });

export const list = collection("list");
export const set = collection("set");
export const map = collection("map");
export const stringList: Type = { kind: "list", element: { kind: "string" } };

/** One object. */
export function nested(mode: Mode, attributes: Attributes, options?: Options): Attribute {
  return { mode, type: { kind: "object", attributes }, ...options };
}

/** A list of objects. */
export function nestedList(mode: Mode, attributes: Attributes, options?: Options): Attribute {
  return list(mode, { kind: "object", attributes }, options);
}

/** Objects by a name of the program's choice. */
export function nestedMap(mode: Mode, attributes: Attributes, options?: Options): Attribute {
  return map(mode, { kind: "object", attributes }, options);
}

export const isComputed = ({ mode }: Attribute): boolean =>
  mode === "computed" || mode === "optional-computed";

/** Name of an attribute in the API's JSON; undefined when it is no part of it. */
export function wireName(name: string, { wire }: Attribute): string | undefined {
  return wire === false ? undefined : (wire ?? name);
}

/** The same attributes as an answer: all are the API's, none is checked. */
export function answered(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { type, wire, format, zero, sensitive }]) => [
      name,
      { mode: "computed", type: answeredType(type), wire, format, zero, sensitive },
    ]),
  );
}

function answeredType(type: Type): Type {
  if (type.kind === "object") return { kind: "object", attributes: answered(type.attributes) };
  if ("element" in type) return { kind: type.kind, element: answeredType(type.element) };
  return type;
}
