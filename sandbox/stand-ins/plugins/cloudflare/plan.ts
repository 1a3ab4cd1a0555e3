/**
 * The plan for a change, as Terraform makes it: the proposed state, defaults, unknowns for values that only
 * the API sets, and the changes that replace the resource.
 *
 * @see opentofu/opentofu: internal/plans/objchange (ProposedNew), hashicorp/terraform-plugin-framework:
 * internal/fwserver/server_planresourcechange.go and attribute_plan_modification.go
 */

import { type Attribute, type Attributes, isComputed, type Type } from "./schema.ts";
import {
  element,
  isObject,
  isUnknown,
  isUnset,
  member,
  type Terraform,
  type TerraformObject,
  unknown,
} from "./terraform.ts";
import { emptyObject, same } from "./typed-values.ts";

/** A path in an object: attribute names, list indices, map keys. */
export type Path = (string | number)[];

export interface Plan {
  state: TerraformObject;
  /** Top-level attributes whose change replaces the resource. */
  replaces: string[];
}

/** A resource type's own changes to a plan. `prior` is null for a new resource. */
export type ModifyPlan = (state: TerraformObject, prior: TerraformObject | null) => TerraformObject;

/**
 * @param prior the state, or null for a new resource.
 * @param config the program's inputs; may hold unknowns.
 */
export function plan(
  attributes: Attributes,
  prior: TerraformObject | null,
  config: TerraformObject,
  modify: ModifyPlan = (state) => state,
): Plan {
  const proposed = proposedObject(attributes, prior ?? emptyObject(attributes), config);
  const defaulted = withDefaults(attributes, proposed, config);
  const changed = prior === null || !same(defaulted, prior, { kind: "object", attributes });
  const marked = changed ? withUnknowns(attributes, defaulted, config) : defaulted;
  const replacing: Path[] = [];
  const kept = keepObject(attributes, { plan: marked, config, state: prior }, [], (path) => {
    if (prior !== null) replacing.push(path);
  });
  const state = modify(kept, prior);
  const replaces = replacing.filter((path) => {
    const planned = at(state, path);
    return isUnknown(planned) || !same(planned, at(prior, path));
  });
  return { state, replaces: [...new Set(replaces.map(([name]) => String(name)))].sort() };
}

/** Top-level attributes that differ between two states. */
export function changedAttributes(
  attributes: Attributes,
  prior: TerraformObject,
  next: TerraformObject,
): string[] {
  return Object.entries(attributes)
    .filter(([name, { type }]) => !same(prior[name] ?? null, next[name] ?? null, type))
    .map(([name]) => name);
}

function at(value: Terraform, path: Path): Terraform {
  return path.reduce<Terraform>(element, value);
}

/** The program's values. Where the program sets none and the API may have one, the state's value. */
function proposedObject(attributes: Attributes, prior: Terraform, config: TerraformObject): TerraformObject {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => {
      const configured = config[name] ?? null;
      const before = member(prior, name);
      if (configured === null && isComputed(attribute)) {
        return [name, cameFromProgram(attribute, before) ? null : before];
      }
      return [name, proposed(attribute.type, before, configured)];
    }),
  );
}

function proposed(type: Type, prior: Terraform, config: Terraform): Terraform {
  if (config === null || isUnknown(config)) return config;
  if (type.kind === "object") return proposedObject(type.attributes, prior, config as TerraformObject);
  if (!("element" in type) || type.element.kind !== "object" || type.kind === "set") return config;
  const { attributes } = type.element;
  const of = (item: Terraform, key: string | number): Terraform => {
    const before = element(prior, key);
    if (before === null || item === null) return item;
    // An unknown item in place of a known one: all its attributes are unknown.
    return proposedObject(
      attributes,
      before,
      isUnknown(item) ? unknownObject(attributes) : (item as TerraformObject),
    );
  };
  if (Array.isArray(config)) return config.map(of);
  return Object.fromEntries(Object.entries(config).map(([key, item]) => [key, of(item, key)]));
}

const unknownObject = (attributes: Attributes): TerraformObject =>
  Object.fromEntries(Object.keys(attributes).map((name) => [name, unknown]));

/** Whether an optional object in the state has a value that only a program can have set. */
function cameFromProgram({ mode, type }: Attribute, prior: Terraform): boolean {
  if (mode !== "optional-computed" || prior === null) return false;
  const object = type.kind === "object" ? type : "element" in type ? type.element : type;
  if (object.kind !== "object") return false;
  const objects = Array.isArray(prior) ? prior : type.kind === "map" ? Object.values(prior) : [prior];
  return objects.some((item) => holdsProgramsOwn(object.attributes, item));
}

