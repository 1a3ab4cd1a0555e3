/**
 * RandomUuid: 128 random bits in the form of a UUID, without version and variant (hashicorp/go-uuid).
 *
 * @see hashicorp/terraform-provider-random: internal/provider/resource_uuid.go
 */

import { randomBytes } from "node:crypto";
import { type BridgedType, Diagnostic } from "../bridge/resource.ts";
import { keepers, retry } from "./attributes.ts";

export const randomUuid: BridgedType = {
  attributes: {
    keepers,
    result: { type: "string", keepsState: true },
    id: { type: "string", keepsState: true },
  },
  create: () => {
    const hex = randomBytes(16).toString("hex");
    const result = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    return { result, id: result };
  },
  import: (id) => {
    const fault = faultOf(id);
    if (fault === undefined) return { keepers: null, result: id.toLowerCase(), id: id.toLowerCase() };
    throw new Diagnostic(
      "Import Random UUID Error",
      `There was an error during the parsing of the UUID.\n\n${retry}Original Error: ${fault}`,
    );
  },
};

function faultOf(text: string): string | undefined {
  if (text.length !== 36) return "uuid string is wrong length";
  if (!/^.{8}-.{4}-.{4}-.{4}-/.test(text)) return "uuid is improperly formatted";
  const wrong = /[^0-9a-fA-F-]/.exec(text)?.[0];
  if (wrong === undefined) return undefined;
  const code = wrong.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  return `encoding/hex: invalid byte: U+${code} '${wrong}'`;
}
