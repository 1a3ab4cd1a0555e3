/** The filters of the record list, in the form in which the official provider's getDnsRecords sends them. */
import type { DnsRecord } from "./state.ts";

type Test = (record: DnsRecord) => boolean;

/**
 * Whether a record matches all filters of a query (with `match=any`: one of them). Names:
 * terraform-provider-cloudflare internal/services/dns_record/list_data_source_model.go; comparisons ignore
 * case (API reference: "Name filters are case-insensitive").
 */
export function recordMatches(record: DnsRecord, query: URLSearchParams): boolean {
  const tests: Test[] = [];
  for (const [key, value] of query) {
    const test = testOf(key, value);
    if (test !== undefined) tests.push(test);
  }
  if (tests.length === 0) return true;
  return query.get("match") === "any" ? tests.some((t) => t(record)) : tests.every((t) => t(record));
}

function testOf(key: string, value: string): Test | undefined {
  if (key === "type") return (r) => r.type === value;
  if (key === "proxied") return (r) => r.proxied === (value === "true");
  if (key === "search") {
    return (r) => [r.name, r.content, r.comment ?? ""].some((text) => contains(text, value));
  }
  const [field, operator = "exact"] = key.split(".");
  if (field !== "name" && field !== "content" && field !== "comment") return undefined;
  const text = (r: DnsRecord) => r[field] ?? "";
  switch (operator) {
    case "exact":
      return (r) => text(r).toLowerCase() === value.toLowerCase();
    case "contains":
      return (r) => contains(text(r), value);
    case "startswith":
      return (r) => text(r).toLowerCase().startsWith(value.toLowerCase());
    case "endswith":
      return (r) => text(r).toLowerCase().endsWith(value.toLowerCase());
    // The mere presence of `comment.absent` and `comment.present` counts, whatever their value.
    case "absent":
      return (r) => text(r) === "";
    case "present":
      return (r) => text(r) !== "";
    default:
      return undefined;
  }
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}
