/**
 * Look-up of DNS records.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/dns_record
 */

import { atLeast, oneOf } from "../checks.ts";
import { type FunctionTable, listing } from "../function.ts";
import { path } from "../path.ts";
import { recordAttributes } from "../resources/dns-record.ts";
import { type Attributes, answered, bool, int, nested, text } from "../schema.ts";

const types = [
  ...["A", "AAAA", "CAA", "CERT", "CNAME", "DNSKEY", "DS", "HTTPS", "LOC", "MX", "NAPTR"],
  ...["NS", "OPENPGPKEY", "PTR", "SMIMEA", "SRV", "SSHFP", "SVCB", "TLSA", "TXT", "URI"],
];

const words: Attributes = {
  contains: text("optional"),
  endswith: text("optional"),
  exact: text("optional"),
  startswith: text("optional"),
};
const wordsOrNone: Attributes = { ...words, absent: text("optional"), present: text("optional") };

const filter: Attributes = {
  search: text("optional"),
  type: text("optional", { checks: [oneOf(...types)] }),
  comment: nested("optional", wordsOrNone),
  content: nested("optional", words),
  name: nested("optional", words),
  tag: nested("optional", wordsOrNone),
  direction: text("optional-computed", { checks: [oneOf("asc", "desc")] }),
  match: text("optional-computed", { checks: [oneOf("any", "all")] }),
  order: text("optional-computed", { checks: [oneOf("type", "name", "content", "ttl", "proxied")] }),
  proxied: bool("optional-computed"),
  tag_match: text("optional-computed", { checks: [oneOf("any", "all")] }),
};

const { zone_id: _zone, ...item } = answered(recordAttributes);

export const getDnsRecords: FunctionTable = listing({
  terraform: "cloudflare_dns_records",
  args: { zone_id: text("optional"), ...filter, max_items: int("optional", { checks: [atLeast(0)] }) },
  item,
  path: ({ zone_id }) => path`zones/${{ zone_id }}/dns_records`,
  query: Object.keys(filter),
  paged: true,
});
