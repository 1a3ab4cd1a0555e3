/**
 * Property values, converted between google.protobuf.Struct and plain objects. Secrets, unknowns and outputs
 * keep their marks in both directions. Assets, archives and resource references stay signed objects, as on
 * the wire.
 *
 * @see pulumi/pulumi: sdk/go/common/resource/sig/sig.go and sdk/go/common/resource/plugin/rpc.go
 */

import structs from "google-protobuf/google/protobuf/struct_pb.js";

type Struct = import("google-protobuf/google/protobuf/struct_pb.js").Struct;
type Value = import("google-protobuf/google/protobuf/struct_pb.js").Value;

/** The key of a signed object's signature, and the signatures that this file reads and writes. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const signatures = {
  secret: "1b47061264138c4ac30d75fd1eb44270",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
} as const;

/** The text on the wire for a value that is known only during `up`, by the value's type. */
const unknownMarks = {
  boolean: "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  number: "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  string: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  array: "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  asset: "030794c1-ac77-496b-92df-f27374a8bd58",
  archive: "e48ece36-62e2-4504-bad9-02848725956a",
  object: "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
} as const;
const kindOfMark = new Map(
  Object.entries(unknownMarks).map(([kind, mark]) => [mark as string, kind as UnknownKind]),
);

export type UnknownKind = keyof typeof unknownMarks;

/** A value that is not known before `up`. */
export class Unknown {
  readonly kind: UnknownKind;

  constructor(kind: UnknownKind = "string") {
    this.kind = kind;
  }
}

/** The usual unknown, for a value of any type. */
export const unknown = new Unknown();

/** A value that is encrypted in the state and hidden on the screen. */
export class Secret {
  readonly value: PropertyValue;

  constructor(value: PropertyValue) {
    this.value = value;
  }
}

/** A first-class output: a value with its dependencies. It is sent to providers that accept outputs. */
export class OutputValue {
  /** Undefined when unknown. */
  readonly value: PropertyValue | undefined;
  readonly secret: boolean;
  readonly dependencies: string[];

  constructor(value: PropertyValue | undefined, secret: boolean, dependencies: string[]) {
    this.value = value;
    this.secret = secret;
    this.dependencies = dependencies;
  }
}

export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | Unknown
  | Secret
  | OutputValue
  | PropertyValue[]
  | Properties;

/** An object of property values. Undefined properties are not sent. */
export interface Properties {
  [name: string]: PropertyValue | undefined;
}

/** Reads a struct from the wire. An absent struct is empty. */
export function decode(struct: Struct | undefined): Properties {
  const properties: Properties = {};
  for (const [name, value] of struct?.getFieldsMap().entries() ?? []) {
    properties[name] = decodeValue(value);
  }
  return properties;
}

function decodeValue(value: Value): PropertyValue {
  const { KindCase } = structs.Value;
  switch (value.getKindCase()) {
    case KindCase.BOOL_VALUE:
      return value.getBoolValue();
    case KindCase.NUMBER_VALUE:
      return value.getNumberValue();
    case KindCase.STRING_VALUE: {
      const text = value.getStringValue();
      const kind = kindOfMark.get(text);
      return kind === undefined ? text : new Unknown(kind);
    }
    case KindCase.LIST_VALUE:
      return (value.getListValue()?.getValuesList() ?? []).map(decodeValue);
    case KindCase.STRUCT_VALUE:
      return unsign(decode(value.getStructValue()));
    default:
      return null;
  }
}

function unsign(object: Properties): PropertyValue {
  const signature = object[signatureKey];
  if (signature === signatures.secret) return new Secret(object.value ?? null);
  if (signature === signatures.output) {
    const dependencies = Array.isArray(object.dependencies) ? object.dependencies : [];
    return new OutputValue(
      object.value,
      object.secret === true,
      dependencies.filter((urn) => typeof urn === "string"),
    );
  }
  return object;
}

/** Writes properties for the wire. */
export function encode(properties: Properties): Struct {
  const struct = new structs.Struct();
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined) struct.getFieldsMap().set(name, encodeValue(value));
  }
  return struct;
}

function encodeValue(value: PropertyValue): Value {
  const message = new structs.Value();
  if (value === null) message.setNullValue(structs.NullValue.NULL_VALUE);
  else if (typeof value === "boolean") message.setBoolValue(value);
  else if (typeof value === "number") message.setNumberValue(value);
  else if (typeof value === "string") message.setStringValue(value);
  else if (value instanceof Unknown) message.setStringValue(unknownMarks[value.kind]);
  else if (Array.isArray(value)) {
    const list = new structs.ListValue();
    list.setValuesList(value.map(encodeValue));
    message.setListValue(list);
  } else message.setStructValue(encode(sign(value)));
  return message;
}

function sign(value: Secret | OutputValue | Properties): Properties {
  if (value instanceof Secret) return { [signatureKey]: signatures.secret, value: value.value };
  if (value instanceof OutputValue) {
    return {
      [signatureKey]: signatures.output,
      value: value.value,
      secret: value.secret ? true : undefined,
      dependencies: value.dependencies.length > 0 ? value.dependencies : undefined,
    };
  }
  return value;
}

/** The value without secret and output marks, at every depth. Unknowns stay. */
export function plain(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return plain(value.value);
  if (value instanceof OutputValue) return value.value === undefined ? unknown : plain(value.value);
  if (value instanceof Unknown || value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(plain);
  return plainProperties(value);
}

/** {@link plain} for an object of properties. */
export function plainProperties(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, value === undefined ? value : plain(value)]),
  );
}

/** True when the value, or one inside it, is unknown. */
export function hasUnknown(value: PropertyValue | undefined): boolean {
  if (value instanceof Unknown || (value instanceof OutputValue && value.value === undefined)) return true;
  if (value instanceof Secret || value instanceof OutputValue) return hasUnknown(value.value);
  if (value === null || typeof value !== "object") return false;
  return Object.values(value).some(hasUnknown);
}

/** Deep equality. The order of keys does not matter. */
export function equal(a: PropertyValue | undefined, b: PropertyValue | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a === null || b === null) return false;
  if (typeof a !== "object" || typeof b !== "object" || a.constructor !== b.constructor) return false;
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return false;
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = Object.entries(b).filter(([, value]) => value !== undefined);
  if (left.length !== right.length) return false;
  return left.every(([name, value]) => equal(value as PropertyValue, (b as Properties)[name]));
}
