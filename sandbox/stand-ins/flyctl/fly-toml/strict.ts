/**
 * Unknown sections and keys of fly.toml.
 *
 * Source: superfly/flyctl internal/appconfig/strict_validate.go. Its gaps are kept: it reads the patched
 * sections, and does not look into lists that a patch rebuilds ([[services]], [[vm]], [[mounts]],
 * [[metrics]]).
 */
import type { Data } from "../api/graphql.ts";
import { fieldsOf, isObject } from "../go/json.ts";

const rebuilt = ["services", "vm", "mounts", "metrics"];

/** One line per unknown section or key; "" if there are none. */
export function strictFindings(patched: Data): string {
  const sections: string[] = [];
  const keys: string[] = [];
  const known = new Map(fieldsOf("Config").map((field) => [field.name, field.type]));
  for (const [key, value] of Object.entries(patched)) {
    const type = known.get(key);
    if (type === undefined) sections.push(`  - ${key}`);
    else if (!rebuilt.includes(key)) lookInto(key, type, value, keys);
  }
  return [...sections, ...keys].join("\n");
}

function lookInto(path: string, type: string, value: unknown, keys: string[]): void {
  const plain = type.replace(/^\*/, "");
  if (plain.startsWith("[]")) {
    if (!Array.isArray(value)) return;
    for (const [i, item] of value.entries()) lookInto(`${path}[${i}]`, plain.slice(2), item, keys);
    return;
  }
  const map = /^map\[string\](.+)$/.exec(plain)?.[1];
  if (!isObject(value)) return;
  if (map !== undefined) {
    for (const [key, item] of Object.entries(value)) lookInto(`${path}.${key}`, map, item, keys);
    return;
  }
  const known = new Map(fieldsOf(plain).map((field) => [field.name, field.type]));
  if (known.size === 0) return;
  for (const [key, item] of Object.entries(value)) {
    const fieldType = known.get(key);
    if (fieldType === undefined) keys.push(`  - ${path}.${key}`);
    else lookInto(`${path}.${key}`, fieldType, item, keys);
  }
}
