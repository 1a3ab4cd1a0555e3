/** Names and addresses in DNS: their canonical forms, and the targets that Cloudflare's proxy accepts. */
import { isIPv4, isIPv6 } from "node:net";

/**
 * The FQDN in lower case without a final dot. Relative names, `@` and FQDNs are all accepted
 * (developers.cloudflare.com/api/resources/dns, "Complete DNS record name, including the zone name").
 */
export function fullName(raw: string, zoneName: string): string {
  const name = raw.trim().toLowerCase().replace(/\.$/, "");
  if (name === "@" || name === "") return zoneName;
  return name === zoneName || name.endsWith(`.${zoneName}`) ? name : `${name}.${zoneName}`;
}

/**
 * Whether a name is valid in DNS: labels up to 63, all up to 253, a wildcard only as the whole first label.
 */
export function isDnsName(name: string): boolean {
  if (name.length > 253) return false;
  return name
    .split(".")
    .every((label, i) => (label === "*" && i === 0) || /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
}

/** Whether a text is a host name: a valid target of a CNAME or MX. */
export function isHostName(text: string): boolean {
  const name = text.toLowerCase().replace(/\.$/, "");
  return !isIPv4(name) && !isIPv6(name) && isDnsName(name) && !name.includes("*");
}

/** RFC 5952: the canonical form in which an IPv6 address is stored. */
export function canonicalIpv6(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}

/**
 * Whether the proxy accepts a target. It refuses private and reserved addresses with "Target … is not allowed
 * for a proxied record" (github.com/cloudflare/python-cloudflare/issues/73), and also Cloudflare's own
 * (github.com/DNSControl/dnscontrol/issues/4776 has 1.1.1.1).
 */
export function isProxiable(type: string, content: string): boolean {
  if (type === "CNAME") return !content.split(".").some((label) => label.startsWith("_"));
  if (type === "AAAA") return !/^(::1?$|f[cd]|fe[89ab])/.test(content);
  if (type !== "A") return false;
  const [a = 0, b = 0] = content.split(".").map(Number);
  if ([0, 10, 127].includes(a) || a >= 224) return false;
  if ((a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168) || (a === 169 && b === 254)) return false;
  if (a === 100 && b >= 64 && b <= 127) return false;
  return !["1.1.1.1", "1.0.0.1"].includes(content) && !(a === 104 && b >= 16 && b <= 31);
}

/**
 * TXT content in quotes, cut into strings of at most 255 bytes. The API adds the quotes if they are missing
 * (developers.cloudflare.com/dns/manage-dns-records/reference/dns-record-types/#txt).
 */
export function quotedText(content: string): string {
  const trimmed = content.trim();
  const text = /^"([^"\\]|\\.)*"(\s+"([^"\\]|\\.)*")*$/s.test(trimmed)
    ? plainText(trimmed)
    : trimmed.replace(/(["\\])/g, "\\$1");
  const chunks = text.match(/(?:\\.|[^\\]){1,255}/gs) ?? [""];
  return chunks.map((chunk) => `"${chunk}"`).join(" ");
}

/** Joins the strings of a quoted TXT content, and keeps the escapes. */
function plainText(quoted: string): string {
  return [...quoted.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map((m) => m[1]).join("");
}

/** A resolver's answer for a quoted TXT content. */
export function unquotedText(quoted: string): string {
  return plainText(quoted).replace(/\\(.)/gs, "$1");
}
