/** What a run makes of the migrations that an earlier run, or the preparation, has left. */
import { expect, test } from "vitest";
import type { Argv } from "../../providers/fly/call/argv-parts.ts";
import { Fly } from "../../providers/fly/call/flyctl.ts";
import { fallSilent } from "../../providers/fly/call/progress.ts";
import { awaitMigrations } from "../../providers/fly/release/release-database.ts";
import type { Machine } from "../../providers/fly/things/machines.ts";
import { inShell, shell } from "../../providers/shared/shell.ts";

const target = { app: "acme", region: "ams", image: "m:v4.7.4" };

const prepared = (more: Partial<Machine> = {}, image = target.image): Machine => ({
  id: "prepared",
  name: "mastiff-db-prepare-1",
  state: "stopped",
  region: "ams",
  config: { metadata: { mastiff_job: "db-prepare", mastiff_image: image } },
  events: [{ type: "exit", timestamp: 1, request: { exit_event: { exit_code: 0 } } }],
  ...more,
});

/** Lists one machine, whose log has a line. */
class PlayedFly extends Fly {
  readonly calls: string[] = [];
  now: Machine;

  constructor(now: Machine) {
    super();
    this.now = now;
  }

  override async json<T>(): Promise<T> {
    return [this.now] as unknown as T;
  }

  override async glance(): Promise<string> {
    return JSON.stringify({ timestamp: "2026-11-29T10:00:00Z", message: "Created database" });
  }

  override async once(argv: Argv): Promise<string> {
    this.calls.push(argv.slice(0, 2).join(" "));
    return "";
  }
}

async function awaited(machine: Machine, now = machine): Promise<{ done: string[]; calls: string[] }> {
  const fly = new PlayedFly(now);
  return inShell({ ...shell(), stderr: () => {} }, async () => {
    const done = [...(await awaitMigrations({ fly, spec: target }, [machine], target))];
    fallSilent();
    await fly.close();
    return { done, calls: fly.calls };
  });
}

const removal = ["machine destroy"];

test("what a first release needs is done, and its machine stays for the others to copy", async () => {
  expect(await awaited(prepared())).toEqual({ done: ["db-prepare m:v4.7.4"], calls: [] });
});

test.each([
  ["of another image", prepared({}, "m:v4.7.3"), ["db-prepare m:v4.7.3"]],
  ["in another region, where another database was", prepared({ region: "fra" }), []],
  ["that failed", prepared({ events: [{ type: "exit", request: { exit_event: { exit_code: 1 } } }] }), []],
])("a machine %s is removed", async (_, machine, done) => {
  expect(await awaited(machine)).toEqual({ done, calls: removal });
});

test("a machine that is gone by its end is not removed again, which flyctl would try for minutes", async () => {
  const running = prepared({ state: "started", events: [] });
  expect((await awaited(running, prepared({ state: "destroyed" }))).calls).toEqual([]);
});
