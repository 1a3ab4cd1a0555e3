/**
 * The rules of a bucket: CORS, and the lifecycle of its objects.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/r2_bucket_cors
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/r2_bucket_lifecycle
 */

import { each, oneOf } from "../checks.ts";
import type { Ask, ResourceTable } from "../resource-table.ts";
import { type Attributes, bool, float, int, list, nested, nestedList, text } from "../schema.ts";
import { bucketPath, jurisdiction } from "./r2-bucket.ts";

const cors: Attributes = {
  bucket_name: text("required", { wire: false, replaces: true, says: "Name of the bucket." }),
  jurisdiction: text("optional-computed", {
    wire: false,
    default: "default",
    checks: [oneOf("default", "eu", "fedramp")],
  }),
  account_id: text("optional", { wire: false, replaces: true }),
  rules: nestedList(
    "optional",
    {
      allowed: nested(
        "required",
        {
          methods: list("required", "string", {
            pointer: true,
            says: "Specifies the value for the Access-Control-Allow-Methods header R2 sets when requesting objects in a bucket from a browser.",
            checks: [each(oneOf("GET", "PUT", "POST", "DELETE", "HEAD"))],
          }),
          origins: list("required", "string", {
            pointer: true,
            says: "Specifies the value for the Access-Control-Allow-Origin header R2 sets when requesting objects in a bucket from a browser.",
          }),
          headers: list("optional", "string", { pointer: true }),
        },
        { pointer: true, says: "Object specifying allowed origins, methods and headers for this CORS rule." },
      ),
      id: text("optional"),
      expose_headers: list("optional", "string", { wire: "exposeHeaders", pointer: true }),
      max_age_seconds: float("optional", { wire: "maxAgeSeconds" }),
    },
    { pointer: true },
  ),
};

const at =
  (method: "GET" | "PUT" | "DELETE", below: string): Ask =>
  (state) => ({ method, path: bucketPath(state, state.bucket_name, below), headers: jurisdiction(state) });

export const r2BucketCors: ResourceTable = {
  attributes: cors,
  schemaVersion: 0,
  create: at("PUT", "/cors"),
  read: at("GET", "/cors"),
  update: at("PUT", "/cors"),
  delete: at("DELETE", "/cors"),
};

const lifecycle: Attributes = {
  bucket_name: text("required", { wire: false, replaces: true, says: "Name of the bucket." }),
  jurisdiction: text("optional-computed", {
    wire: false,
    default: "default",
    checks: [oneOf("default", "eu", "fedramp")],
  }),
  account_id: text("optional", { wire: false, replaces: true }),
  rules: nestedList(
    "optional",
    {
      id: text("required", { says: "Unique identifier for this rule." }),
      conditions: nested(
        "required",
        {
          prefix: text("required", {
            says: "Transitions will only apply to objects/uploads in the bucket that start with the given prefix, an empty prefix can be provided to scope rule to all objects/uploads.",
          }),
        },
        { pointer: true, says: "Conditions that apply to all transitions of this rule." },
      ),
      enabled: bool("required", { says: "Whether or not this rule is in effect." }),
      abort_multipart_uploads_transition: nested(
        "optional",
        {
          condition: nested(
            "optional",
            {
              max_age: int("required", { wire: "maxAge" }),
              type: text("required", { checks: [oneOf("Age")] }),
            },
            { pointer: true },
          ),
        },
        { wire: "abortMultipartUploadsTransition", pointer: true },
      ),
      delete_objects_transition: nested(
        "optional",
        {
          condition: nested(
            "optional",
            {
              max_age: int("optional", { wire: "maxAge" }),
              type: text("required", {
                checks: [oneOf("Age", "Date")],
              }),
              date: text("optional", { format: "time" }),
            },
            { pointer: true },
          ),
        },
        { wire: "deleteObjectsTransition", pointer: true },
      ),
      storage_class_transitions: nestedList(
        "optional",
        {
          condition: nested(
            "required",
            {
              max_age: int("optional", { wire: "maxAge" }),
              type: text("required", {
                checks: [oneOf("Age", "Date")],
              }),
              date: text("optional", { format: "time" }),
            },
            {
              pointer: true,
              says: "Condition for lifecycle transitions to apply after an object reaches an age in seconds.",
            },
          ),
          storage_class: text("required", {
            wire: "storageClass",
            checks: [oneOf("InfrequentAccess")],
          }),
        },
        { wire: "storageClassTransitions", pointer: true },
      ),
    },
    { pointer: true },
  ),
};

export const r2BucketLifecycle: ResourceTable = {
  attributes: lifecycle,
  schemaVersion: 0,
  create: at("PUT", "/lifecycle"),
  read: at("GET", "/lifecycle"),
  update: at("PUT", "/lifecycle"),
  lasting: true,
};
