/**
 * RandomUuid, RandomUuid4 and RandomUuid7.
 *
 * @see hashicorp/terraform-provider-random: internal/provider/resource_uuid.go, resource_uuid4.go, resource_uuid7.go
 */

import { randomBytes } from "node:crypto";
import { type BridgedType, Diagnostic } from "../bridge/resource.ts";
import { keepers, retry } from "./attributes.ts";

/** 128 random bits in the form of a UUID: no version, no variant (hashicorp/go-uuid). */
export const randomUuid = uuidType(() => randomBytes(16), hashicorpFault);

/** Version 4 of RFC 9562. */
export const randomUuid4 = uuidType(() => versioned(randomBytes(16), 4), googleFault);

/** Version 7 of RFC 9562: begins with the time in milliseconds. */
export const randomUuid7 = uuidType(() => {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  return versioned(bytes, 7);
}, googleFault);

function uuidType(make: () => Buffer, faultOf: (text: string) => string | undefined): BridgedType {
  return {
    attributes: {
      keepers,
      result: { type: "string", keepsState: true },
      id: { type: "string", keepsState: true },
    },
    create: () => {
      const result = written(make());
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
}

function versioned(bytes: Buffer, version: number): Buffer {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes;
}

function written(bytes: Buffer): string {
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function hashicorpFault(text: string): string | undefined {
  if (text.length !== 36) return "uuid string is wrong length";
  if (!/^.{8}-.{4}-.{4}-.{4}-/.test(text)) return "uuid is improperly formatted";
  const wrong = /[^0-9a-fA-F-]/.exec(text)?.[0];
  if (wrong === undefined) return undefined;
  const code = wrong.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  return `encoding/hex: invalid byte: U+${code} '${wrong}'`;
}

function googleFault(text: string): string | undefined {
  if (![32, 36, 38, 45].includes(text.length)) return `invalid UUID length: ${text.length}`;
  return /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text)
    ? undefined
    : "invalid UUID format";
}
