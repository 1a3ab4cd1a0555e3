/**
 * The life cycle of a machine.
 *
 *     launch ─► created ─► starting ─► started ──(program ends)──► stopped ─► (restart policy) ─► starting
 *                   └─(skip_launch)─► stopped        └─(stop)─► stopping ─► stopped
 *     any ─(destroy, or auto_destroy at the end)─► destroying ─► destroyed
 *     stopped ─(schedule)─► starting
 *
 * A machine's future is a list of dated steps in the state. `settle` carries out all steps that are due, for
 * all machines, in the order of their dates. It runs at every call and from a timer. Invariants: a machine
 * that is not started has no "ready" or "finish" step; a destroyed machine has no steps; every end of a
 * program adds an exit event; a scheduled machine that was ever started has one "run" step.
 *
 * A program that really runs (../real/) has no "finish" step: its machine's end comes when the process has ended.
 *
 * States and events: https://fly.io/docs/machines/machine-states/, superfly/fly-go machine_types.go.
 */
import type { Outcome } from "../mastodon/behaviour.ts";
import { boot, plan } from "../mastodon/program.ts";
import { realJob } from "../mastodon/real-job.ts";
import type { World } from "../world.ts";
import { exitEvent, note } from "./events.ts";
import { instanceId } from "./ids.ts";
import { write } from "./logs.ts";
import { interrupt, isBusy, isCycling, periodOf } from "./schedule.ts";
import { situation } from "./situation.ts";
import type { App, Machine, Step } from "./state.ts";

/**
 * Durations on the real Fly, in milliseconds. A world waits them times its latency scale. Orders of magnitude. Only of
 * the start there is a figure: some 300 ms until the VM boots (fly.io/blog/fly-machines), before Fly's init begins.
 */
const takes = { park: 500, start: 1200, stop: 1500, destroy: 700, restartBackoff: 1000 } as const;

/** A job stays started at least this long; otherwise a caller that waits for `started` would never see it. */
const shortestJob = 400;

/** What a job waits for needs time in a world without latency too, but less. */
const shortestLook = 100;

/** How many destroyed machines are kept per app. */
const remembered = 30;

/** The policy if the config has none: https://fly.io/docs/machines/guides-examples/machine-restart-policy/ */
const defaultRestart = { policy: "on-failure", max_retries: 10 } as const;

/** The longest wait of a timer. Node.js runs a timer with a longer one at once. */
const longestTimer = 2 ** 31 - 1;

const timers = new WeakMap<World, NodeJS.Timeout>();

/** Carries out every step that is due, and sets a timer for the next one. */
export function settle(world: World): void {
  for (;;) {
    const next = nextStep(world);
    if (next === undefined) return;
    if (next.step.at > world.now().getTime()) {
      watch(world, next.step.at);
      return;
    }
    next.machine.steps.splice(next.machine.steps.indexOf(next.step), 1);
    const { app, machine, step } = next;
    act(then(world, machine, step.at), app, machine, step);
    if (step.kind === "start" || step.kind === "restart") runReally(world, app, machine);
    world.changed();
  }
}

/**
 * The world at the time of a step: the step's consequences get this date, not the date of the call. Of a
 * crash loop that nobody watched, only the last hour is replayed. Scheduled runs are all carried out.
 */
function then(world: World, machine: Machine, at: number): World {
  const isEndless = machine.config.restart?.policy === "always" || periodOf(machine) === undefined;
  const moment = new Date(isEndless ? Math.max(at, world.now().getTime() - 3_600_000) : at);
  return { ...world, now: () => moment };
}

/** Time at which the next step of any machine is due. */
export function nextInstant(world: World): number | undefined {
  return nextStep(world)?.step.at;
}

function nextStep(world: World): { app: App; machine: Machine; step: Step } | undefined {
  let first: { app: App; machine: Machine; step: Step } | undefined;
  for (const app of Object.values(world.state.fly.apps)) {
    for (const machine of Object.values(app.machines)) {
      for (const step of machine.steps) {
        if (first === undefined || step.at < first.step.at) first = { app, machine, step };
      }
    }
  }
  return first;
}

function watch(world: World, at: number): void {
  clearTimeout(timers.get(world));
  const wait = Math.min(longestTimer, Math.max(0, at - world.now().getTime()));
  const timer = setTimeout(() => settle(world), wait);
  timer.unref();
  timers.set(world, timer);
}

