/**
 * A certificate of Cloudflare's own authority, for the way from the edge to an origin.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/origin_ca_certificate
 */

import { oneOf, oneOfNumbers } from "../checks.ts";
import { path } from "../path.ts";
import type { Ask, ResourceTable } from "../resource-table.ts";
import { type Attributes, float, list, text } from "../schema.ts";

const hostnames =
  "Array of hostnames or wildcard names bound to the certificate. " +
  "Hostnames must be fully qualified domain names (FQDNs) belonging to zones on your account (e.g., `example.com` or `sub.example.com`). Wildcards are supported only as a `*.` prefix for a single level (e.g., `*.example.com`). Double wildcards (`*.*.example.com`) and interior wildcards (`foo.*.example.com`) are not allowed. The wildcard suffix must be a multi-label domain (`*.example.com` is valid, but `*.com` is not). Unicode/IDN hostnames are accepted and automatically converted to punycode.";

const attributes: Attributes = {
  id: text("computed", { keep: true, replaces: true }),
  csr: text("required", {
    replaces: true,
    says: "The Certificate Signing Request (CSR). Must be newline-encoded.",
  }),
  request_type: text("required", {
    replaces: true,
    says: 'Signature type desired on certificate ("origin-rsa" (rsa), "origin-ecc" (ecdsa), or "keyless-certificate" (for Keyless SSL servers).',
    checks: [oneOf("origin-rsa", "origin-ecc", "keyless-certificate")],
  }),
  hostnames: list("required", "string", { pointer: true, replaces: true, says: hostnames }),
  requested_validity: float("optional-computed", {
    replaces: "configured",
    default: 5475,
    checks: [oneOfNumbers(7, 30, 90, 365, 730, 1095, 5475)],
  }),
  certificate: text("computed"),
  expires_on: text("computed"),
};

const one =
  (method: "GET" | "DELETE"): Ask =>
  ({ id }) => ({ method, path: path`certificates/${{ certificate_id: id }}` });

export const originCaCertificate: ResourceTable = {
  attributes,
  schemaVersion: 500,
  id: "id",
  create: () => ({ method: "POST", path: "certificates" }),
  read: one("GET"),
  delete: one("DELETE"),
  // The API does not tell what was asked for.
  settle({ before, after, step }) {
    if (step !== "read") return after;
    return { ...after, csr: before.csr ?? null, requested_validity: before.requested_validity ?? null };
  },
  importFormat: "<certificate_id>",
  imported: ([id = ""]) => ({ id }),
};
