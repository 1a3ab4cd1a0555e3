/** Checks whether the app's own name resolves. Source: superfly/flyctl deploy/machines_deploymachinesapp.go. */
import type { Data } from "../api/graphql.ts";
import { messageOf } from "../go/errors.ts";
import type { Deployment } from "./deployment.ts";
import { assignments } from "./first-deploy.ts";

/**
 * The official flyctl asks 8.8.8.8 for `<app>.fly.dev` for up to a minute. In the local Fly an assigned
 * address is in the DNS immediately, so there is no wait.
 */
export async function checkDns(deployment: Deployment): Promise<void> {
  const { run } = deployment;
  try {
    const addresses = (await assignments(deployment)) ?? [];
    const url = appUrl(deployment.config.sections, deployment.appName);
    if (url === undefined || addresses.length === 0) return;
    run.warn(`Checking DNS configuration for ${new URL(url).hostname}`);
    run.warn("✓ DNS configuration verified");
  } catch (error) {
    run.caution(`DNS checks failed: ${messageOf(error)}\n`);
  }
}

/** The app's URL; undefined if no service uses HTTP. Source: internal/appconfig/config.go. */
export function appUrl(sections: Data, app: string): string | undefined {
  const host = `${app}.fly.dev`;
  if (sections.http_service?.internal_port > 0) return `https://${host}/`;
  const http: number[] = [];
  const https: number[] = [];
  for (const service of (sections.services ?? []) as Data[]) {
    for (const { port, handlers = [] } of (service.ports ?? []) as Data[]) {
      if (port === undefined || !handlers.includes("http")) continue;
      (handlers.includes("tls") ? https : http).push(port);
    }
  }
  const least = (ports: number[]) => Math.min(...ports);
  if (https.includes(443)) return `https://${host}/`;
  if (http.includes(80)) return `http://${host}/`;
  if (https.length > 0) return `https://${host}:${least(https)}/`;
  return http.length > 0 ? `http://${host}:${least(http)}/` : undefined;
}
