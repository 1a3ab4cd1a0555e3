/**
 * Descriptions of the Cloudflare provider's resources and functions: trees of attributes.
 *
 * The official provider is a bridge over Cloudflare's Terraform provider. So each attribute has three names:
 * one in Terraform (`zone_id`), one in Pulumi (`zoneId`, see names.ts), and one on the wire (`zoneId` or
 * `zone_id`, depending on the API). The tables in resources/ and functions/ are taken from
 * cloudflare/terraform-provider-cloudflare v5.19.1: internal/services/<name>/schema.go and model.go.
 */

import type { Check } from "./checks.ts";
import type { Terraform } from "./terraform.ts";

/** Who sets an attribute: the program, the API, or the API if the program does not. */
export type Mode = "required" | "optional" | "computed" | "optional-computed";

type Scalar = "string" | "bool" | "float" | "int" | "dynamic" | "unserved";

/** The type of a value. */
export type Type =
  | { kind: Scalar }
  | { kind: "list" | "set" | "map"; element: Type }
  | { kind: "object"; attributes: Attributes };

export interface Options {
  /** Name in the API's JSON. Default: the attribute's own name. False: the body does not contain it. */
  wire?: string | false;
  /** False: a read ignores the API's value. */
  refresh?: false;
  /** If the API omits the value, it is read as the empty value of the type. */
  zero?: true;
  /**
   * An object that is set stays an object of nulls, even if the API omits it (a pointer in the provider's
   * model: internal/apijson/decoder.go).
   */
  pointer?: true;
  /** A change replaces the resource. "configured": only while the program sets the attribute. */
  replaces?: true | "configured";
  /**
   * An update keeps the state's value if the program sets none. "over-configuration": it keeps the state's value
   * if the program sets another one.
   */
  keep?: true | "over-configuration";
  sensitive?: true;
  default?: Terraform;
  /** Text that is compared by its meaning: an RFC 3339 time or a JSON document. */
  format?: "time" | "json";
  checks?: Check[];
  /** The provider's description. The error for a missing required attribute quotes it. */
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
/** A value whose type the program or the API decides. */
export const dynamic = plain("dynamic");
/** A value of any type that the stand-in refuses. One of the attribute's checks gives the reason. */
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

/** Objects by names that the program chooses. */
export function nestedMap(mode: Mode, attributes: Attributes, options?: Options): Attribute {
  return map(mode, { kind: "object", attributes }, options);
}

export const isComputed = ({ mode }: Attribute): boolean =>
  mode === "computed" || mode === "optional-computed";

/** Name of an attribute in the API's JSON; undefined if the JSON does not contain it. */
export function wireName(name: string, { wire }: Attribute): string | undefined {
  return wire === false ? undefined : (wire ?? name);
}

/** The same attributes in an answer: the API sets all of them, and none is checked. */
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
