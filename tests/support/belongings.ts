/** What clouds hold for somebody: everything that a bill, a listing or a name server would show. */
import { startWorld } from "./world.ts";

/**
 * The clouds' state without what no operator could remove: numbers that were given out, revoked keys that the cloud
 * still knows as revoked, and zone settings, which have a value but no existence (Cloudflare: the SSL mode is not
 * undone by deleting the resource).
 */
// biome-ignore lint/suspicious/noExplicitAny: each cloud's state has its own shape, which tests may not import.
export function belongings(state: any): unknown {
  const { cloudflare, sendgrid, fly } = state;
  return {
    zones: cloudflare.zones,
    records: cloudflare.records,
    rulesets: cloudflare.rulesets,
    buckets: cloudflare.buckets,
    tokens: cloudflare.tokens.map((token: { id: string }) => token.id),
    domains: sendgrid.domains,
    links: sendgrid.links,
    senders: sendgrid.senders,
    keys: sendgrid.keys
      .filter((key: { revokedAt: string | null }) => key.revokedAt === null)
      .map((key: { id: string }) => key.id),
    tracking: sendgrid.tracking,
    apps: Object.keys(fly.apps),
    addOns: fly.addOns,
  };
}

/** The belongings of clouds that nobody has used yet: what has to be left of a community that was destroyed. */
export async function belongingsAtFirst(): Promise<unknown> {
  await using world = await startWorld();
  return belongings(await world.state());
}
