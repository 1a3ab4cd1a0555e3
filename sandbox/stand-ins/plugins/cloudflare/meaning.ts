/**
 * Text with an equal meaning does not change: times that differ in fractions of a second, JSON in another
 * order.
 *
 * @see hashicorp/terraform-plugin-framework-timetypes: RFC3339.StringSemanticEquals, and
 * hashicorp/terraform-plugin-framework-jsontypes: Normalized.StringSemanticEquals
 */

import type { Attributes, Type } from "./schema.ts";
import { element, isObject, member, normalTime, type Terraform, type TerraformObject } from "./terraform.ts";

/** A new state that keeps the text of the plan, or of the old state, where the meaning is equal. */
export function inFormerWords(
  attributes: Attributes,
  before: Terraform,
  after: TerraformObject,
): TerraformObject {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { type, format }]) => {
      const [was, is] = [member(before, name), after[name] ?? null];
      if (format !== undefined && typeof was === "string" && typeof is === "string") {
        return [name, sameText(format, was, is) ? was : is];
      }
      return [name, nested(type, was, is)];
    }),
  );
}

function nested(type: Type, before: Terraform, after: Terraform): Terraform {
  if (type.kind === "object" && isObject(after)) return inFormerWords(type.attributes, before, after);
  if (!("element" in type) || type.kind === "set") return after;
  if (Array.isArray(after))
    return after.map((item, index) => nested(type.element, element(before, index), item));
  if (!isObject(after)) return after;
  return Object.fromEntries(
    Object.entries(after).map(([key, item]) => [key, nested(type.element, element(before, key), item)]),
  );
}

function sameText(format: "time" | "json", a: string, b: string): boolean {
  if (format === "time") return normalTime(a) === normalTime(b);
  return inKeyOrder(a) === inKeyOrder(b);
}

function inKeyOrder(json: string): string {
  return JSON.stringify(JSON.parse(json), (_key, value: unknown) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
