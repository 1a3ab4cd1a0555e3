import type { dynamic } from "@pulumi/pulumi";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import * as provider from "../../providers/cloudflare/provider.ts";
import type { Props } from "../../providers/shared/kind.ts";
import { type LocalClouds, operator, startLocalClouds } from "./local-clouds.ts";

const bucket = "files-acme";
const host = "files.mastiff.party";
const domains = `/accounts/${operator.accountId}/r2/buckets/${bucket}/domains/custom`;

let clouds: LocalClouds;
let wanted: Props;
let said: string[];

beforeAll(async () => {
  clouds = await startLocalClouds();
});
afterAll(() => clouds[Symbol.asyncDispose]());

beforeEach(async () => {
  await clouds.reset();
  vi.stubEnv("CLOUDFLARE_API_TOKEN", operator.cloudflare);
  const { accountId } = operator;
  await clouds.ask("cloudflare", "POST", `/accounts/${accountId}/r2/buckets`, { name: bucket });
  wanted = { kind: "PublicHost", accountId, bucket, host, jurisdiction: "default", minTls: "1.2" };
  wanted = { ...wanted, baseUrl: clouds.cloudflareUrl };
  said = [];
  vi.spyOn(console, "error").mockImplementation((line) => said.push(line));
  return () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  };
});

/** Attaches the host as `cloudflare.R2CustomDomain` does. */
const attach = () =>
  clouds.ask("cloudflare", "POST", domains, {
    domain: host,
    zoneId: `${"0".repeat(28)}a001`,
    enabled: true,
    minTLS: "1.2",
  });
const live = async () => (await clouds.ask("cloudflare", "GET", `${domains}/${host}`)).result;
const active = { enabled: true, ownership: "active", ssl: "active" };

test("a host that came up well is told so, and is no difference", async () => {
  await attach();
  const { id, outs } = await provider.create(wanted);
  expect([id, outs]).toEqual([host, { ...wanted, ...active }]);
  expect(await provider.diff(id, outs, wanted)).toMatchObject({ changes: false });
});

// terraform-provider-cloudflare#6578
test("a host that R2 left off is switched on, and keeps its TLS version", async () => {
  await clouds.dials({ cloudflare: { domainsStartDisabled: true } });
  await attach();
  expect((await live()).enabled).toBe(false);
  expect((await provider.create(wanted)).outs).toMatchObject(active);
  expect(await live()).toMatchObject({ enabled: true, minTLS: "1.2" });
});

test("a host that somebody switched off is a difference in the next preview, and is mended", async () => {
  await attach();
  const { id, outs } = await provider.create(wanted);
  await clouds.ask("cloudflare", "PUT", `${domains}/${host}`, { enabled: false });
  expect(await provider.diff(id, outs, wanted)).toMatchObject({ changes: true, replaces: [] });
  expect(said).toEqual([`${host} is off`]);
  expect((await provider.update(id, outs, wanted)).outs).toMatchObject(active);
  expect((await live()).enabled).toBe(true);
});

test("while R2 is at work the state is quiet; when it is done the next run says so", async () => {
  await clouds.dials({ cloudflare: { domainActivationMs: 3_600_000 } });
  await attach();
  const { id, outs } = await provider.create(wanted);
  expect(outs).toMatchObject({ enabled: true, ownership: "pending", ssl: "initializing" });
  expect(await provider.diff(id, outs, wanted)).toMatchObject({ changes: false });
  await clouds.dials({ cloudflare: { domainActivationMs: 0 } });
  expect(await provider.diff(id, outs, wanted)).toMatchObject({ changes: true });
  expect((await provider.update(id, outs, wanted)).outs).toMatchObject(active);
});

test("what cannot be learnt is no difference: certificates that are down, a cloud that does not answer", async () => {
  await attach();
  const { id, outs } = await provider.create(wanted);
  await clouds.dials({ cloudflare: { certificatesDown: true } });
  expect(await provider.diff(id, outs, wanted)).toMatchObject({ changes: false });
  const body = { success: false, errors: [{ code: 10000, message: "Authentication error" }] };
  await clouds.faults({ cloud: "cloudflare", times: -1, when: "before", action: { status: 403, body } });
  expect(await provider.diff(id, outs, wanted)).toMatchObject({ changes: false });
  expect(said.at(-1)).toMatch(/^not looked at: Cloudflare did not grant GET /);
});

test("a token of the resource's own replaces those of config and environment, and goes to its own address alone", async () => {
  const nowhere = `${clouds.url}/nowhere`;
  const ofConfig = new Map([
    ["cloudflare:baseUrl", nowhere],
    ["cloudflare:apiToken", "another-account-token-00000000000000000000"],
  ]);
  const config = { get: (key: string) => ofConfig.get(key) } as dynamic.Config;
  await provider.configure({ config });
  vi.stubEnv("CLOUDFLARE_API_TOKEN", "");
  try {
    await attach();
    const explicit = { ...wanted, apiToken: operator.cloudflare };
    const { id, outs } = await provider.create(explicit);
    expect(outs).toMatchObject(active);
    expect((await provider.read(id, outs)).id).toBe(id);
    // Without a token of its own, the resource follows the config.
    expect((await provider.read(id, wanted)).id).toBe("");
  } finally {
    await provider.configure({ config: { get: () => undefined } as unknown as dynamic.Config });
  }
});

test("a host that is gone is told, and a refresh takes it out of the state", async () => {
  await attach();
  const { id, outs } = await provider.create(wanted);
  await clouds.ask("cloudflare", "DELETE", `${domains}/${host}`);
  expect(await provider.diff(id, outs, wanted)).toMatchObject({ changes: true, replaces: [] });
  expect(said).toEqual([
    `${host} is no longer connected to the bucket ${wanted.bucket}: pulumi up --refresh connects it again`,
  ]);
  expect((await provider.read(id, outs)).id).toBe("");
  expect((await provider.update(id, outs, wanted)).outs).toMatchObject({ ownership: "missing" });
});
