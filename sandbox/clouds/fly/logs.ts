/**
 * An app's log, in the pages that `GET /api/v1/apps/<app>/logs` returns (superfly/fly-go: resource_logs.go).
 */
import type { World } from "../world.ts";
import { serial } from "./ids.ts";
import type { App, LogLine, Machine } from "./state.ts";

/**
 * Delay of a log line in milliseconds. Log lines travel by NATS, separately from the machine's state. No
 * published figure.
 */
const lagMs = 1500;

/** How many lines are kept per app. Fly's own retention is by time. */
const kept = 4000;

/** Adds lines that a machine's program (`app`) or Fly's init (`runner`) wrote. */
export function write(
  world: World,
  app: App,
  machine: Machine,
  lines: string[],
  provider: LogLine["provider"] = "app",
): void {
  const timestamp = world.now().toISOString();
  for (const message of lines) {
    app.logs.push({
      id: String(serial(world)),
      timestamp,
      message,
      level: "info",
      instance: machine.id,
      region: machine.region,
      provider,
    });
  }
  if (app.logs.length > kept) app.logs.splice(0, app.logs.length - kept);
  world.changed();
}

/** Lines after a token, oldest first. Without new lines the next token stays the same. */
export function page(
  world: World,
  app: App,
  filter: { token: string; instance: string; region: string },
): { data: Record<string, unknown>[]; nextToken: string } {
  const after = filter.token === "" ? 0 : Number(filter.token);
  const lag = Math.max(world.state.fly.dials.logLagMs, lagMs * world.latencyScale);
  const before = new Date(world.now().getTime() - lag).toISOString();
  const lines = app.logs.filter(
    (line) =>
      line.timestamp <= before &&
      Number(line.id) > after &&
      (filter.instance === "" || line.instance === filter.instance) &&
      (filter.region === "" || line.region === filter.region),
  );
  const shown = filter.token === "" ? lines.slice(-100) : lines.slice(0, 100);
  return {
    data: shown.map((line) => ({ id: line.id, type: "log", attributes: attributes(line) })),
    nextToken: shown.at(-1)?.id ?? filter.token,
  };
}

function attributes(line: LogLine): Record<string, unknown> {
  return {
    timestamp: line.timestamp,
    message: line.message,
    level: line.level,
    instance: line.instance,
    region: line.region,
    meta: { instance: line.instance, region: line.region, event: { provider: line.provider } },
  };
}
