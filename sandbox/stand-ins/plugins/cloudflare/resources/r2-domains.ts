/**
 * The public names of a bucket: a custom domain, or a name under r2.dev.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/r2_custom_domain
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/r2_managed_domain
 */

import { oneOf } from "../checks.ts";
import { isJsonObject, refreshed } from "../decode.ts";
import { path } from "../path.ts";
import type { Ask, ResourceTable } from "../resource-table.ts";
import { type Attributes, bool, list, nested, text } from "../schema.ts";
import { isUnset, member, type TerraformObject } from "../terraform.ts";
import { bucketPath, jurisdiction } from "./r2-bucket.ts";

const customDomain: Attributes = {
  bucket_name: text("required", { wire: false, replaces: true, says: "Name of the bucket." }),
  jurisdiction: text("optional-computed", {
    wire: false,
    default: "default",
    checks: [oneOf("default", "eu", "fedramp")],
  }),
  account_id: text("optional", { wire: false, replaces: true }),
  domain: text("required", { replaces: true, says: "Name of the custom domain to be added." }),
  zone_id: text("required", {
    wire: "zoneId",
    refresh: false,
    replaces: true,
    says: "Zone ID of the custom domain.",
  }),
  enabled: bool("required", {
    says: "Whether to enable public bucket access at the custom domain. If undefined, the domain will be enabled.",
  }),
  min_tls: text("optional", { wire: "minTLS", checks: [oneOf("1.0", "1.1", "1.2", "1.3")] }),
  ciphers: list("optional", "string", { pointer: true }),
  zone_name: text("computed", { wire: "zoneName" }),
  status: nested("computed", {
    ownership: text("computed", {
      checks: [oneOf("pending", "active", "deactivated", "blocked", "error", "unknown")],
    }),
    ssl: text("computed", {
      checks: [oneOf("initializing", "pending", "active", "deactivated", "error", "unknown")],
    }),
  }),
};

const domain = (state: TerraformObject) =>
  bucketPath(state, state.bucket_name, path`/domains/custom/${{ domain: state.domain }}`);
const lookUp: Ask = (state) => ({ method: "GET", path: domain(state), headers: jurisdiction(state) });

export const r2CustomDomain: ResourceTable = {
  attributes: customDomain,
  schemaVersion: 0,
  create: (state) => ({
    method: "POST",
    path: bucketPath(state, state.bucket_name, "/domains/custom"),
    headers: jurisdiction(state),
  }),
  read: lookUp,
  update: (state) => ({ method: "PUT", path: domain(state), headers: jurisdiction(state) }),
  delete: (state) => ({ method: "DELETE", path: domain(state), headers: jurisdiction(state) }),
  async settle({ before, after, step, ask }) {
    if (step === "read") return undegraded(after, before);
    if (after.zone_name !== null) return after;
    // The answer to a change is short, so the provider looks up the rest. Values that stay unknown are kept.
    const answer = await ask(lookUp).catch(() => undefined);
    return isJsonObject(answer) ? refreshed(customDomain, answer.result, after) : after;
  },
};

/** While R2 cannot reach its certificates, it answers "unknown" and omits fields. These keep their values. */
function undegraded(after: TerraformObject, before: TerraformObject): TerraformObject {
  const status = after.status ?? null;
  if (member(status, "ssl") !== "unknown" || member(status, "ownership") !== "unknown") return after;
  const was = before.status ?? null;
  const knew = ["ssl", "ownership"].some(
    (part) => !isUnset(member(was, part)) && member(was, part) !== "unknown",
  );
  const kept = Object.fromEntries(
    ["zone_name", "min_tls", "ciphers"].map((name) => [name, after[name] ?? before[name] ?? null]),
  );
  return { ...after, ...kept, ...(knew && { status: was }) };
}

const managedDomain: Attributes = {
  bucket_name: text("required", { wire: false, replaces: true, says: "Name of the bucket." }),
  jurisdiction: text("optional-computed", {
    wire: false,
    default: "default",
    checks: [oneOf("default", "eu", "fedramp")],
  }),
  account_id: text("optional", { wire: false, replaces: true }),
  enabled: bool("required", { says: "Whether to enable public bucket access at the r2.dev domain." }),
  bucket_id: text("computed", { wire: "bucketId" }),
  domain: text("computed"),
};

export const r2ManagedDomain: ResourceTable = {
  attributes: managedDomain,
  schemaVersion: 0,
  create: (state) => ({ method: "PUT", path: managed(state), headers: jurisdiction(state) }),
  update: (state) => ({ method: "PUT", path: managed(state), headers: jurisdiction(state) }),
  lasting: true,
};

function managed(state: TerraformObject): string {
  return bucketPath(state, state.bucket_name, "/domains/managed");
}
