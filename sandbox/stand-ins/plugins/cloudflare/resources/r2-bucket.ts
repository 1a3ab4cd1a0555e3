/**
 * A bucket.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/r2_bucket
 */

import { oneOf } from "../checks.ts";
import { body } from "../encode.ts";
import { path } from "../path.ts";
import type { ResourceTable } from "../resource-table.ts";
import { type Attributes, text } from "../schema.ts";
import { isUnset, type Terraform, type TerraformObject, textOf } from "../terraform.ts";

const attributes: Attributes = {
  id: text("computed", { wire: false, keep: true, replaces: true }),
  name: text("required", { keep: true, replaces: true, says: "Name of the bucket." }),
  account_id: text("optional", { wire: false, replaces: true }),
  location: text("optional-computed", {
    replaces: "configured",
    keep: "over-configuration",
    checks: [oneOf("apac", "eeur", "enam", "weur", "wnam", "oc")],
  }),
  storage_class: text("optional-computed", {
    default: "Standard",
    checks: [oneOf("Standard", "InfrequentAccess")],
  }),
  creation_date: text("computed", { keep: true }),
  jurisdiction: text("optional-computed", {
    refresh: false,
    default: "default",
    checks: [oneOf("default", "eu", "fedramp")],
  }),
};

/** The jurisdiction is part of a bucket's address and is sent in a header. */
export const jurisdiction = (state: TerraformObject): Record<string, string> => ({
  "cf-r2-jurisdiction": textOf(state.jurisdiction),
});

/** Path of a bucket, or of a path below it. */
export const bucketPath = (state: TerraformObject, name: Terraform | undefined, below = ""): string =>
  path`accounts/${{ account_id: state.account_id }}/r2/buckets/${{ bucket_name: name }}` + below;

const bucket = (state: TerraformObject) => bucketPath(state, state.name);

/** The request for a new bucket uses other names than the answer. */
const creation: Attributes = {
  ...attributes,
  location: text("optional-computed", { wire: "locationHint" }),
  storage_class: text("optional-computed", { wire: "storageClass" }),
  jurisdiction: text("optional-computed", { wire: false }),
};

export const r2Bucket: ResourceTable = {
  attributes,
  schemaVersion: 500,
  id: "id",
  create: (state) => ({
    method: "POST",
    path: path`accounts/${{ account_id: state.account_id }}/r2/buckets`,
    headers: jurisdiction(state),
  }),
  read: (state) => ({ method: "GET", path: bucket(state), headers: jurisdiction(state) }),
  update: (state) => ({
    method: "PATCH",
    path: bucket(state),
    headers: { ...jurisdiction(state), "cf-r2-storage-class": textOf(state.storage_class) },
  }),
  delete: (state) => ({ method: "DELETE", path: bucket(state), headers: jurisdiction(state) }),
  body: (plan, state) => (state === undefined ? body(creation, plan) : undefined),
  // A bucket's location never changes. The API writes it in capitals.
  modifyPlan: (plan, prior) => {
    if (prior === null) return plan;
    const location = isUnset(prior.location ?? null) ? plan.location : prior.location;
    return { ...plan, location: location ?? null, creation_date: prior.creation_date ?? null };
  },
  settle: ({ after }) => ({ ...after, id: after.name ?? null }),
  importFormat: "<account_id>/<bucket_name>/<jurisdiction>",
  imported: ([account = "", name = "", where = ""]) => ({ account_id: account, name, jurisdiction: where }),
};
