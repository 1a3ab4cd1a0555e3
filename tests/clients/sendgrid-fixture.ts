import { afterAll, beforeAll, beforeEach, vi } from "vitest";
import * as provider from "../../providers/sendgrid/provider.ts";
import type { Props } from "../../providers/shared/kind.ts";
import { type LocalClouds, operator, startLocalClouds } from "./local-clouds.ts";

// What the tests of SendGrid's resources share: clouds for a file, fresh for each test, and inputs that fit.

export let clouds: LocalClouds;

/** Starts clouds for the tests of a file; each finds a fresh world and the operator's key. */
export function useSendgrid(): void {
  beforeAll(async () => {
    clouds = await startLocalClouds();
  });
  afterAll(() => clouds[Symbol.asyncDispose]());
  beforeEach(async () => {
    await clouds.reset();
    vi.stubEnv("SENDGRID_API_KEY", operator.sendgrid);
    await configure({});
    return () => vi.unstubAllEnvs();
  });
}

/** Gives the provider a stack's config. */
export const configure = (values: Record<string, string>) =>
  provider.configure({ config: { get: (key) => values[key], require: (key) => String(values[key]) } });

export const baseUrl = () => clouds.sendgridUrl;

/** Inputs of an AuthenticatedDomain. */
export const domain = (more: Props = {}): Props => ({
  kind: "AuthenticatedDomain",
  domain: "mastiff.party",
  subdomain: "em12345",
  subdomainIsOurs: true,
  baseUrl: baseUrl(),
  ...more,
});

/** The answer to a call gets lost on its way. */
export const lost = { when: "after", action: { cut: true } } as const;

/** Puts the CNAMEs of a domain or link into the zone. */
export async function addRecords(dns: Record<string, { host: string; data: string }>): Promise<void> {
  const { result } = await clouds.ask("cloudflare", "GET", "/zones?name=mastiff.party");
  for (const { host, data } of Object.values(dns)) {
    const record = { type: "CNAME", name: host, content: data, ttl: 1, proxied: false };
    await clouds.ask("cloudflare", "POST", `/zones/${result[0].id}/dns_records`, record);
  }
}
