/** `/v1/apps/<app>/machines`: https://fly.io/docs/machines/api/machines-resource/ */
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { Situation } from "../mastodon/behaviour.ts";
import { execute, sockets } from "../mastodon/program.ts";
import type { World } from "../world.ts";
import { requireApp } from "./apps.ts";
import { Refusal } from "./errors.ts";
import type { FlyEnv } from "./fly-env.ts";
import { launch, update } from "./launch.ts";
import { readInput } from "./machine-config.ts";
import {
  checkLease,
  destroy,
  lease,
  live,
  machineBody,
  requireMachine,
  restart,
  start,
  stop,
  suspend,
} from "./machines.ts";
import { situation } from "./situation.ts";
import type { Machine } from "./state.ts";
import { waitFor } from "./wait.ts";

const nonceHeader = "fly-machine-lease-nonce";
const execRequest = z.looseObject({
  cmd: z.string().optional(),
  command: z.array(z.string()).optional(),
  stdin: z.string().optional(),
  timeout: z.number().optional(),
});

/** Serves all paths below an app's /machines. */
export function serveMachines(world: World): Hono<FlyEnv> {
  const api = new Hono<FlyEnv>();
  const appOf = (c: Context<FlyEnv>) => requireApp(world, c.get("caller"), c.req.param("app") ?? "");
  const find = (c: Context<FlyEnv>) => {
    const app = appOf(c);
    return { app, machine: requireMachine(app, c.req.param("id") ?? "") };
  };
  /** Finds a machine that is to be changed, unless another caller holds its lease. */
  const claim = (c: Context<FlyEnv>) => {
    const found = find(c);
    checkLease(world, found.machine, c.req.header(nonceHeader));
    return found;
  };

  api.get("/", (c) => {
    const app = appOf(c);
    const state = c.req.query("state");
    const gone = c.req.query("include_deleted") === "true";
    const lag = world.state.fly.dials.listLagMs;
    const before = world.now().getTime() - lag;
    const machines = (gone ? Object.values(app.machines) : live(app)).filter(
      (m) => lag === 0 || Date.parse(m.createdAt) <= before,
    );
    return c.json(machines.filter((m) => !state || m.state === state).map((m) => machineBody(world, app, m)));
  });
  api.post("/", async (c) => {
    const app = appOf(c);
    const machine = launch(world, app, readInput(await c.req.json()));
    return c.json({ ...machineBody(world, app, machine), ...nonceOf(machine) });
  });

  api.get("/:id", (c) => {
    const { app, machine } = find(c);
    return c.json(machineBody(world, app, machine));
  });
  api.post("/:id", async (c) => {
    const { app, machine } = claim(c);
    if (machine.state === "destroyed") throw new Refusal(404, "machine not found");
    update(world, app, machine, readInput(await c.req.json()));
    return c.json({ ...machineBody(world, app, machine), ...nonceOf(machine) });
  });
  api.delete("/:id", (c) => {
    const kill = c.req.query("kill") === "true" || c.req.query("force") === "true";
    destroy(world, claim(c).machine, kill);
    return c.json({ ok: true });
  });

  api.post("/:id/start", (c) => c.json(start(world, claim(c).machine)));
  api.post("/:id/stop", (c) => {
    stop(world, claim(c).machine);
    return c.json({ ok: true });
  });
  api.post("/:id/restart", (c) => {
    restart(world, claim(c).machine);
    return c.json({ ok: true });
  });
  api.post("/:id/signal", async (c) => {
    await c.req.json();
    stop(world, claim(c).machine);
    return c.json({ ok: true });
  });
  api.post("/:id/suspend", (c) => {
    suspend(world, claim(c).machine);
    return c.json({ ok: true });
  });
  for (const [path, cordoned] of [
    ["/:id/cordon", true],
    ["/:id/uncordon", false],
  ] as const) {
    api.post(path, (c) => {
      claim(c).machine.cordoned = cordoned;
      world.changed();
      return c.json({ ok: true });
    });
  }
  api.get("/:id/wait", async (c) => {
    const { app, machine } = find(c);
    const states = c.req.queries("state") ?? ["started"];
    const version = c.req.query("version") ?? c.req.query("instance_id");
    await waitFor(
      world,
      { app: app.name, machine: machine.id },
      states,
      Number(c.req.query("timeout") ?? 60),
      version,
    );
    return c.json({ ok: true });
  });

  api.get("/:id/lease", (c) => {
    const { machine } = find(c);
    if (machine.lease === null || machine.lease.expiresAt <= world.now().getTime()) {
      throw new Refusal(404, "lease not found");
    }
    return c.json(leaseBody(machine));
  });
  api.post("/:id/lease", (c) => {
    const { machine } = find(c);
    if (machine.state === "destroyed") throw new Refusal(404, "machine not found");
    lease(world, machine, Number(c.req.query("ttl") ?? 13), c.req.header(nonceHeader));
    return c.json(leaseBody(machine), 201);
  });
  api.delete("/:id/lease", (c) => {
    const { machine } = find(c);
    if (machine.lease === null) throw new Refusal(404, "lease not found");
    checkLease(world, machine, c.req.header(nonceHeader));
    machine.lease = null;
    world.changed();
    return c.json({ ok: true });
  });

  api.get("/:id/metadata", (c) => c.json(find(c).machine.config.metadata ?? {}));
  api.post("/:id/metadata/:key", async (c) => {
    const { machine } = find(c);
    const { value } = z.object({ value: z.string() }).parse(await c.req.json());
    machine.config.metadata = { ...machine.config.metadata, [c.req.param("key")]: value };
    world.changed();
    return c.body(null, 204);
  });
  api.delete("/:id/metadata/:key", (c) => {
    delete find(c).machine.config.metadata?.[c.req.param("key")];
    world.changed();
    return c.body(null, 204);
  });
  api.get("/:id/events", (c) => c.json(find(c).machine.events));
  api.get("/:id/ps", (c) => {
    const { app, machine } = find(c);
    return c.json(processes(situation(world, app, machine)));
  });

  api.post("/:id/exec", async (c) => {
    const { app, machine } = find(c);
    const request = execRequest.parse(await c.req.json());
    if (machine.state !== "started") {
      throw new Refusal(412, "failed_precondition: machine not running");
    }
    const command = request.command ?? request.cmd ?? "";
    // The real Fly aborts longer commands, and sometimes others at random: superfly/flyctl#4194,
    // OpenRouterLabs/spawn#1616.
    const seconds = /^(?:sh -c ')?sleep (\d+)/.exec(String(command))?.[1];
    const { dials } = world.state.fly;
    const isBroken = dials.execDeadlines > 0 || Number(seconds ?? 0) > 30;
    const result = execute(situation(world, app, machine), command, request.stdin ?? "");
    if (isBroken) dials.execDeadlines = Math.max(0, dials.execDeadlines - 1);
    world.changed();
    if (isBroken) {
      throw new Refusal(
        408,
        'deadline_exceeded: Post "http://unix/v1/exec": net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
      );
    }
    return c.json({
      ...(result.exit !== 0 && { exit_code: result.exit }),
      ...(result.stdout !== "" && { stdout: result.stdout }),
      ...(result.stderr !== "" && { stderr: result.stderr }),
    });
  });
  return api;
}

/**
 * The processes in a machine. After a deploy flyctl checks here whether the service's port is open, and waits
 * for it up to the check's grace period. Fields: superfly/fly-go machine_types.go, ProcessStat and
 * ListenSocket.
 */
function processes(seen: Situation): Record<string, unknown>[] {
  if (seen.machine.state !== "started") return [];
  const listening = sockets(seen).map((address) => ({ proto: "tcp", address }));
  const command = seen.argv.join(" ");
  return [
    { pid: 300, stime: 1, rtime: 1, command, directory: "/", cpu: 0, rss: 0, listen_sockets: listening },
  ];
}

function nonceOf(machine: Machine): Record<string, string> {
  return machine.lease === null ? {} : { nonce: machine.lease.nonce };
}

function leaseBody(machine: Machine): Record<string, unknown> {
  return {
    status: "success",
    data: {
      nonce: machine.lease?.nonce,
      expires_at: Math.floor((machine.lease?.expiresAt ?? 0) / 1000),
      owner: machine.lease?.owner,
      version: machine.instanceId,
    },
  };
}
