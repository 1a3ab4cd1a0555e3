/**
 * The checks before any API call: types, required properties, and the checks of each attribute.
 *
 * @see pulumi/pulumi-terraform-bridge: pkg/pf/tfbridge/provider_check.go, pkg/tfbridge/check_failures.go
 */

import type { CheckAnswer, CheckFailure, CheckRequest } from "../provider.ts";
import { plainProperties } from "../values.ts";
import { type Finding, itemsOf, pathText, type Step } from "./checks.ts";
import { pulumiName } from "./names.ts";
import type { Attribute, Attributes, Type } from "./schema.ts";
import {
  isObject,
  isUnknown,
  isUnset,
  normalTime,
  type Terraform,
  type TerraformObject,
} from "./terraform.ts";
import { toTerraform } from "./translate.ts";
import { same } from "./typed-values.ts";

/** Checks a resource's inputs. Returns them unchanged: only the state contains the provider's defaults. */
export function checkInputs(attributes: Attributes, { news, name }: CheckRequest): CheckAnswer {
  const config = toTerraformInputs(attributes, news);
  const failures = findings(attributes, config).map((finding) => failureOf(attributes, name, finding));
  return { inputs: news, failures };
}

function toTerraformInputs(attributes: Attributes, news: CheckRequest["news"]): TerraformObject {
  try {
    return toTerraform(attributes, plainProperties(news));
  } catch (error) {
    throw new Error(
      `cannot encode resource inputs to call ValidateResourceConfig: ${(error as Error).message}`,
    );
  }
}

const missing = "Missing Configuration for Required Attribute";

/** All findings in a configuration. */
export function findings(attributes: Attributes, config: TerraformObject): Finding[] {
  return objectFindings(attributes, config, [], config);
}

function objectFindings(
  attributes: Attributes,
  value: TerraformObject,
  path: Step[],
  root: TerraformObject,
): Finding[] {
  return Object.entries(attributes).flatMap(([name, attribute]) =>
    attributeFindings(attribute, value[name] ?? null, [...path, name], root),
  );
}

function attributeFindings(
  attribute: Attribute,
  value: Terraform,
  path: Step[],
  root: TerraformObject,
): Finding[] {
  if (attribute.mode === "required" && value === null) {
    return [{ path, summary: missing, detail: descriptionOf(attribute) }];
  }
  const { type, format, checks = [] } = attribute;
  const float = type.kind === "float";
  const own = [
    ...formatFindings(type, format, value, path),
    ...checks.flatMap((check) => check({ value, path, root, float })),
  ];
  // The members of a wrong value are not checked.
  return own.length > 0 ? own : nestedFindings(type, value, path, root);
}

/** The provider's description of an attribute. The legal values come last. */
function descriptionOf({ says, checks = [] }: Attribute): string {
  const words = checks.flatMap((check) => check.words ?? []).map((word) => JSON.stringify(word));
  const available = words.length > 0 ? `Available values: ${words.join(", ")}.` : undefined;
  return [says, available].filter((part) => part !== undefined && part !== "").join(" ");
}

function nestedFindings(type: Type, value: Terraform, path: Step[], root: TerraformObject): Finding[] {
  if (isUnset(value)) return [];
  if (type.kind === "object") return objectFindings(type.attributes, value as TerraformObject, path, root);
  if (!("element" in type) || type.element.kind !== "object") return [];
  const { attributes } = type.element;
  // An unknown item is checked as if all its attributes were unset.
  return itemsOf(value as Terraform[] | TerraformObject).flatMap(([step, item]) =>
    objectFindings(attributes, isObject(item) ? item : {}, [...path, step], root),
  );
}

function formatFindings(type: Type, format: Attribute["format"], value: Terraform, path: Step[]): Finding[] {
  if (format === "time" && typeof value === "string" && normalTime(value) === undefined)
    return [noTime(value, path)];
  if (type.kind !== "set" || !Array.isArray(value)) return [];
  const duplicate = value.find(
    (item, index) => !isUnknown(item) && value.slice(0, index).some((other) => same(item, other)),
  );
  if (duplicate === undefined) return [];
  const detail = `This attribute contains duplicate values of: tftypes.String<${JSON.stringify(duplicate)}>`;
  return [{ path, summary: "Duplicate Set Element", detail }];
}

/** Go's error names the first part of the layout that does not match. */
function noTime(value: string, path: Step[]): Finding {
  const layout = "2006-01-02T15:04:05Z07:00";
  const error = `parsing time "${value}" as "${layout}": cannot parse "${value}" as "2006"`;
  const detail = `A string value was provided that is not valid RFC3339 string format.\n\nGiven Value: ${value}\nError: ${error}`;
  return { path, summary: "Invalid RFC3339 String Value", detail };
}

function failureOf(attributes: Attributes, name: string, { path, summary, detail }: Finding): CheckFailure {
  const property = pulumiPath(attributes, path);
  if (summary === missing) {
    const says = detail === "" ? "" : `: ${detail}`;
    return { property: "", reason: `Missing required property '${property}'${says}` };
  }
  return { property: "", reason: `${summary}. ${detail}. Examine values at '${name}.${property}'.` };
}

/** A path in Pulumi's names: `rules[0].actionParameters.headers.a`. */
export function pulumiPath(attributes: Attributes, path: Step[]): string {
  const steps: Step[] = [];
  let type: Type | undefined = { kind: "object", attributes };
  for (const step of path) {
    if (typeof step === "string" && type?.kind === "object") {
      const attribute: Attribute | undefined = type.attributes[step];
      steps.push(attribute ? pulumiName(step, attribute) : step);
      type = attribute?.type;
    } else {
      steps.push(typeof step === "object" ? step.key : step);
      type = type && "element" in type ? type.element : undefined;
    }
  }
  return pathText(steps);
}