/** Schedules a step. `floor` is a minimum wait that a world without latency keeps too. */
export function schedule(
  world: World,
  machine: Machine,
  kind: Step["kind"],
  milliseconds: number,
  floor = 0,
): void {
  const wait = Math.max(milliseconds * world.latencyScale, floor);
  machine.steps.push({ at: world.now().getTime() + wait, kind });
}

function act(world: World, app: App, machine: Machine, step: Step): void {
  switch (step.kind) {
    case "park":
      machine.state = "stopped";
      break;
    case "start":
    case "restart":
      started(world, app, machine);
      break;
    case "ready":
    case "finish":
      ended(world, app, machine, boot(situation(world, app, machine)));
      break;
    case "stop":
      exited(world, app, machine, { lines: [], exit: 0 }, true);
      break;
    case "suspend":
      machine.state = "suspended";
      machine.ready = false;
      note(world, machine, { type: "suspend", status: "suspended", source: "flyd" });
      break;
    case "destroy":
      destroyed(world, app, machine);
      break;
    case "run":
      runBySchedule(world, machine);
      break;
  }
  if (machine.state !== "destroyed") machine.updatedAt = world.now().toISOString();
}

/**
 * The schedule is due. A machine that still runs, or whose host has no room, misses this run
 * (fly.io/docs/machines/flyctl/fly-machine-run: "It's up to you to build the appropriate level of redundancy").
 */
function runBySchedule(world: World, machine: Machine): void {
  armSchedule(world, machine);
  const isFull = world.state.fly.dials.fullRegions.includes(machine.region);
  if (machine.state === "stopped" && !isBusy(machine) && !isFull) begin(world, machine);
}

/** Plans the next run of a scheduled machine, one period from now, in a world without latency too. */
function armSchedule(world: World, machine: Machine): void {
  const period = periodOf(machine);
  if (period !== undefined) machine.steps.push({ at: world.now().getTime() + period, kind: "run" });
}

/** Brings a scheduled machine's next run forward to now. False: no schedule is going on. */
export function runNow(world: World, machine: Machine): boolean {
  const next = machine.steps.find(({ kind }) => kind === "run");
  if (next === undefined) return false;
  next.at = world.now().getTime();
  settle(world);
  return true;
}

function started(world: World, app: App, machine: Machine): void {
  machine.state = "started";
  machine.startedAt = world.now().getTime();
  if (!isCycling(machine)) armSchedule(world, machine);
  machine.hasStarted = true;
  machine.ready = false;
  delete machine.hangs;
  machine.readyAt = null;
  // flyctl watches a machine for crashes in its first ten seconds. In a world without latency these seconds
  // are already over, so the start event is dated back.
  note(
    world,
    machine,
    { type: "start", status: "started", source: "flyd" },
    11_000 * (1 - world.latencyScale),
  );
  const seen = situation(world, app, machine);
  write(
    world,
    app,
    machine,
    ["Starting init (commit: 1d4f9c8)...", ` INFO Preparing to run: \`${seen.argv.join(" ")}\` as root`],
    "runner",
  );
  const { kind, milliseconds } = plan(seen);
  if (realJob(seen) !== undefined) return;
  if (kind === "service") schedule(world, machine, "ready", milliseconds);
  else schedule(world, machine, "finish", milliseconds, shortestJob);
}

/** Starts the process of a machine that was started just now, if it has one. */
function runReally(world: World, app: App, machine: Machine): void {
  const job = realJob(situation(world, app, machine));
  if (job === undefined) return;
  const { instanceId } = machine;
  world.real?.run(machine.id, job, {
    line: (text) => write(world, app, machine, [text]),
    end(exit) {
      const isOver = machine.state !== "started" || machine.instanceId !== instanceId;
      if (!isOver) ended(world, app, machine, { lines: [], exit });
      world.changed();
      settle(world);
    },
  });
}

/** Handles the program's outcome: a service that listens, a job that looks again, or an end with an exit code. */
function ended(world: World, app: App, machine: Machine, outcome: Outcome): void {
  write(world, app, machine, outcome.lines);
  if (outcome.againMs !== undefined) {
    schedule(world, machine, "finish", outcome.againMs, shortestLook);
    return;
  }
  if (outcome.exit === undefined) {
    machine.ready = true;
    machine.readyAt = world.now().getTime();
    return;
  }
  exited(world, app, machine, outcome, false);
}

