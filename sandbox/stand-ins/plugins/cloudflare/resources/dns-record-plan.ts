/**
 * Values of a DNS record that a change keeps. The API answers names in full, ignores case in the target of a
 * CNAME, and sets times on changed parts.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/blob/v5.19.1/internal/services/dns_record/resource.go
 * (ModifyPlan) and custom.go (normalizeSettings)
 */

import {
  isObject,
  isUnknown,
  isUnset,
  member,
  type Terraform,
  type TerraformObject,
  textOf,
} from "../terraform.ts";
import { same } from "../typed-values.ts";

const settingNames = ["ipv4_only", "ipv6_only", "flatten_cname"];

export function modifyRecordPlan(planned: TerraformObject, prior: TerraformObject | null): TerraformObject {
  const plan = { ...planned };
  if (prior !== null) {
    plan.name = keptName(plan.name ?? null, prior.name ?? null);
    keepFromState(plan, prior);
  }
  stampOfOptional(plan, prior, "comment", plan.comment === null || plan.comment === "");
  stampOfOptional(plan, prior, "tags", isNothing(plan.tags ?? null));
  return isUnknown(plan.settings ?? null) ? plan : withPlainSettings(plan, plan.type, isUnset);
}

/** Null or empty. An unknown is neither. */
const isNothing = (value: Terraform): boolean =>
  value === null || (Array.isArray(value) && value.length === 0);

/** `assets` for `assets.example.org`, or `@` for the zone itself, equals the full name in the state. */
function keptName(planned: Terraform, state: Terraform): Terraform {
  if (isUnknown(planned) || state === null) return planned;
  const name = textOf(planned).replace(/\.$/, "");
  const full = textOf(state).replace(/\.$/, "");
  const apex = textOf(planned) === "@" && state !== "@" && full.includes(".");
  return apex || full.startsWith(`${name}.`) ? state : planned;
}

function keepFromState(plan: TerraformObject, prior: TerraformObject): void {
  const contentChanged = keepContent(plan, prior);
  const changed =
    contentChanged ||
    tagsChanged(plan.tags ?? null, prior.tags ?? null) ||
    ["name", "type", "ttl", "proxied", "priority", "comment", "data"].some(
      (name) => !same(plan[name] ?? null, prior[name] ?? null),
    ) ||
    settingsChanged(plan.settings ?? null, prior.settings ?? null);
  const keep = (name: string): void => {
    if (isUnknown(plan[name] ?? null)) plan[name] = prior[name] ?? null;
  };
  keep("created_on");
  if (!changed) keep("modified_on");
  keep("proxiable");
  keep("meta");
  if (plan.data !== null) keep("content");
  keepSettings(plan, prior);
  if (isUnknown(plan.tags ?? null) && isNothing(prior.tags ?? null)) plan.tags = prior.tags ?? null;
}

/** True when the content differs. The case of a CNAME's target does not matter. */
function keepContent(plan: TerraformObject, prior: TerraformObject): boolean {
  if (plan.data !== null) return false;
  const [planned = null, state = null] = [plan.content, prior.content];
  if (plan.type === "CNAME" && planned !== null && state !== null) {
    if (textOf(planned).toLowerCase() !== textOf(state).toLowerCase()) return true;
    plan.content = state;
    return false;
  }
  return !same(planned, state);
}

function tagsChanged(planned: Terraform, state: Terraform): boolean {
  if (isUnknown(planned)) return !isNothing(state);
  return (
    !(isNothing(planned) && isNothing(state)) &&
    !same(planned, state, { kind: "set", element: { kind: "string" } })
  );
}

/** No object, or an object without a set value. */
const isSilent = (settings: Terraform): boolean =>
  isUnset(settings) || settingNames.every((name) => isUnset(member(settings, name)));

const isPlain = (settings: Terraform): boolean =>
  settingNames.every((name) => member(settings, name) !== true);

function settingsChanged(planned: Terraform, state: Terraform): boolean {
  if (!isSilent(planned) && !isUnset(state)) return !same(planned, state);
  return isSilent(planned) && !isUnset(state) && !isPlain(state);
}

function keepSettings(plan: TerraformObject, prior: TerraformObject): void {
  const [planned = null, state = null] = [plan.settings, prior.settings];
  const unsaid = isUnset(planned) || (isSilent(planned) && (isUnset(state) || isPlain(state)));
  if (unsaid) plan.settings = state;
}

/** The time of the last change of comment or tags: null if there are none, unchanged while they are unchanged. */
function stampOfOptional(
  plan: TerraformObject,
  prior: TerraformObject | null,
  name: string,
  empty: boolean,
): void {
  const stamp = `${name}_modified_on`;
  if (!isUnknown(plan[stamp] ?? null)) return;
  if (empty) plan[stamp] = null;
  else if (prior !== null && same(plan[name] ?? null, prior[name] ?? null))
    plan[stamp] = prior[stamp] ?? null;
}

/** A CNAME has all three settings, even if the API leaves them out. Other records get none. */
export function withPlainSettings(
  record: TerraformObject,
  type: Terraform | undefined,
  isMissing: (value: Terraform) => boolean,
): TerraformObject {
  if (type !== "CNAME") return record;
  const settings = isObject(record.settings ?? null) ? (record.settings as TerraformObject) : {};
  const filled = settingNames.map((name) => {
    const value = settings[name] ?? null;
    return [name, isMissing(value) ? false : value];
  });
  return { ...record, settings: Object.fromEntries(filled) as TerraformObject };
}
