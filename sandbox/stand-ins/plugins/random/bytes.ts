/**
 * RandomBytes and RandomId: bytes, and their text forms.
 *
 * @see hashicorp/terraform-provider-random: internal/provider/resource_bytes.go, resource_id.go
 */

import { randomBytes as bytesOf } from "node:crypto";
import type { Values } from "../bridge/plan.ts";
import { type BridgedType, Diagnostic } from "../bridge/resource.ts";
import { keepers, retry } from "./attributes.ts";

/** Secret bytes. */
export const randomBytes: BridgedType = {
  attributes: {
    keepers,
    length: {
      type: "int",
      input: "required",
      replaces: true,
      description: "The number of bytes requested. The minimum value for length is 1.",
    },
    base64: { type: "string", keepsState: true, secret: true },
    hex: { type: "string", keepsState: true, secret: true },
  },
  validate: ({ length }) =>
    typeof length === "number" && length < 1
      ? [
          {
            summary: "Invalid Attribute Value",
            detail: `Attribute length value must be at least 1, got: ${length}`,
            attribute: "length",
          },
        ]
      : [],
  create: (plan) => texts(bytesOf(Number(plan.length))),
  id: (values) => String(values.base64),
  import: (id) => {
    const bytes = decoded(id, /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, "base64");
    if (typeof bytes === "number") {
      throw new Diagnostic(
        "Import Random bytes Error",
        `There was an error during the parsing of the base64 string.\n\n${retry}` +
          `Original Error: illegal base64 data at input byte ${bytes}`,
      );
    }
    return { keepers: null, length: bytes.length, ...texts(bytes) };
  },
};

function texts(bytes: Buffer): Values {
  return { base64: bytes.toString("base64"), hex: bytes.toString("hex") };
}

/** Bytes that are not secret. An optional prefix is added to each form except the id. */
export const randomId: BridgedType = {
  attributes: {
    keepers,
    byteLength: {
      type: "int",
      input: "required",
      replaces: true,
      description:
        "The number of random bytes to produce. The minimum value is 1, which produces eight bits of randomness.",
    },
    prefix: { type: "string", input: "optional", replaces: true },
    b64Url: { type: "string", keepsState: true },
    b64Std: { type: "string", keepsState: true },
    hex: { type: "string", keepsState: true },
    dec: { type: "string", keepsState: true },
    id: { type: "string", keepsState: true },
  },
  create: (plan) => forms(bytesOf(Number(plan.byteLength)), String(plan.prefix ?? "")),
  import: (id) => {
    const comma = id.lastIndexOf(",");
    const prefix = comma === -1 ? null : id.slice(0, comma);
    const bytes = decoded(id.slice(comma + 1), /^(?:[\w-]{4})*(?:[\w-]{2,3})?$/, "base64url");
    if (typeof bytes === "number") {
      throw new Diagnostic(
        "Import Random ID Error",
        `While attempting to import a random id there was a decoding error.\n\n+${retry}` +
          `Original Error: illegal base64 data at input byte ${bytes}`,
      );
    }
    return { keepers: null, byteLength: bytes.length, prefix: prefix || null, ...forms(bytes, prefix ?? "") };
  },
};

function forms(bytes: Buffer, prefix: string): Values {
  const id = bytes.toString("base64url");
  const hex = bytes.toString("hex");
  return {
    id,
    b64Url: prefix + id,
    b64Std: prefix + bytes.toString("base64"),
    hex: prefix + hex,
    dec: prefix + BigInt(`0x${hex || "0"}`).toString(),
  };
}

/** The bytes of a text, or the position of the first illegal character. */
function decoded(text: string, form: RegExp, encoding: "base64" | "base64url"): Buffer | number {
  if (form.test(text)) return Buffer.from(text, encoding);
  const legal = encoding === "base64" ? /[A-Za-z0-9+/]/ : /[\w-]/;
  const at = [...text].findIndex((char) => !legal.test(char));
  if (at !== -1) return at;
  // Go reports the start of the incomplete group.
  return text.length - (text.length % 4);
}
