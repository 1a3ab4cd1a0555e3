/**
 * A DNS record.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/dns_record
 */

import { between, oneOf } from "../checks.ts";
import { Diagnostic } from "../diagnostic.ts";
import { path } from "../path.ts";
import { conflictsWith } from "../relations.ts";
import type { Ask, ResourceTable } from "../resource-table.ts";
import { type Attributes, bool, float, nested, set, text } from "../schema.ts";
import { isUnset } from "../terraform.ts";
import { recordData } from "./dns-record-data.ts";
import { modifyRecordPlan, withPlainSettings } from "./dns-record-plan.ts";

export const recordAttributes: Attributes = {
  id: text("computed", { keep: true }),
  zone_id: text("optional", { wire: false, replaces: true }),
  name: text("required", { says: "DNS record name (or @ for the zone apex) in Punycode." }),
  type: text("required", {
    replaces: true,
    says: "Record type.",
    checks: [
      oneOf(
        "A",
        "AAAA",
        "CNAME",
        "MX",
        "NS",
        "OPENPGPKEY",
        "PTR",
        "TXT",
        "CAA",
        "CERT",
        "DNSKEY",
        "DS",
        "HTTPS",
        "LOC",
        "NAPTR",
        "SMIMEA",
        "SRV",
        "SSHFP",
        "SVCB",
        "TLSA",
        "URI",
      ),
    ],
  }),
  comment: text("optional"),
  content: text("optional-computed", { checks: [conflictsWith("data")] }),
  priority: float("optional", { checks: [between(0, 65535)] }),
  data: nested("optional", recordData, { pointer: true, checks: [conflictsWith("content")] }),
  private_routing: bool("optional"),
  proxied: bool("optional-computed", { default: false }),
  ttl: float("required", {
    says: "Time To Live (TTL) of the DNS record in seconds. Setting to 1 means 'automatic'. Value must be between 60 and 86400, with the minimum reduced to 30 for Enterprise zones.",
  }),
  tags: set("optional-computed", "string"),
  settings: nested("optional-computed", {
    ipv4_only: bool("optional-computed"),
    ipv6_only: bool("optional-computed"),
    flatten_cname: bool("optional-computed"),
  }),
  comment_modified_on: text("computed", { format: "time" }),
  created_on: text("computed", { format: "time" }),
  modified_on: text("computed", { format: "time" }),
  proxiable: bool("computed"),
  tags_modified_on: text("computed", { format: "time" }),
  meta: text("computed", { format: "json" }),
};

const record =
  (method: "GET" | "PUT" | "DELETE"): Ask =>
  ({ zone_id, id }) => ({ method, path: path`zones/${{ zone_id }}/dns_records/${{ dns_record_id: id }}` });

export const dnsRecord: ResourceTable = {
  attributes: recordAttributes,
  schemaVersion: 500,
  id: "id",
  create: ({ zone_id }) => ({ method: "POST", path: path`zones/${{ zone_id }}/dns_records` }),
  read: record("GET"),
  update: record("PUT"),
  delete: record("DELETE"),
  precondition({ proxied, ttl }) {
    if (proxied !== true || ttl === 1) return;
    throw new Diagnostic(
      "ttl must be set to 1 when `proxied` is true",
      "When a DNS record is marked as `proxied` the TTL must be 1 as Cloudflare will control the TTL internally.",
    );
  },
  modifyPlan: modifyRecordPlan,
  settle: ({ after }) => withPlainSettings(after, after.type, isUnset),
  importFormat: "<zone_id>/<dns_record_id>",
  imported: ([zone_id = "", id = ""]) => ({ zone_id, id }),
};
