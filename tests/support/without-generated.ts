/** Makes two runs comparable: what a run generates (ids, times, addresses, passwords) becomes its form. */

const forms: [RegExp, string][] = [
  [/http:\/\/127\.0\.0\.1:\d+/g, "<clouds>"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>"],
  [/2a09:8280:1::[0-9a-f:]+/g, "<v6>"],
  [/fdaa:[0-9a-f:]+/g, "<6pn>"],
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "<uuid>"],
  [/\b[0-9a-f]{64}\b/g, "<digest>"],
  [/\b[0-9a-f]{40}\b/g, "<fingerprint>"],
  [/\b[0-9a-f]{32}\b/g, "<id>"],
  [/^[\w-]{22}$/g, "<key id>"],
  [/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g, "<public key>"],
  [/ecdsa-sha2-nistp256 \S+/g, "ecdsa-sha2-nistp256 <public key>"],
  [/SHA256:[\w+/]{43}/g, "SHA256:<fingerprint>"],
  [/\b[0-9a-f]{2}(:[0-9a-f]{2}){15}\b/g, "<fingerprint>"],
  [/\b[0-9a-f]{14}\b/g, "<machine>"],
  [/\b[0-9a-f]{16}(-[0-9a-f]{16})?\b/g, "<stamp>"],
  // The command provider's id: the logical name and eight hexadecimal digits.
  [/^([a-z][a-z0-9-]*[a-z])[0-9a-f]{8}$/g, "$1<id>"],
  [/\b01[0-9A-HJKMNP-TV-Z]{24}\b/g, "<ulid>"],
  [/\.[0-9a-z]{7}\.flydns\.net/g, ".<app>.flydns.net"],
  [/\b(app|org)-[0-9a-z]{7,8}\b/g, "$1-<id>"],
  [/\b(rel|ip|vol|img)_[0-9a-z]+\b/g, "$1_<id>"],
  [/MASTIFF_(ADDRESSES|SEAL|KEYS_SEAL|STACK)_[0-9A-F]{12}/g, "MASTIFF_$1_<id>"],
  // A stack's identity, in its mark and alone; the return path that is made from it.
  [/\b[0-9a-f]{12}(?= [\w.-]+\/|$)/g, "<identity>"],
  [/\bem\d{5}\b/g, "em<identity>"],
];

/** A value whose texts are reduced to their forms; keys in `dropped` are left out wherever they stand. */
export function withoutGenerated(value: unknown, dropped: ReadonlySet<string> = new Set()): unknown {
  if (typeof value === "string") {
    return forms.reduce((text, [pattern, form]) => text.replace(pattern, form), value);
  }
  if (Array.isArray(value)) return value.map((item) => withoutGenerated(item, dropped));
  if (typeof value !== "object" || value === null) return value;
  // An encrypted value differs at each run; that it is one is what counts.
  if ("4dabf18193072939515e22adb298388d" in value) return "<secret>";
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !dropped.has(key))
      .map(([key, inner]) => [withoutGenerated(key), withoutGenerated(inner, dropped)]),
  );
}
