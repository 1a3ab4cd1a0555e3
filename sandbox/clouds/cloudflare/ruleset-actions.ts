/** The parameters of each action, by phase. Each check returns what is wrong, or undefined. */
import { parseValue } from "./expression-value.ts";

/**
 * developers.cloudflare.com/rules/transform/response-header-modification: operations, and headers that cannot
 * be changed.
 */
export function checkHeaders({ headers, ...rest }: Record<string, unknown>): string | undefined {
  if (Object.keys(rest).length > 0) return `unexpected action parameter: ${Object.keys(rest)[0]}`;
  if (!isRecord(headers) || Object.keys(headers).length === 0)
    return "at least one header modification is required";
  for (const [name, change] of Object.entries(headers)) {
    if (!/^[A-Za-z0-9_-]+$/.test(name)) return `'${name}' is not a valid HTTP header name`;
    if (/^(cf-|x-cf-)/i.test(name))
      return `'${name}' is not a valid value for name because it cannot be modified`;
    if (!isRecord(change)) return `header ${name} must be an object`;
    const { operation, value, expression } = change;
    if (operation === "remove") {
      if (value !== undefined || expression !== undefined) return `header ${name}: remove takes no value`;
      continue;
    }
    if (operation !== "set" && operation !== "add") {
      return `'${String(operation)}' is not a valid value for operation`;
    }
    if ((value === undefined) === (expression === undefined)) {
      return `header ${name}: exactly one of value and expression is required`;
    }
    if (value !== undefined && (typeof value !== "string" || value === ""))
      return `header ${name}: empty value`;
    if (expression !== undefined) {
      try {
        parseValue(String(expression));
      } catch (error) {
        return `header ${name}: could not parse expression: ${(error as Error).message}`;
      }
    }
  }
  return undefined;
}

/**
 * developers.cloudflare.com/rules/transform/url-rewrite: a path or a query. Only the shape is checked here.
 */
export function checkUri({ uri, ...rest }: Record<string, unknown>): string | undefined {
  if (Object.keys(rest).length > 0) return `unexpected action parameter: ${Object.keys(rest)[0]}`;
  return isRecord(uri) && (isRecord(uri.path) || isRecord(uri.query)) ? undefined : "uri is required";
}

/** developers.cloudflare.com/rules/configuration-rules/settings */
export function checkConfig(parameters: Record<string, unknown>): string | undefined {
  const onOff = (v: unknown) => typeof v === "boolean";
  const oneOf =
    (...values: string[]) =>
    (v: unknown) =>
      values.includes(v as string);
  const legal: Record<string, (v: unknown) => boolean> = {
    automatic_https_rewrites: onOff,
    bic: onOff,
    disable_apps: (v) => v === true,
    disable_rum: (v) => v === true,
    disable_zaraz: (v) => v === true,
    email_obfuscation: onOff,
    fonts: onOff,
    hotlink_protection: onOff,
    mirage: onOff,
    opportunistic_encryption: onOff,
    polish: oneOf("off", "lossless", "lossy", "webp"),
    rocket_loader: onOff,
    security_level: oneOf("off", "essentially_off", "low", "medium", "high", "under_attack"),
    ssl: oneOf("off", "flexible", "full", "strict", "origin_pull"),
  };
  const entries = Object.entries(parameters);
  if (entries.length === 0) return "at least one setting is required";
  for (const [name, value] of entries) {
    const check = legal[name];
    if (check === undefined) return `unexpected action parameter: ${name}`;
    if (!check(value)) return `'${String(value)}' is not a valid value for ${name}`;
  }
  return undefined;
}

/** developers.cloudflare.com/cache/how-to/cache-rules/settings; Edge TTL from two hours on a free plan. */
export function checkCache({
  cache,
  edge_ttl: edge,
  browser_ttl: browser,
}: Record<string, unknown>): string | undefined {
  if (cache !== undefined && typeof cache !== "boolean")
    return `'${String(cache)}' is not a valid value for cache`;
  if (cache === undefined && edge === undefined && browser === undefined)
    return "at least one setting is required";
  for (const [name, ttl, least] of [
    ["edge_ttl", edge, 7200],
    ["browser_ttl", browser, 0],
  ] as const) {
    if (ttl === undefined) continue;
    if (!isRecord(ttl)) return `${name} must be an object`;
    const modes =
      name === "edge_ttl"
        ? ["override_origin", "respect_origin", "bypass_by_default"]
        : ["override_origin", "respect_origin", "bypass"];
    if (!modes.includes(String(ttl.mode))) return `'${String(ttl.mode)}' is not a valid value for mode`;
    if (ttl.mode !== "override_origin") continue;
    if (typeof ttl.default !== "number") return `${name}: default is required with override_origin`;
    if (ttl.default < least)
      return `'${ttl.default}' is not a valid value for default because it is below ${least}`;
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
