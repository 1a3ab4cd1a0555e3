/**
 * Checks of several attributes together: some exclude each other, some require each other.
 *
 * @see hashicorp/terraform-plugin-framework-validators (internal/schemavalidator) and
 * cloudflare/terraform-provider-cloudflare v5.19.1: internal/customvalidator
 */

import { type Check, type Checked, type Finding, pathText, type Step, valueAt } from "./checks.ts";
import { isObject, isUnknown, isUnset, member, type Terraform } from "./terraform.ts";

const quoted = (path: Step[]): string => JSON.stringify(pathText(path));

const combination = (path: Step[], detail: string): Finding[] => [
  { path, summary: "Invalid Attribute Combination", detail },
];

/** Values of the attributes in the same object. */
function siblings({ path, root }: Checked, names: string[]): { path: Step[]; value: Terraform }[] {
  const parent = path.slice(0, -1);
  const object = valueAt(root, parent);
  return names.map((name) => ({ path: [...parent, name], value: member(object, name) }));
}

export const conflictsWith =
  (...names: string[]): Check =>
  (checked) => {
    if (isUnset(checked.value)) return [];
    return siblings(checked, names)
      .filter(({ value }) => value !== null && !isUnknown(value))
      .flatMap(({ path }) =>
        combination(
          checked.path,
          `Attribute ${quoted(path)} cannot be specified when ${quoted(checked.path)} is specified`,
        ),
      );
  };

export const alsoRequires =
  (...names: string[]): Check =>
  (checked) => {
    if (isUnset(checked.value)) return [];
    // An object requires attributes inside it. Any other value requires attributes in the same object.
    const others = isObject(checked.value)
      ? names.map((name) => ({ path: [...checked.path, name], value: member(checked.value, name) }))
      : siblings(checked, names);
    return others
      .filter(({ value }) => value === null)
      .flatMap(({ path }) =>
        combination(
          checked.path,
          `Attribute ${quoted(path)} must be specified when ${quoted(checked.path)} is specified`,
        ),
      );
  };

/** Number of set values among the attribute and its siblings; undefined while one is unknown. */
function setCount(checked: Checked, names: string[]): number | undefined {
  const values = [checked.value, ...siblings(checked, names).map(({ value }) => value)];
  return values.some(isUnknown) ? undefined : values.filter((value) => value !== null).length;
}

/** Nested paths are printed as expressions, each after the attribute's own path. */
const expressions = ({ path }: Checked, names: string[]): string =>
  names.map((name) => (path.length > 1 ? `${pathText(path)}.<.${name}` : name)).join(",");

export const exactlyOneOf =
  (...names: string[]): Check =>
  (checked) => {
    const count = setCount(checked, names);
    if (count === undefined || count === 1) return [];
    const rule = `one (and only one) of [${expressions(checked, names)}] is required`;
    const found = count === 0 ? "No attribute specified" : `${count} attributes specified`;
    return combination(checked.path, `${found} when ${rule}`);
  };

export const atLeastOneOf =
  (...names: string[]): Check =>
  (checked) => {
    if (setCount(checked, names) !== 0) return [];
    const others = [...expressions(checked, names).split(","), pathText(checked.path)].join(",");
    return combination(checked.path, `At least one attribute out of [${others}] must be specified`);
  };

/** A parameter of a rule that is legal with one action only. */
export const onlyWithAction =
  (action: string): Check =>
  ({ value, path, root }) => {
    if (isUnset(value)) return [];
    const actual = member(valueAt(root, path.slice(0, -2)), "action");
    if (isUnknown(actual) || actual === action) return [];
    return combination(path, `${quoted(path)} can only be set if "<.<.action" is "${action}"`);
  };
