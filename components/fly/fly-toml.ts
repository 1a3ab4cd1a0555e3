/** Renders fly.toml (fly.io/docs/reference/configuration). Pure: the same input gives the same text. */
import { stringify } from "smol-toml";
import { type Sizes, schedulerSize, schedulerThreads } from "../config/sizes.ts";

/** Mastodon's two images have the same tag. The Rails image has not contained Node since 4.3. */
export function images(version: string): { web: string; streaming: string } {
  return {
    web: `ghcr.io/mastodon/mastodon:${version}`,
    streaming: `ghcr.io/mastodon/mastodon-streaming:${version}`,
  };
}

/** Arguments of both fly.toml files. */
export interface TomlBasis {
  app: string;
  region: string;
  image: string;
  env: Record<string, string>;
  sizes: Sizes;
  /** Whether Fly collects Mastodon's own figures. Default: only what Fly sees from outside. */
  metrics?: boolean;
}

/** Time that a machine gets to stop: Sidekiq drains for 25 s (config/sidekiq.yml). */
const killTimeout = "60s";
/** Rails takes up to 90 s to boot, but Fly caps a check's grace period at 60 s. This wait covers the rest. */
const waitTimeout = "10m";

/** The exporter's usual port (mastodon/documentation: admin/config, MASTODON_PROMETHEUS_EXPORTER_PORT). */
const exporterPort = 9394;

/**
 * A Sidekiq that serves its figures from its own process, without another one beside it. Those of queues, retries and
 * failures are among the detailed ones (mastodon/mastodon: config/initializers/sidekiq.rb).
 *
 * Not in [env], which every group gets: Puma's workers cannot share one exporter in their processes, and one of their
 * own would need memory (mastodon/documentation: admin/config). What Puma does is in Fly's figures of the proxy.
 */
function exporting(command: string): string {
  const variables = {
    MASTODON_PROMETHEUS_EXPORTER_ENABLED: "true",
    MASTODON_PROMETHEUS_EXPORTER_LOCAL: "true",
    MASTODON_PROMETHEUS_EXPORTER_HOST: "0.0.0.0",
    MASTODON_PROMETHEUS_EXPORTER_SIDEKIQ_DETAILED_METRICS: "true",
  };
  const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return ["env", ...words, command].join(" ");
}

/** Machines by process group, as `fly.toml` and the release have them. */
export function groupsOf(sizes: Sizes): Record<string, { count: number }> {
  const { web, sidekiq } = sizes;
  return {
    web: { count: web.count },
    sidekiq: { count: sidekiq.count },
    ...(sidekiq.count > 1 && { scheduler: { count: 1 } }),
  };
}

/** fly.toml of the app that serves the community: web and background jobs. */
export function webToml({ app, region, image, env, sizes, metrics = false }: TomlBasis): string {
  const { web, sidekiq } = sizes;
  const several = sidekiq.count > 1;
  const job = metrics ? exporting : (command: string) => command;
  return stringify({
    ...head(app, region, image),
    env,
    processes: {
      web: "bundle exec puma -C config/puma.rb",
      // Exactly one process may work on the scheduler queue: each process that listens to it runs cron.
      sidekiq: job(
        several
          ? "bundle exec sidekiq -q default,8 -q push,6 -q ingress,4 -q mailers,2 -q pull -q fasp"
          : "bundle exec sidekiq",
      ),
      ...(several && {
        scheduler: job(`bundle exec sidekiq -c ${schedulerThreads} -q scheduler -q mailers`),
      }),
    },
    ...(metrics && {
      metrics: [scraped(exporterPort, several ? ["sidekiq", "scheduler"] : ["sidekiq"])],
    }),
    http_service: {
      ...service("web", 3000, "/health"),
      concurrency: { type: "requests", soft_limit: 200, hard_limit: 250 },
    },
    vm: [vm("web", web), vm("sidekiq", sidekiq), ...(several ? [vm("scheduler", schedulerSize)] : [])],
    restart: [{ policy: "always", processes: Object.keys(groupsOf(sizes)) }],
  });
}

/** fly.toml of the app that pushes timelines. */
export function streamingToml({ app, region, image, env, sizes, metrics = false }: TomlBasis): string {
  return stringify({
    ...head(app, region, image),
    env,
    processes: { streaming: "node ./streaming/index.js" },
    // Streaming always serves its figures, at the port of its API (mastodon/documentation: admin/scaling).
    ...(metrics && { metrics: [scraped(4000, ["streaming"])] }),
    http_service: {
      ...service("streaming", 4000, "/api/v1/streaming/health"),
      // A reader holds a connection for hours and costs next to nothing.
      concurrency: { type: "connections", soft_limit: 500, hard_limit: 1000 },
    },
    vm: [vm("streaming", sizes.streaming)],
    restart: [{ policy: "always", processes: ["streaming"] }],
  });
}

function head(app: string, region: string, image: string) {
  return {
    app,
    primary_region: region,
    kill_signal: "SIGTERM",
    kill_timeout: killTimeout,
    build: { image },
    deploy: { strategy: "rolling", wait_timeout: waitTimeout },
  };
}

/** Machines never stop automatically: other servers deliver at any time. */
function service(group: string, port: number, healthPath: string) {
  return {
    processes: [group],
    internal_port: port,
    force_https: true,
    auto_stop_machines: "off",
    auto_start_machines: true,
    min_machines_running: 1,
    checks: [{ grace_period: "60s", interval: "15s", timeout: "5s", method: "GET", path: healthPath }],
  };
}

/** What Fly's Prometheus asks every 15 seconds (superfly/docs: monitoring/metrics). */
function scraped(port: number, processes: readonly string[]) {
  return { port, path: "/metrics", processes: [...processes] };
}

function vm(group: string, size: { cpus: number; memoryMb: number }) {
  return { cpu_kind: "shared", cpus: size.cpus, memory: `${size.memoryMb}mb`, processes: [group] };
}
