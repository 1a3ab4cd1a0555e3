/**
 * How long the real clouds take, so that progress looks real, time-outs are exercised, and the benchmark measures what an
 * operator waits for. The world waits `milliseconds × latencyScale` before it answers.
 *
 * Here are the calls alone. How long a machine takes to start, stop and go is in fly/lifecycle.ts, how long its program
 * takes to listen or to end in mastodon/, how late a log line or an address is in fly/logs.ts and fly/addresses.ts. How
 * often each cloud may be asked is in fly/rate-limit.ts, cloudflare/auth.ts and sendgrid/auth.ts.
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
    source:
      "fly.io/docs/machines and fly.io/blog/fly-machines: a create pulls the image and lays it out, which takes seconds; a start alone is below a second",
  },
  {
    cloud: "fly",
    method: "POST",
    path: /\/machines\/[^/]+\/start$/,
    milliseconds: 300,
    source: "fly.io/blog/fly-machines: boots instances in about 300 ms",
  },
  {
    cloud: "fly",
    path: /\/wait$/,
    milliseconds: 0,
    source: "the wait itself is the machine's state, modelled by the machine",
  },
  {
    cloud: "fly",
    milliseconds: 200,
    source:
      "fly.io/blog/fly-machines: 20 to 50 ms from nearby, about 300 ms from another continent; community.fly.io/t/19135: some took 500 to 1000 ms to verify the token",
  },
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
