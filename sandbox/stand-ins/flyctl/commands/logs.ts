/**
 * `logs`. Without `--no-tail` the official flyctl streams over WireGuard or polls until it is interrupted.
 * The stand-in polls. Source: superfly/flyctl internal/command/logs, logs/polling.go,
 * internal/render/logs.go.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type LogEntry, pollLogs } from "../api/app-logs.ts";
import { listActive } from "../api/machines.ts";
import { requireAppName } from "../app-name.ts";
import { FlyError, NonInteractive, statusOf, wrap } from "../go/errors.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";

const shortestWait = 64;
const longestWait = 64 * 64;

async function logs(run: Run): Promise<void> {
  requireSession(run);
  const app = requireAppName(run);
  const machine = await chosenMachine(run, app);
  // Machine ids are unique in all regions. The environment's region must not hide one.
  const region = machine === "" ? run.settings.region : "";
  let token = "";
  let errors = 0;
  let wait = shortestWait;
  for (;;) {
    if (wait > shortestWait) await sleep(wait);
    let page: Awaited<ReturnType<typeof pollLogs>>;
    try {
      page = await pollLogs(run, app, { token, region, machine });
    } catch (error) {
      errors++;
      if (statusOf(error) === 401 || statusOf(error) === 404 || errors > 9) throw error;
      wait = Math.min(wait * 2, longestWait);
      continue;
    }
    errors = 0;
    if (page.entries.length === 0) {
      wait = shortestWait * 2;
      continue;
    }
    wait = 0;
    token = page.nextToken || token;
    for (const entry of page.entries) printEntry(run, entry);
    if (run.bool("no-tail")) return;
  }
}

async function chosenMachine(run: Run, app: string): Promise<string> {
  if (!run.bool("select")) return run.string("machine");
  if (run.has("machine")) throw new FlyError("--machine can't be used with -s/--select");
  const machines = await listActive(run, app);
  const [only] = machines;
  if (only === undefined) throw new FlyError(`app ${app} has no machines`);
  if (machines.length === 1) return only.id;
  throw wrap("could not prompt for machine", new NonInteractive());
}

const colors: Record<string, number> = { debug: 36, info: 34, warn: 33, warning: 33 };

function printEntry(run: Run, entry: LogEntry): void {
  if (run.settings.json) {
    run.json(entry);
    return;
  }
  const paint = (code: number, text: string) => `\u001b[${code}m${text}\u001b[0m`;
  const provider = String(entry.meta.Event.Provider);
  const source =
    provider === "" ? entry.instance : entry.instance ? `${provider}[${entry.instance}]` : provider;
  const time = entry.timestamp.replace(/\.\d+/, "");
  const level = paint(colors[entry.level] ?? 31, entry.level);
  run.print(`${paint(2, time)} ${source} ${paint(32, entry.region)} [${level}]${entry.message}`);
}

export const commands: Record<string, Command> = { logs };
