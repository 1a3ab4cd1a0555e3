/**
 * The challenge that the edge puts before a request, in a zone that defends itself against bots or attacks.
 */
import type { World } from "../world.ts";
import { zoneFor } from "./dns.ts";
import { parseExpression } from "./expression.ts";
import type { Facts } from "./expression-fields.ts";

/**
 * The page that requires a browser's JavaScript; undefined: the request passes. Its status and header:
 * developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response.
 *
 * - Under Attack mode shows the page to every visitor:
 *   developers.cloudflare.com/fundamentals/reference/under-attack-mode. A configuration rule overrides the
 *   zone's setting.
 * - Bot Fight Mode shows it to requests that look automated, including other Fediverse servers, and no rule
 *   can skip it: developers.cloudflare.com/bots/get-started/bot-fight-mode. Here every client that does not
 *   call itself a browser looks automated.
 */
export function challenge(world: World, facts: Facts, request: Request): Response | undefined {
  const zone = zoneFor(world, facts.host);
  if (zone === undefined) return undefined;
  const looksAutomated = !(request.headers.get("user-agent") ?? "").startsWith("Mozilla/");
  const asked =
    securityLevel(world, zone.id, facts) === "under_attack" || (zone.fightMode === true && looksAutomated);
  if (!asked) return undefined;
  const headers = { "cf-mitigated": "challenge", "content-type": "text/html", server: "cloudflare" };
  return new Response("<title>Just a moment...</title>", { status: 403, headers });
}

function securityLevel(world: World, zoneId: string, facts: Facts): unknown {
  const { rulesets, settings } = world.state.cloudflare;
  const rules = rulesets
    .filter((r) => r.zoneId === zoneId && r.phase === "http_config_settings")
    .flatMap((r) => r.rules)
    .filter((r) => r.enabled && r.action_parameters?.security_level !== undefined);
  const last = rules.filter((r) => parseExpression(r.expression)(facts)).at(-1);
  return last?.action_parameters?.security_level ?? settings[zoneId]?.security_level?.value;
}
