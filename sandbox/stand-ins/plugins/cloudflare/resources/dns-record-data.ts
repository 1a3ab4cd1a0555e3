/**
 * The structured content of a DNS record.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/dns_record/schema.go
 */

import { atLeast, between, oneOf, typedAs } from "../checks.ts";
import { type Attributes, dynamic, float, text } from "../schema.ts";

/** The fields of a structured record: CAA, SRV, LOC, TLSA and others. */
export const recordData: Attributes = {
  flags: dynamic("optional", { checks: [typedAs("number", "string")] }),
  tag: text("optional"),
  value: text("optional"),
  algorithm: float("optional", { checks: [between(0, 255)] }),
  certificate: text("optional"),
  key_tag: float("optional", { checks: [between(0, 65535)] }),
  type: float("optional", { checks: [atLeast(0)] }),
  protocol: float("optional", { checks: [between(0, 255)] }),
  public_key: text("optional"),
  digest: text("optional"),
  digest_type: float("optional", { checks: [between(0, 255)] }),
  priority: float("optional", { checks: [between(0, 65535)] }),
  target: text("optional"),
  altitude: float("optional", { checks: [between(-100000, 42849672.95)] }),
  lat_degrees: float("optional", { checks: [between(0, 90)] }),
  lat_direction: text("optional", { checks: [oneOf("N", "S")] }),
  lat_minutes: float("optional", { checks: [between(0, 59)] }),
  lat_seconds: float("optional", { checks: [between(0, 59.999)] }),
  long_degrees: float("optional", { checks: [between(0, 180)] }),
  long_direction: text("optional", { checks: [oneOf("E", "W")] }),
  long_minutes: float("optional", { checks: [between(0, 59)] }),
  long_seconds: float("optional", { checks: [between(0, 59.999)] }),
  precision_horz: float("optional", { checks: [between(0, 90000000)] }),
  precision_vert: float("optional", { checks: [between(0, 90000000)] }),
  size: float("optional", { checks: [between(0, 90000000)] }),
  order: float("optional", { checks: [between(0, 65535)] }),
  preference: float("optional", { checks: [between(0, 65535)] }),
  regex: text("optional"),
  replacement: text("optional"),
  service: text("optional"),
  matching_type: float("optional", { checks: [between(0, 255)] }),
  selector: float("optional", { checks: [between(0, 255)] }),
  usage: float("optional", { checks: [between(0, 255)] }),
  port: float("optional", { checks: [between(0, 65535)] }),
  weight: float("optional", { checks: [between(0, 65535)] }),
  fingerprint: text("optional"),
};
