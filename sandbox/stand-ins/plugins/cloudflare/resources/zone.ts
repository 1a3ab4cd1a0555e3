/**
 * A zone.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/zone
 */

import { oneOf } from "../checks.ts";
import { Diagnostic } from "../diagnostic.ts";
import { path } from "../path.ts";
import type { Ask, ResourceTable } from "../resource-table.ts";
import { type Attributes, answered, bool, float, int, list, nested, text } from "../schema.ts";
import { textOf } from "../terraform.ts";

/** Attributes of a zone that only the API sets. */
const facts: Attributes = {
  activated_on: text("computed", { format: "time" }),
  cname_suffix: text("computed"),
  created_on: text("computed", { format: "time" }),
  development_mode: float("computed"),
  modified_on: text("computed", { format: "time" }),
  original_dnshost: text("computed"),
  original_registrar: text("computed"),
  status: text("computed"),
  verification_key: text("computed"),
  name_servers: list("computed", "string"),
  original_name_servers: list("computed", "string"),
  permissions: list("computed", "string"),
  meta: nested("computed", {
    cdn_only: bool("computed"),
    custom_certificate_quota: int("computed"),
    dns_only: bool("computed"),
    foundation_dns: bool("computed"),
    page_rule_quota: int("computed"),
    phishing_detected: bool("computed"),
    step: int("computed"),
  }),
  owner: nested("computed", { id: text("computed"), name: text("computed"), type: text("computed") }),
  plan: nested("computed", {
    id: text("computed"),
    can_subscribe: bool("computed"),
    currency: text("computed"),
    externally_managed: bool("computed"),
    frequency: text("computed"),
    is_subscribed: bool("computed"),
    legacy_discount: bool("computed"),
    legacy_id: text("computed"),
    name: text("computed"),
    price: float("computed"),
  }),
  tenant: nested("computed", { id: text("computed"), name: text("computed") }),
  tenant_unit: nested("computed", { id: text("computed") }),
};

const attributes: Attributes = {
  id: text("computed", { keep: true }),
  ...{
    name: text("required", {
      replaces: true,
      says: 'The domain name. Per [RFC 1035](https://datatracker.ietf.org/doc/html/rfc1035#section-2.3.4) the overall zone name can be up to 253 characters, with each segment ("label") not exceeding 63 characters.',
    }),
    account: nested("required", { id: text("optional") }, { pointer: true, replaces: true }),
    paused: bool("optional-computed", { default: false }),
    type: text("optional-computed", {
      default: "full",
      checks: [oneOf("full", "partial", "secondary", "internal")],
    }),
    vanity_name_servers: list("optional-computed", "string"),
  },
  ...facts,
};

/** A zone as the API answers it. */
export const zoneAttributes: Attributes = {
  ...answered(attributes),
  account: nested("computed", { id: text("computed"), name: text("computed") }),
};

const one =
  (method: "GET" | "PATCH" | "DELETE"): Ask =>
  ({ id }) => ({ method, path: path`zones/${{ zone_id: id }}` });

export const zone: ResourceTable = {
  attributes,
  schemaVersion: 500,
  id: "id",
  create: () => ({ method: "POST", path: "zones" }),
  read: one("GET"),
  update: one("PATCH"),
  delete: one("DELETE"),
  extent: "changes",
  settle({ after }) {
    if (textOf(after.id) !== "") return after;
    throw new Diagnostic("Zone API returned empty or null zone ID", nameless);
  },
  importFormat: "<zone_id>",
  imported: ([id = ""]) => ({ id }),
};

const nameless =
  "The Cloudflare API returned a zone response with an empty or null zone ID. " +
  "This is unexpected and may indicate a transient API error.\n\n" +
  "The provider is halting to prevent writing invalid state that could cause " +
  "dependent zone-scoped resources to be incorrectly replaced or destroyed.\n\n" +
  "Please try running the operation again. If the problem persists, contact Cloudflare support.";
