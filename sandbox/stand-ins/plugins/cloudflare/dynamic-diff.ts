/**
 * Changes of a dynamic value's type. The official provider cannot plan them and fails with these messages.
 *
 * @see hashicorp/terraform-plugin-go: tftypes/diff.go
 */

import { isObject, isUnset, type Terraform } from "./terraform.ts";

/** @throws when the state's type differs from the plan's type. */
export function assertComparable(path: string, state: Terraform, planned: Terraform): void {
  if (isUnset(state) || isUnset(planned)) return;
  const kind = kindOf(state);
  if (kind !== kindOf(planned)) {
    // Only the error for a string contains the other value.
    const value = kind === "string" ? `${valueText(planned)} (value2) at ` : "";
    const misfit = `can't unmarshal ${typeText(planned)} into ${goTypes[kind]}`;
    throw new Error(`${path}: Error converting ${value}${JSON.stringify(path)}: ${misfit}`);
  }
  if (Array.isArray(state) && Array.isArray(planned)) {
    for (const [index, item] of state.entries()) {
      assertComparable(`${path}.ElementKeyInt(${index})`, item, planned[index] ?? null);
    }
  }
}

type Kind = "string" | "number" | "boolean" | "list" | "object";

const goTypes: Record<Kind, string> = {
  string: "*string, expected string",
  number: "*big.Float, expected *big.Float",
  boolean: "*bool, expected boolean",
  list: "*[]tftypes.Value expected []tftypes.Value",
  object: "*map[string]tftypes.Value, expected map[string]tftypes.Value",
};

function kindOf(value: Terraform): Kind {
  if (Array.isArray(value)) return "list";
  return isObject(value) ? "object" : (typeof value as Kind);
}

/** A type as tftypes prints it: `tftypes.List[tftypes.String]`. */
function typeText(value: Terraform): string {
  if (Array.isArray(value)) {
    const types = value.map(typeText);
    const uniform = types.every((type) => type === types[0]);
    return uniform
      ? `tftypes.List[${types[0] ?? "tftypes.DynamicPseudoType"}]`
      : `tftypes.Tuple[${types.join(", ")}]`;
  }
  if (isObject(value)) {
    const members = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}:${typeText(item)}`);
    return `tftypes.Object[${members.sort().join(", ")}]`;
  }
  if (typeof value === "boolean") return "tftypes.Bool";
  return typeof value === "number" ? "tftypes.Number" : "tftypes.String";
}

/** A value as tftypes prints it: `tftypes.Number<"5">`. */
function valueText(value: Terraform): string {
  const type = typeText(value);
  if (Array.isArray(value)) return `${type}<${value.map(valueText).join(", ")}>`;
  if (!isObject(value)) return `${type}<${JSON.stringify(String(value))}>`;
  const members = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}:${valueText(item)}`);
  return `${type}<${members.sort().join(", ")}>`;
}
