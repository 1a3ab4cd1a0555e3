/** Rules of the web application for every page: hosts, CORS, security headers. */
import type { HttpRequest } from "./behaviour.ts";

/** The domain in accounts' addresses. */
export function localDomain(env: Record<string, string>): string {
  return env.LOCAL_DOMAIN || `localhost:${env.PORT || 3000}`;
}

/** The host of the web interface. */
export function webDomain(env: Record<string, string>): string {
  return env.WEB_DOMAIN || localDomain(env);
}

/** mastodon/mastodon config/initializers/1_hosts.rb */
export function hostBlocked(env: Record<string, string>, host: string): boolean {
  const alternate = (env.ALTERNATE_DOMAINS ?? "").split(/\s*,\s*/);
  return ![localDomain(env), webDomain(env), ...alternate].includes(host);
}

/** The address of the streaming server (1_hosts.rb). */
export function streamingUrl(env: Record<string, string>): string {
  return env.STREAMING_API_BASE_URL || `wss://${webDomain(env)}`;
}

/**
 * The origin of assets: CDN_HOST with its scheme, otherwise the web host (config/environments/production.rb).
 */
export function assetHost(env: Record<string, string>): string {
  return env.CDN_HOST || `https://${webDomain(env)}`;
}

/** Headers on every page: config/environments/production.rb, app/lib/content_security_policy.rb, config/initializers/cors.rb. */
export function headersOf(env: Record<string, string>, request: HttpRequest): Record<string, string> {
  const cors =
    request.headers.has("origin") &&
    /^\/(api|\.well-known|nodeinfo|users|@|packs|oauth\/token)/.test(request.path);
  return {
    server: "Mastodon",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "x-xss-protection": "0",
    "referrer-policy": "same-origin",
    "content-security-policy": policy(env),
    ...(cors && { "access-control-allow-origin": "*" }),
  };
}

function policy(env: Record<string, string>): string {
  const assets = assetHost(env);
  const media =
    env.S3_ENABLED === "true"
      ? `https://${env.S3_ALIAS_HOST || env.S3_CLOUDFRONT_HOST || env.S3_HOSTNAME}`
      : undefined;
  const hosts = [...new Set([assets, media].filter((h) => h !== undefined))].join(" ");
  return [
    "base-uri 'none'",
    "default-src 'none'",
    "frame-ancestors 'none'",
    `font-src 'self' ${assets}`,
    `img-src 'self' data: blob: ${hosts}`,
    `media-src 'self' data: ${hosts}`,
    `manifest-src 'self' ${assets}`,
    "form-action 'none'",
    `child-src 'self' blob: ${assets}`,
    `worker-src 'self' blob: ${assets}`,
    `connect-src 'self' data: blob: ${hosts} ${streamingUrl(env)}`,
    `script-src 'self' ${assets} 'wasm-unsafe-eval'`,
    `style-src 'self' ${assets} 'nonce-local'`,
    "frame-src 'self' https:",
  ].join("; ");
}
