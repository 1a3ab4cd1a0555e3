/**
 * How long the real clouds take, so that progress looks real and time-outs are exercised. The world waits
 * `milliseconds × latencyScale` before it answers.
 */
import type { Cloud } from "./journal.ts";

interface Latency {
  cloud: Cloud;
  method?: string;
  path?: RegExp;
  /** Duration of the real call, as an order of magnitude. */
  milliseconds: number;
  /** Source of the figure. */
  source: string;
}

/** The first match counts. */
export const latencies: readonly Latency[] = [
  {
    cloud: "cloudflare",
    method: "POST",
    path: /\/domains\/custom$/,
    milliseconds: 1500,
    source:
      "developers.cloudflare.com/r2/buckets/public-buckets: the domain is then initializing for minutes",
  },
  {
    cloud: "cloudflare",
    method: "GET",
    milliseconds: 150,
    source: "order of magnitude of a read over the public API; no published figure",
  },
  {
    cloud: "cloudflare",
    milliseconds: 400,
    source: "order of magnitude of a write over the public API; no published figure",
  },
  {
    cloud: "sendgrid",
    path: /\/validate$/,
    milliseconds: 3000,
    source: "validation resolves names live; docs.sendgrid.com: up to 48 hours until it succeeds",
  },
  { cloud: "sendgrid", milliseconds: 350, source: "order of magnitude; no published figure" },
  {
    cloud: "fly",
    method: "POST",
    path: /^\/v1\/apps\/[^/]+\/machines$/,
    milliseconds: 5000,
    source: "fly.io/docs/machines: a create pulls the image, a start alone is below a second",
  },
  {
    cloud: "fly",
    path: /\/wait$/,
    milliseconds: 0,
    source: "the wait itself is the machine's state, modelled by the machine",
  },
  { cloud: "fly", milliseconds: 200, source: "order of magnitude; no published figure" },
  { cloud: "r2", milliseconds: 80, source: "order of magnitude; no published figure" },
  { cloud: "internet", milliseconds: 30, source: "order of magnitude; no published figure" },
];

/** Milliseconds that the real cloud takes for this call. */
export function latencyOf(cloud: Cloud, method: string, path: string): number {
  const found = latencies.find(
    (l) =>
      l.cloud === cloud && (l.method === undefined || l.method === method) && (l.path?.test(path) ?? true),
  );
  return found?.milliseconds ?? 0;
}
