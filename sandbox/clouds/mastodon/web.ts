/** Puma: how it boots, and what the web application answers. */

import type { HttpAnswer, HttpRequest, Outcome, Situation } from "./behaviour.ts";
import { writeFirstObjects } from "./bucket.ts";
import { page, pages } from "./web-pages.ts";
import { headersOf, hostBlocked } from "./web-rules.ts";

/** `bundle exec puma -C config/puma.rb`. */
export function puma(seen: Situation): Outcome {
  const { env } = seen;
  const workers = Number(env.WEB_CONCURRENCY ?? 2);
  const threads = env.MAX_THREADS ?? "5";
  // config/puma.rb builds `tcp://BIND:PORT` from it, so an IPv6 address needs brackets.
  if (env.BIND?.includes(":") && !env.BIND.startsWith("[")) {
    return {
      lines: [`bad URI (is not URI?): "tcp://${env.BIND}:${pumaPort(env)}" (URI::InvalidURIError)`],
      exit: 1,
    };
  }
  return {
    lines: [
      "[7] Puma starting in cluster mode...",
      '[7] * Puma version: 7.1.0 ("Neon Witch")',
      `[7] *  Min threads: ${env.MIN_THREADS ?? threads}`,
      `[7] *  Max threads: ${threads}`,
      "[7] *  Environment: production",
      `[7] *     Workers: ${workers}`,
      "[7] * Preloading application",
      `[7] * Listening on http://${env.BIND || "0.0.0.0"}:${pumaPort(env)}`,
      ...Array.from(
        { length: workers },
        (_, i) => `[7] - Worker ${i} (PID: ${40 + i}) booted in 0.02s, phase: 0`,
      ),
      ...writeFirstObjects(seen),
    ],
  };
}

/** mastodon/mastodon config/puma.rb */
export function pumaPort(env: Record<string, string>): number {
  return Number(env.PORT || 3000);
}

/**
 * Answers in the order of Rails' middleware: host authorization, then `force_ssl`, then files, then the
 * routes. `/health` is exempt from the first two (mastodon/mastodon config/initializers/1_hosts.rb,
 * config/environments/production.rb).
 */
export function respondWeb(seen: Situation, request: HttpRequest): HttpAnswer {
  if (request.path === "/health") {
    return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: "OK" };
  }
  if (hostBlocked(seen.env, request.host)) {
    return {
      status: 403,
      headers: { "content-type": "text/html; charset=utf-8" },
      body: page("Blocked host", `Blocked host: ${request.host}`),
    };
  }
  if (request.scheme === "http") {
    const query = request.query.size > 0 ? `?${request.query}` : "";
    return {
      status: 301,
      headers: { "content-type": "text/html", location: `https://${request.host}${request.path}${query}` },
      body: "",
    };
  }
  const answer = pages(seen, request);
  return { ...answer, headers: { ...headersOf(seen.env, request), ...answer.headers } };
}
