/**
 * `/…/r2/buckets/:bucket/domains/custom`: host names that serve a bucket, each with the DNS record that R2
 * creates.
 */
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { World } from "../world.ts";
import { answer, jsonBody, refusal } from "./answer.ts";
import type { Caller } from "./auth.ts";
import { badJson, bucketOf } from "./bucket-call.ts";
import { addRecord } from "./dns-records.ts";
import { domainStatus } from "./r2.ts";
import type { Bucket, CustomDomain } from "./state.ts";

const minTLS = z.enum(["1.0", "1.1", "1.2", "1.3"]);
const ciphers = z.array(z.string());

/** developers.cloudflare.com/api/resources/r2/…/domains/subresources/custom: `domain`, `enabled`, `zoneId` are required. */
const created = z.strictObject({
  domain: z.string().min(1),
  enabled: z.boolean(),
  zoneId: z.string(),
  minTLS: minTLS.optional(),
  ciphers: ciphers.optional(),
});

/**
 * The official provider sends `minTLS: null` when the program omits it; null means "unchanged". The provider
 * repeats `domain` and `zoneId`, and its acceptance test of an update passes (terraform-provider-cloudflare
 * internal/services/r2_custom_domain/{model,resource_test}.go).
 */
const changed = z.strictObject({
  domain: z.string().optional(),
  zoneId: z.string().optional(),
  enabled: z.boolean().nullish(),
  minTLS: minTLS.nullish(),
  ciphers: ciphers.nullish(),
});

export function serveCustomDomains(world: World): Hono<Caller> {
  const app = new Hono<Caller>();
  const slot = () => world.state.cloudflare;

  app.get("/", (c) => answer(c, { domains: bucketOf(world, c).domains.map(wire) }));

  app.post("/", async (c) => {
    const bucket = bucketOf(world, c);
    const body = created.safeParse(await jsonBody(c, badJson));
    if (!body.success) throw badJson();
    const domain = body.data.domain.toLowerCase();
    const zone = slot().zones.find((one) => one.id === body.data.zoneId);
    // The zone must belong to the bucket's account and contain the host, and must not have a partial setup:
    // developers.cloudflare.com/r2/buckets/public-buckets; github.com/cloudflare/cloudflare-docs/pull/20782.
    const holds = zone !== undefined && (domain === zone.name || domain.endsWith(`.${zone.name}`));
    if (!holds || zone.accountId !== bucket.accountId || zone.type === "partial") {
      throw refusal(400, 10051, "The specified zone id is not valid.");
    }
    // A host serves one bucket. Otherwise 409 (terraform-provider-cloudflare#6837), "Domain already in use".
    // The error continues for a few seconds after the domain was removed (alchemy-run/alchemy,
    // r2CustomDomainConflictSchedule).
    const released = slot().releasedDomains[domain];
    const settling =
      released !== undefined && world.now().getTime() - Date.parse(released) < slot().dials.domainReleaseMs;
    if (settling || slot().buckets.some((b) => b.domains.some((d) => d.domain === domain))) {
      throw refusal(409, 10056, "Domain already in use");
    }
    // R2 creates its own record at the host, so no other address record may exist there.
    if (slot().records.some((r) => r.name === domain && ["A", "AAAA", "CNAME"].includes(r.type))) {
      throw refusal(409, 10057, "A DNS record for the domain you tried to add already exists.");
    }
    // 50 per bucket: developers.cloudflare.com/r2/platform/limits.
    if (bucket.domains.length >= 50) {
      throw refusal(400, 10065, "The bucket has reached its maximum of 50 custom domains.");
    }
    const attached: CustomDomain = {
      domain,
      zoneId: zone.id,
      enabled: body.data.enabled && !slot().dials.domainsStartDisabled,
      minTLS: body.data.minTLS ?? "1.0",
      ciphers: body.data.ciphers ?? null,
      attachedAt: world.now().toISOString(),
    };
    bucket.domains.push(attached);
    delete slot().releasedDomains[domain];
    const record = { type: "CNAME", name: domain, content: "public.r2.dev", ttl: 1, proxied: true };
    addRecord(world, zone, { ...record, comment: null, tags: [], settings: {} }, true);
    // The answer repeats the request. Status and the zone's name are only in the answer to a GET:
    // CustomCreateResponse in cloudflare/cloudflare-typescript src/resources/r2/buckets/domains/custom.ts.
    return answer(c, { ...short(attached), zoneId: zone.id });
  });

  app.get("/:domain", (c) => answer(c, wire(find(bucketOf(world, c), c))));

  app.put("/:domain", async (c) => {
    const domain = find(bucketOf(world, c), c);
    const body = changed.safeParse(await jsonBody(c, badJson));
    if (!body.success) throw badJson();
    domain.enabled = body.data.enabled ?? domain.enabled;
    domain.minTLS = body.data.minTLS ?? domain.minTLS;
    domain.ciphers = body.data.ciphers ?? domain.ciphers;
    world.changed();
    return answer(c, short(domain));
  });

  app.delete("/:domain", (c) => {
    const bucket = bucketOf(world, c);
    const domain = find(bucket, c);
    bucket.domains = bucket.domains.filter((d) => d !== domain);
    slot().records = slot().records.filter((r) => !(r.managedByR2 && r.name === domain.domain));
    slot().releasedDomains[domain.domain] = world.now().toISOString();
    world.changed();
    return answer(c, { domain: domain.domain });
  });

  function wire(domain: CustomDomain): Record<string, unknown> {
    const { domain: name, enabled } = domain;
    // terraform-provider-cloudflare internal/services/r2_custom_domain/custom.go says which fields a degraded
    // answer lacks.
    if (slot().dials.certificatesDown) {
      return { domain: name, enabled, status: { ownership: "unknown", ssl: "unknown" } };
    }
    const zone = slot().zones.find((one) => one.id === domain.zoneId);
    return {
      ...short(domain),
      status: domainStatus(world, domain),
      zoneId: domain.zoneId,
      zoneName: zone?.name,
    };
  }
  return app;
}

function short({ domain, enabled, minTLS: tls, ciphers: suites }: CustomDomain): Record<string, unknown> {
  return { domain, enabled, minTLS: tls, ...(suites !== null && { ciphers: suites }) };
}

function find(bucket: Bucket, c: Context<Caller>): CustomDomain {
  const name = c.req.param("domain")?.toLowerCase();
  const domain = bucket.domains.find((d) => d.domain === name);
  // 10053: alchemy-run/distilled packages/cloudflare/src/services/r2.ts, DomainNotFound.
  if (domain === undefined) throw refusal(404, 10053, "The specified domain does not exist.");
  return domain;
}
