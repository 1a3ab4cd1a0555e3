import { afterAll, beforeAll, beforeEach, vi } from "vitest";
import * as provider from "../../providers/sendgrid/provider.ts";
import type { Props } from "../../providers/shared/kind.ts";
import { type LocalClouds, operator, startLocalClouds } from "./local-clouds.ts";

// Shared by the tests of SendGrid's resources: the clouds of a file, reset for each test, and valid inputs.

export let clouds: LocalClouds;

/** Starts clouds for a file's tests. Each test gets a fresh world and the operator's key. */
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

/** A fault that loses the answer to a call on its way. */
export const lost = { when: "after", action: { cut: true } } as const;

/** Adds the CNAMEs of a domain or link to the zone. */
export async function addRecords(dns: Record<string, { host: string; data: string }>): Promise<void> {
  const { result } = await clouds.ask("cloudflare", "GET", "/zones?name=mastiff.party");
  for (const { host, data } of Object.values(dns)) {
    const record = { type: "CNAME", name: host, content: data, ttl: 1, proxied: false };
    await clouds.ask("cloudflare", "POST", `/zones/${result[0].id}/dns_records`, record);
  }
}
