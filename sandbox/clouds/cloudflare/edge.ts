/** Cloudflare's edge: its changes to the answers of proxied hosts. */
import type { World } from "../world.ts";
import { isProxied, zoneFor } from "./dns.ts";
import { parseExpression } from "./expression.ts";
import type { Facts } from "./expression-fields.ts";
import { parseValue } from "./expression-value.ts";
import type { Rule } from "./state.ts";

/** One change of a response header. */
export interface HeaderChange {
  name: string;
  operation: "set" | "add" | "remove";
  value: string;
}

/**
 * The header changes that the zone's response-header rules make for a request, in order. A host that is not
 * proxied has none: rules act at the edge (developers.cloudflare.com/rules/transform).
 */
export function headerChanges(world: World, facts: Facts): HeaderChange[] {
  const zone = zoneFor(world, facts.host);
  if (zone === undefined || !isProxied(world, facts.host)) return [];
  const rules = world.state.cloudflare.rulesets
    .filter((r) => r.zoneId === zone.id && r.phase === "http_response_headers_transform")
    .flatMap((r) => r.rules);
  return rules
    .filter((r) => r.enabled && parseExpression(r.expression)(facts))
    .flatMap((r) => changesOf(r, facts));
}

/** The headers that rules set for a request to this host. Later rules override earlier ones. */
export function edgeHeaders(world: World, host: string, method: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const change of headerChanges(world, { host: host.toLowerCase(), method })) {
    if (change.operation === "remove") delete headers[change.name];
    else headers[change.name] = change.value;
  }
  return headers;
}

/** Applies the zone's rules to the headers of an answer. */
export function transformHeaders(world: World, facts: Facts, headers: Headers): void {
  for (const { name, operation, value } of headerChanges(world, facts)) {
    if (operation === "remove") headers.delete(name);
    else if (operation === "set") headers.set(name, value);
    else headers.append(name, value);
  }
}

function changesOf(rule: Rule, facts: Facts): HeaderChange[] {
  const headers = (rule.action_parameters?.headers ?? {}) as Record<
    string,
    { operation: HeaderChange["operation"]; value?: string; expression?: string }
  >;
  return Object.entries(headers).map(([name, { operation, value, expression }]) => ({
    name: name.toLowerCase(),
    operation,
    value: expression === undefined ? (value ?? "") : parseValue(expression)(facts),
  }));
}
