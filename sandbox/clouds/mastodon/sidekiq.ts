/** Sidekiq: boots Rails, checks the version of Redis, and registers its process and queues there. */

import { diskOf, situation } from "../fly/situation.ts";
import type { Outcome, Situation } from "./behaviour.ts";
import { connectRedis } from "./connect.ts";

/** mastodon/mastodon config/sidekiq.yml */
const allQueues = ["default", "push", "ingress", "mailers", "pull", "scheduler", "fasp"];

/** `bundle exec sidekiq [-c N] [-q name,weight …]`. */
export function sidekiq(seen: Situation): Outcome {
  const redis = connectRedis(seen, seen.env.REDIS_URL);
  if (!redis.ok) return { lines: [redis.message], exit: 1 };
  // sidekiq/sidekiq lib/sidekiq/cli.rb
  if (Number.parseInt(redis.version, 10) < 7) {
    return {
      lines: [`You are connected to Redis ${redis.version}, Sidekiq requires Redis 7.0.0 or greater`],
      exit: 1,
    };
  }
  signIn(seen, redis.identity);
  return {
    lines: [
      "INFO: Booted Rails application in production environment",
      "INFO: Running in ruby 3.4.7 +YJIT +PRISM [x86_64-linux]",
      `INFO: Sidekiq 8.0.9 connecting to Redis with options {size: ${seen.env.SIDEKIQ_CONCURRENCY ?? 5}}`,
      "INFO: Starting processing, hit Ctrl-C to stop",
    ],
  };
}

/**
 * Adds the process to Redis' set of processes, where its heartbeat keeps it (sidekiq/sidekiq
 * lib/sidekiq/launcher.rb and component.rb: `#{hostname}:#{pid}:#{nonce}`). A machine's host name is its id.
 * Upstash's set is not modelled.
 */
function signIn({ world, machine }: Situation, redis: string): void {
  for (const app of Object.values(world.state.fly.apps)) {
    const server = app.machines[redis];
    if (server === undefined) continue;
    const disk = diskOf(app, server);
    const others = (disk.sidekiqs ?? []).filter((one) => !one.startsWith(`${machine.id}:`));
    disk.sidekiqs = [...others, `${machine.id}:2:${machine.instanceId.slice(-12).toLowerCase()}`];
  }
}

/** The queues of every Sidekiq that is registered in the same Redis (`Sidekiq::ProcessSet`). */
export function signedIn(seen: Situation): string[][] {
  const own = connectRedis(seen, seen.env.REDIS_URL);
  if (!own.ok) return [];
  const found: string[][] = [];
  for (const app of Object.values(seen.world.state.fly.apps)) {
    for (const machine of Object.values(app.machines)) {
      if (machine.state !== "started" || !machine.ready || machine.hangs) continue;
      const other = situation(seen.world, app, machine);
      if (other.image.program !== "mastodon" || !other.argv.includes("sidekiq")) continue;
      const redis = connectRedis(other, other.env.REDIS_URL);
      if (redis.ok && redis.identity === own.identity) found.push(queuesOf(other.argv));
    }
  }
  return found;
}

function queuesOf(argv: string[]): string[] {
  const named = argv.flatMap((word, i) => (word === "-q" || word === "--queue" ? [argv[i + 1] ?? ""] : []));
  return named.length === 0 ? allQueues : named.map((q) => q.split(",")[0] ?? "");
}
