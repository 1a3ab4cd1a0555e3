/**
 * The policies of a token. They are JSON text in a program and in the state, and objects on the wire. The
 * state keeps the program's order, even if the API answers in another order.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/blob/v5.19.1/internal/services/account_token/custom.go
 */

import { isJsonObject, type Json } from "../decode.ts";
import { Diagnostic } from "../diagnostic.ts";
import { body } from "../encode.ts";
import { goJson, jsonComplaint } from "../go-json.ts";
import type { Settle } from "../resource-table.ts";
import type { Attributes } from "../schema.ts";
import { isObject, member, type Terraform, type TerraformObject, textOf } from "../terraform.ts";

/** The body of a change. `resources` is JSON in it, not text. It contains no null, even where the state had a value. */
export function tokenBody(attributes: Attributes, plan: TerraformObject): string {
  const whole = JSON.parse(body(attributes, plan)) as { policies?: { resources?: unknown }[] };
  const policies = Array.isArray(plan.policies) ? plan.policies : [];
  const asJson = (whole.policies ?? []).map((policy, index) => ({
    ...policy,
    resources: resourcesOf(policies[index] ?? null),
  }));
  return goJson({ ...whole, policies: asJson });
}

function resourcesOf(policy: Terraform): unknown {
  const text = textOf(member(policy, "resources"));
  const complaint = jsonComplaint(text);
  if (complaint === undefined) return JSON.parse(text);
  const what = "json: error calling MarshalJSON for type json.RawMessage";
  throw new Diagnostic("failed to serialize http request", `${what}: ${complaint}`);
}

/** Resources as the API writes them, policies in the former order. Only the creation answers a token's value. */
export const settleToken: Settle = ({ answer, prior, before, after, step }) => {
  const result = isJsonObject(answer) ? answer.result : undefined;
  const answered = isJsonObject(result) ? result.policies : undefined;
  if (answered === undefined)
    throw new Diagnostic("failed to deserialize http request", "unexpected end of JSON input");
  const policies = (Array.isArray(after.policies) ? after.policies : []).map((policy, index) =>
    withResources(policy, Array.isArray(answered) ? answered[index] : undefined),
  );
  const value = step === "create" || step === "import" ? (after.value ?? null) : (prior?.value ?? null);
  return {
    ...after,
    policies: after.policies === null ? null : inOrder(policies, before.policies ?? null),
    value,
  };
};

function withResources(policy: Terraform, answered: Json): Terraform {
  if (!isObject(policy) || answered === undefined) return policy;
  const resources = isJsonObject(answered) ? answered.resources : undefined;
  return { ...policy, resources: resources === undefined ? "" : JSON.stringify(resources) };
}

const groupIds = (policy: Terraform): string[] => {
  const groups = member(policy, "permission_groups");
  return Array.isArray(groups) ? groups.map((group) => textOf(member(group, "id"))) : [];
};

/** Identifies a policy. The order of its groups does not matter. */
function fingerprint(policy: Terraform): string {
  const groups = groupIds(policy).sort().join(",");
  return [textOf(member(policy, "effect")), textOf(member(policy, "resources")), groups].join("|");
}

function inOrder(policies: Terraform[], before: Terraform): Terraform[] {
  const known = Array.isArray(before) ? before : [];
  const places = new Map(
    known.map((policy, index) => [fingerprint(policy), { index, groups: groupIds(policy) }]),
  );
  const place = (policy: Terraform): number =>
    places.get(fingerprint(policy))?.index ?? Number.POSITIVE_INFINITY;
  return [...policies]
    .sort((a, b) => compare(place(a), place(b)) || canonical(a, b))
    .map((policy) => withGroupsInOrder(policy, places.get(fingerprint(policy))?.groups ?? []));
}

/** The default order of policies: by effect, then by resources. */
const canonical = (a: Terraform, b: Terraform): number => by("effect", a, b) || by("resources", a, b);
const by = (name: string, a: Terraform, b: Terraform): number =>
  compare(textOf(member(a, name)), textOf(member(b, name)));
const compare = <Value extends number | string>(a: Value, b: Value): number => (a === b ? 0 : a < b ? -1 : 1);

function withGroupsInOrder(policy: Terraform, order: string[]): Terraform {
  const groups = member(policy, "permission_groups");
  if (!isObject(policy) || !Array.isArray(groups)) return policy;
  const id = (group: Terraform): string => textOf(member(group, "id"));
  const place = (group: Terraform): number =>
    order.includes(id(group)) ? order.indexOf(id(group)) : order.length;
  const sorted = [...groups].sort((a, b) => compare(place(a), place(b)) || compare(id(a), id(b)));
  return { ...policy, permission_groups: sorted };
}

/** An expired or revoked token counts as gone, so the next `up` creates a new one. */
export function expired(state: TerraformObject): Diagnostic | undefined {
  const status = textOf(state.status);
  if (status !== "expired" && status !== "revoked (exposed)") return undefined;
  const name = JSON.stringify(textOf(state.name));
  return new Diagnostic(
    "Token expired or revoked",
    `Token ${name} is in "${status}" status and is no longer usable. It will be removed from state and recreated on the next apply.`,
  );
}
