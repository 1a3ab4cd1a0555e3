/**
 * The planned values of a resource, from the program's configuration, defaults and the state.
 *
 * @see hashicorp/terraform-plugin-framework: internal/fwserver/server_planresourcechange.go
 */

import { equal, type PropertyValue, Unknown, unknown } from "../values.ts";
import type { Attribute, Attributes } from "./attributes.ts";

export type Values = Record<string, PropertyValue>;

export interface Plan {
  values: Values;
  /** Attributes that differ from the state; empty for a new resource. */
  changed: string[];
  /** The changed attributes that replace the resource. */
  replacing: string[];
}

/**
 * @param config typed configuration, null where nothing is set.
 * @param prior the state; undefined for a new resource.
 * @param adjust a rule of the type. It is applied to the values before they are compared with the state.
 */
export function planResource(
  attributes: Attributes,
  config: Values,
  prior: Values | undefined,
  adjust: (values: Values, config: Values) => void,
): Plan {
  const entries = Object.entries(attributes);
  const values: Values = {};
  for (const [name, attribute] of entries) {
    const set = config[name] ?? null;
    const kept = isComputed(attribute) ? (prior?.[name] ?? null) : null;
    values[name] = set !== null ? set : (attribute.default ?? kept);
  }
  const differs = (name: string) => !equal(values[name] ?? null, prior?.[name] ?? null);
  const proposed = { ...values };
  adjust(proposed, config);
  if (
    prior === undefined ||
    Object.keys(values).some((name) => !equal(proposed[name], prior[name] ?? null))
  ) {
    for (const [name, attribute] of entries) {
      const open =
        isComputed(attribute) && attribute.default === undefined && (config[name] ?? null) === null;
      if (!open) continue;
      const old = prior?.[name] ?? null;
      values[name] = attribute.keepsState && old !== null ? old : unknown;
    }
  }
  adjust(values, config);
  if (prior === undefined) return { values, changed: [], replacing: [] };
  const changed = Object.keys(values).filter(differs).sort();
  const replacing = changed.filter((name) => {
    const replaces = attributes[name]?.replaces ?? false;
    return typeof replaces === "function" ? replaces(prior[name] ?? null, values[name] ?? null) : replaces;
  });
  return { values, changed, replacing };
}

function isComputed(attribute: Attribute): boolean {
  return attribute.input === undefined || attribute.computed === true;
}

/** Terraform's rule for maps of keepers: a key without a value that is added or kept is not a change. */
export function keepersReplace(old: PropertyValue, now: PropertyValue): boolean {
  const values = (value: PropertyValue) =>
    value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Unknown)
      ? Object.entries(value)
      : [];
  if (now instanceof Unknown) return true;
  if (old === null) return values(now).some(([, value]) => value !== null);
  const before = new Map(values(old));
  const gone = values(old).some(([key, value]) => value !== null && !new Map(values(now)).has(key));
  return (
    gone ||
    values(now).some(([key, value]) => {
      if (value === null && !before.has(key)) return false;
      return !equal(value ?? null, before.get(key) ?? null);
    })
  );
}
