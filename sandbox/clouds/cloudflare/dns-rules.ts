/** The validation of a DNS record, alone and together with the other records of its zone. */
import { isIPv4, isIPv6 } from "node:net";
import { type Complaint, Refusal, refusal } from "./answer.ts";
import { canonicalIpv6, fullName, isDnsName, isHostName, isProxiable, quotedText } from "./dns-name.ts";
import type { DnsRecord, Zone } from "./state.ts";

/** The fields of a record that a caller can set. */
export type RecordFields = Pick<
  DnsRecord,
  "type" | "name" | "content" | "ttl" | "proxied" | "comment" | "tags" | "settings" | "priority" | "data"
>;

/** Types with structured `data`. This Cloudflare builds their `content` by joining the values of `data`. */
const structured = [
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
];
const simple = ["A", "AAAA", "CNAME", "MX", "NS", "OPENPGPKEY", "PTR", "TXT"];

const badBody = () => refusal(400, 9207, "Request body is invalid.");

/**
 * The fields of a POST, PUT or PATCH in their canonical form. All complaints are reported together, as root
 * codes without the old 1004 wrapper (changelog of 2024-10-01).
 */
export function readRecord(body: Record<string, unknown>, zone: Zone): RecordFields {
  const { type, name, ttl = 1, proxied = false, comment = null, tags = [], settings = {}, priority } = body;
  const typed =
    (typeof type === "string" || type === undefined) &&
    (typeof name === "string" || name === undefined) &&
    typeof ttl === "number" &&
    typeof proxied === "boolean" &&
    (comment === null || typeof comment === "string") &&
    Array.isArray(tags) &&
    isRecord(settings) &&
    (priority === undefined || priority === null || typeof priority === "number");
  if (!typed) throw badBody();
  const complaints: Complaint[] = [];
  const complain = (code: number, message: string) => complaints.push({ code, message });
  // "<field> is a required field": github.com/ZoneABC/ZoneABC/issues/30 has "priority is a required field."
  if (type === undefined) complain(9000, "type is a required field.");
  if (name === undefined) complain(9000, "name is a required field.");
  if (type === undefined || name === undefined) throw new Refusal(400, complaints);
  if (!simple.includes(type) && !structured.includes(type)) {
    throw refusal(400, 9002, `DNS record type ${type} is invalid.`);
  }
  const full = fullName(name, zone.name);
  if (!isDnsName(full)) complain(9000, "DNS name is invalid.");
  // github.com/timothymiller/cloudflare-ddns/issues/179
  if (!Number.isInteger(ttl) || (ttl !== 1 && (ttl < 60 || ttl > 86400))) {
    complain(9021, "TTL must be between 60 and 86400 seconds, or 1 for Automatic.");
  }
  // github.com/kubernetes-sigs/external-dns/issues/3706: the free plan has no tags.
  if (tags.length > 0) complain(9300, `DNS record has ${tags.length} tags, exceeding the quota of 0.`);
  // Free plans: comments up to 100 characters (developers.cloudflare.com/dns/manage-dns-records/reference/record-attributes).
  if (comment !== null && comment.length > 100) complain(9303, "DNS record comment exceeds 100 characters.");
  const content = readContent(type, body, full, complain);
  const weighted = ["MX", "URI"].includes(type);
  if (weighted && typeof priority !== "number") complain(9000, "priority is a required field.");
  if (proxied) {
    // github.com/hashicorp/terraform/issues/11991 (9004), github.com/DNSControl/dnscontrol/issues/4776 (9003)
    if (!["A", "AAAA", "CNAME"].includes(type)) complain(9004, "This record type cannot be proxied.");
    else if (!isProxiable(type, content)) {
      complain(9003, `Target ${content} is not allowed for a proxied record.`);
    }
  }
  if (complaints.length > 0) throw new Refusal(400, complaints);
  return {
    type,
    name: full,
    content,
    // A proxied record's TTL is always automatic: developers.cloudflare.com/dns/manage-dns-records/reference/ttl.
    ttl: proxied ? 1 : ttl,
    proxied,
    comment: comment === "" ? null : comment,
    tags: [],
    settings,
    ...(weighted && { priority: priority as number }),
    ...(isRecord(body.data) && { data: body.data }),
  };
}

function readContent(
  type: string,
  body: Record<string, unknown>,
  name: string,
  complain: (code: number, message: string) => void,
): string {
  if (structured.includes(type)) {
    if (isRecord(body.data)) return Object.values(body.data).join(" ");
    complain(9101, "data is a required field.");
    return "";
  }
  if (body.content !== undefined && typeof body.content !== "string") throw badBody();
  const content = (body.content ?? "").trim();
  if (content === "") {
    complain(9000, "content is a required field.");
    return "";
  }
  const bare = content.toLowerCase().replace(/\.$/, "");
  switch (type) {
    case "A":
      if (!isIPv4(content)) complain(9005, "Content for A record must be a valid IPv4 address.");
      return content;
    case "AAAA":
      if (!isIPv6(content)) {
        complain(9006, "Content for AAAA record must be a valid IPv6 address.");
        return content;
      }
      return canonicalIpv6(content);
    case "TXT": {
      const quoted = quotedText(content);
      // 2048 characters per record:
      // developers.cloudflare.com/dns/manage-dns-records/reference/dns-record-types/#txt
      if (quoted.length > 2048) complain(9207, "Content for TXT record exceeds 2048 characters.");
      return quoted;
    }
    case "CNAME":
      if (!isHostName(bare)) complain(9007, "Content for CNAME record is invalid.");
      else if (bare === name) complain(9039, "CNAME content cannot reference itself.");
      return bare;
    case "MX":
    case "NS":
      if (!isHostName(bare)) complain(9009, `Content for ${type} record must be a hostname.`);
      return bare;
    default:
      return content;
  }
}

const moreDetails =
  "For more details, refer to <https://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/records-with-same-name/>.";

/**
 * Refuses a record that conflicts with the records at its name. Only address records and CNAMEs exclude each
 * other: TXT and MX records may exist at the name of a CNAME
 * (developers.cloudflare.com/dns/manage-dns-records/troubleshooting/records-with-same-name).
 */
export function checkConflicts(wanted: RecordFields, others: readonly DnsRecord[]): void {
  const here = others.filter((r) => r.name === wanted.name);
  const twin = here.find(
    (r) =>
      r.type === wanted.type && r.content === wanted.content && (r.priority ?? 0) === (wanted.priority ?? 0),
  );
  if (twin !== undefined) {
    throw twin.ttl === wanted.ttl && twin.proxied === wanted.proxied
      ? refusal(400, 81058, "An identical record already exists.")
      : refusal(400, 81057, "The record already exists.");
  }
  if (wanted.type === "CNAME" && here.some((r) => ["A", "AAAA", "CNAME"].includes(r.type))) {
    throw refusal(400, 81053, `An A, AAAA, or CNAME record with that host already exists. ${moreDetails}`);
  }
  if (["A", "AAAA"].includes(wanted.type) && here.some((r) => r.type === "CNAME")) {
    throw refusal(400, 81054, `A CNAME record with that host already exists. ${moreDetails}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
