/** TLS at Cloudflare's edge: its certificates for visitors, and its connection to the origin. */
import type { World } from "../world.ts";
import { zoneFor } from "./dns.ts";
import { parseExpression } from "./expression.ts";
import type { Facts } from "./expression-fields.ts";

/** SSL/TLS encryption modes: developers.cloudflare.com/ssl/origin-configuration/ssl-modes. */
export type SslMode = "off" | "flexible" | "full" | "strict" | "origin_pull";

/**
 * The mode for a request: from the last configuration rule that matches and sets one, otherwise the zone's
 * setting.
 */
export function sslMode(world: World, facts: Facts): SslMode {
  const { rulesets, settings } = world.state.cloudflare;
  const zone = zoneFor(world, facts.host);
  if (zone === undefined) return "full";
  const rules = rulesets
    .filter((r) => r.zoneId === zone.id && r.phase === "http_config_settings")
    .flatMap((r) => r.rules)
    .filter(
      (r) => r.enabled && r.action_parameters?.ssl !== undefined && parseExpression(r.expression)(facts),
    );
  return (rules.at(-1)?.action_parameters?.ssl ?? settings[zone.id]?.ssl?.value ?? "full") as SslMode;
}

/**
 * The scheme of the edge's request to the origin: the visitor's, but http in the modes `off` and `flexible`.
 */
export function originScheme(world: World, facts: Facts & { scheme: "http" | "https" }): "http" | "https" {
  return ["off", "flexible"].includes(sslMode(world, facts)) ? "http" : facts.scheme;
}

/**
 * Whether the edge has a certificate for a host. Universal SSL covers the zone's name and one label below it
 * (developers.cloudflare.com/ssl/edge-certificates/universal-ssl/limitations), some time after the zone
 * became active (dial `universalSslMs`). A custom domain of R2 has its own certificate.
 */
export function hasEdgeCertificate(world: World, host: string): boolean {
  const zone = zoneFor(world, host);
  if (zone === undefined) return false;
  const { buckets, dials } = world.state.cloudflare;
  if (buckets.some((b) => b.domains.some((d) => d.domain === host))) return true;
  const below = host === zone.name ? [] : host.slice(0, -zone.name.length - 1).split(".");
  const age = world.now().getTime() - Date.parse(zone.activatedOn ?? zone.createdOn);
  return below.length <= 1 && age >= dials.universalSslMs;
}

/**
 * The edge's answer without asking an origin: no certificate, or a redirect between the schemes.
 * `x-local-error` marks answers that stand for a failed connection: in the real world there would be no HTTP
 * answer.
 */
export function edgeRefusal(world: World, facts: Facts & { scheme: "http" | "https" }): Response | undefined {
  const { host, path = "/", scheme } = facts;
  const redirect = (to: string) =>
    new Response(null, {
      status: 301,
      headers: { location: `${to}://${host}${path}`, server: "cloudflare" },
    });
  if (scheme === "https" && !hasEdgeCertificate(world, host)) {
    const why = `tls: the edge has no certificate for ${host}`;
    return new Response(why, { status: 525, headers: { "x-local-error": why } });
  }
  if (scheme === "https" && sslMode(world, facts) === "off") return redirect("http");
  const zone = zoneFor(world, host);
  const settings = zone && world.state.cloudflare.settings[zone.id];
  if (scheme === "http" && settings?.always_use_https?.value === "on") return redirect("https");
  return undefined;
}
