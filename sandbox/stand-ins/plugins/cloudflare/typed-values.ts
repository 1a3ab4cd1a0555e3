/** Operations on Terraform's values that need their schema. */
import type { Attributes, Type } from "./schema.ts";
import { isObject, isUnknown, type Terraform, type TerraformObject } from "./terraform.ts";

/** An object in which every attribute is null. */
export function emptyObject(attributes: Attributes): TerraformObject {
  return Object.fromEntries(Object.keys(attributes).map((name) => [name, null]));
}

/** Deep equality. Unknowns are equal to each other. The order of a set does not matter. */
export function same(a: Terraform, b: Terraform, type?: Type): boolean {
  if (a === b) return true;
  if (isUnknown(a) || isUnknown(b)) return isUnknown(a) && isUnknown(b);
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false;
    const element = type && "element" in type ? type.element : undefined;
    if (type?.kind === "set") return a.every((item) => b.some((other) => same(item, other, element)));
    return a.every((item, index) => same(item, b[index] ?? null, element));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => {
    const other = b[name];
    return other !== undefined && same(a[name] ?? null, other, memberType(type, name));
  });
}

/** The type of the member with this name in an object or map. */
export function memberType(type: Type | undefined, name: string): Type | undefined {
  if (type?.kind === "object") return type.attributes[name]?.type;
  return type?.kind === "map" ? type.element : undefined;
}