function holdsProgramsOwn(attributes: Attributes, value: Terraform): boolean {
  return Object.entries(attributes).some(([name, attribute]) => {
    const inner = member(value, name);
    if (inner === null) return false;
    if (!isComputed(attribute)) return true;
    return attribute.type.kind === "object" && holdsProgramsOwn(attribute.type.attributes, inner);
  });
}

/** Walks a known value and the program's value in parallel, attribute by attribute. */
function mapAttributes(
  attributes: Attributes,
  value: TerraformObject,
  config: Terraform,
  change: (attribute: Attribute, value: Terraform, config: Terraform) => Terraform,
): TerraformObject {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      name,
      change(attribute, value[name] ?? null, isUnknown(config) ? config : member(config, name)),
    ]),
  );
}

/** Applies a change to the objects inside a value. */
function mapNested(
  type: Type,
  value: Terraform,
  config: Terraform,
  change: (attributes: Attributes, value: TerraformObject, config: Terraform) => TerraformObject,
): Terraform {
  if (isUnset(value)) return value;
  if (type.kind === "object") return change(type.attributes, value as TerraformObject, config);
  if (!("element" in type) || type.element.kind !== "object") return value;
  const of = (item: Terraform, key: string | number): Terraform =>
    mapNested(type.element, item, isUnknown(config) ? config : element(config, key), change);
  if (Array.isArray(value)) return value.map(of);
  return Object.fromEntries(
    Object.entries(value as TerraformObject).map(([key, item]) => [key, of(item, key)]),
  );
}

function withDefaults(attributes: Attributes, value: TerraformObject, config: Terraform): TerraformObject {
  return mapAttributes(attributes, value, config, (attribute, inner, configured) => {
    if (configured === null && attribute.default !== undefined) return defaultOf(attribute);
    return mapNested(attribute.type, inner, configured, withDefaults);
  });
}

function defaultOf({ type, default: value = null }: Attribute): Terraform {
  return type.kind === "object" && isObject(value) ? { ...emptyObject(type.attributes), ...value } : value;
}

/** If the resource changes, any value that the program does not set may change. */
function withUnknowns(attributes: Attributes, value: TerraformObject, config: Terraform): TerraformObject {
  return mapAttributes(attributes, value, config, (attribute, inner, configured) => {
    const apis = configured === null && isComputed(attribute) && attribute.default === undefined;
    return apis ? unknown : mapNested(attribute.type, inner, configured, withUnknowns);
  });
}

interface Sides {
  plan: TerraformObject;
  config: Terraform;
  state: Terraform;
}

/** Keeps values of the state, and reports changes that replace the resource. */
function keepObject(
  attributes: Attributes,
  sides: Sides,
  path: Path,
  replace: (path: Path) => void,
): TerraformObject {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => {
      const here = [...path, name];
      const config = isUnknown(sides.config) ? sides.config : member(sides.config, name);
      const state = member(sides.state, name);
      const kept = keep(attribute, sides.plan[name] ?? null, config, sides.state === null ? null : { state });
      const replacing = attribute.replaces === "configured" ? config !== null : attribute.replaces;
      if (replacing && !same(kept, state, attribute.type)) replace(here);
      return [name, keepNested(attribute.type, { plan: kept, config, state }, here, replace)];
    }),
  );
}

/** @param prior null for a new resource. A null value in an existing state is kept as well. */
function keep(
  attribute: Attribute,
  planned: Terraform,
  config: Terraform,
  prior: { state: Terraform } | null,
): Terraform {
  if (prior === null || isUnknown(config)) return planned;
  if (attribute.keep === "over-configuration") return config === null ? planned : (prior.state ?? planned);
  return attribute.keep && isUnknown(planned) ? prior.state : planned;
}

function keepNested(
  type: Type,
  { plan: planned, config, state }: { plan: Terraform; config: Terraform; state: Terraform },
  path: Path,
  replace: (path: Path) => void,
): Terraform {
  if (isUnset(planned)) return planned;
  if (type.kind === "object") {
    return keepObject(type.attributes, { plan: planned as TerraformObject, config, state }, path, replace);
  }
  if (!("element" in type) || type.element.kind !== "object") return planned;
  const of = (item: Terraform, key: string | number): Terraform => {
    const configured = isUnknown(config) ? config : element(config, key);
    return keepNested(
      type.element,
      { plan: item, config: configured, state: element(state, key) },
      [...path, key],
      replace,
    );
  };
  if (Array.isArray(planned)) return planned.map(of);
  return Object.fromEntries(
    Object.entries(planned as TerraformObject).map(([key, item]) => [key, of(item, key)]),
  );
}