function exited(world: World, app: App, machine: Machine, outcome: Outcome, requested: boolean): void {
  const code = outcome.exit ?? 0;
  const restart = { ...defaultRestart, ...machine.config.restart };
  const again =
    !requested &&
    (restart.policy === "always" || (restart.policy === "on-failure" && code !== 0)) &&
    (restart.policy === "always" || machine.restarts < restart.max_retries);
  world.real?.interrupt(machine.id);
  machine.ready = false;
  machine.steps = machine.steps.filter((s) => s.kind === "destroy" || s.kind === "run");
  machine.state = "stopped";
  if (!requested) {
    const how =
      code === 0
        ? "Main child exited normally with code: 0"
        : `Main child exited normally with code: ${code}`;
    write(
      world,
      app,
      machine,
      outcome.oom
        ? ["Out of memory: Killed process", "Process appears to have been OOM killed!", how]
        : [` INFO ${how}`],
      "runner",
    );
  }
  note(world, machine, {
    type: "exit",
    status: "stopped",
    source: "flyd",
    request: {
      exit_event: exitEvent(world, code, { oom: outcome.oom ?? false, requested, again }),
      ...(machine.restarts > 0 && { restart_count: machine.restarts }),
    },
  });
  if (again) {
    machine.restarts += 1;
    machine.state = "starting";
    // A crash loop slows down. Even a world without latency must not spin.
    const backoff = takes.restartBackoff * Math.min(2 ** machine.restarts, 60);
    schedule(world, machine, "restart", backoff, machine.restarts > 3 ? backoff / 8 : 0);
    return;
  }
  if (!requested && code !== 0 && restart.policy !== "no") {
    write(
      world,
      app,
      machine,
      [`machine has reached its max restart count of ${restart.max_retries}`],
      "runner",
    );
  }
  if (machine.config.auto_destroy) {
    machine.state = "destroying";
    schedule(world, machine, "destroy", takes.destroy);
  }
}

function destroyed(world: World, app: App, machine: Machine): void {
  world.real?.interrupt(machine.id);
  machine.state = "destroyed";
  machine.steps = [];
  machine.ready = false;
  machine.lease = null;
  machine.disk = {};
  for (const volume of Object.values(app.volumes)) {
    if (volume.machineId === machine.id) volume.machineId = null;
  }
  // Callers still ask for a destroyed machine's exit event, but only briefly, and never for its secrets.
  machine.secrets = {};
  note(world, machine, { type: "destroy", status: "destroyed", source: "user" });
  const gone = Object.values(app.machines).filter((m) => m.state === "destroyed");
  for (const old of gone.slice(0, -remembered)) delete app.machines[old.id];
}

/** Starts a new version of the machine: it has a new instance id, and the old version's own disk is lost. */
export function newVersion(world: World, machine: Machine): void {
  world.real?.interrupt(machine.id);
  machine.instanceId = instanceId(world);
  machine.disk = {};
  machine.ready = false;
  machine.restarts = 0;
  machine.hasStarted = false;
  machine.steps = [];
}

/** Requests a start. */
export function begin(world: World, machine: Machine): void {
  world.real?.interrupt(machine.id);
  machine.state = machine.state === "created" ? "created" : "starting";
  machine.restarts = 0;
  machine.hasStarted = false;
  schedule(world, machine, "start", takes.start);
}

/** Requests a stop: the program gets its signal and some time. */
export function halt(world: World, machine: Machine): void {
  machine.state = "stopping";
  note(world, machine, { type: "stop", status: "stopping", source: "user" });
  interrupt(machine);
  schedule(world, machine, "stop", takes.stop);
}

/**
 * Requests a suspend: the memory is written to disk, so the program does not end and there is no exit event.
 */
export function doze(world: World, machine: Machine): void {
  machine.state = "stopping";
  interrupt(machine);
  schedule(world, machine, "suspend", takes.stop);
}

/** Requests a destroy. */
export function demolish(world: World, machine: Machine): void {
  machine.state = "destroying";
  machine.steps = [];
  schedule(world, machine, "destroy", takes.destroy);
}

/** Schedules the stop of a created machine that is not to be started. */
export function park(world: World, machine: Machine): void {
  schedule(world, machine, "park", takes.park);
}
