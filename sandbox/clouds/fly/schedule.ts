/**
 * Scheduled machines: `config.schedule`, in flyctl `machine run --schedule`.
 *
 * A scheduled machine is started when it is created, does its job, stops, and is started again about once a
 * period. Created with `skip_launch`, it waits for a call that starts it, and its cycle begins then. From
 * there on no call starts it: "Scheduled machines cannot be started via flyctl or Machines API commands, they
 * will only run according to the schedule" (fly.io/docs/machines/flyctl/fly-machine-run, "Start a Machine on
 * a schedule"; superfly/docs 54bb6534 and pull 2093). Status and text of that refusal: guess. The dial
 * `scheduledStarts` lets calls start it nevertheless.
 */
import { Refusal } from "./errors.ts";
import type { Machine } from "./state.ts";

const hour = 3_600_000;

/**
 * Periods in milliseconds. Fly's cycle is fuzzy; this one is exact, and a month has thirty days.
 * https://fly.io/docs/machines/api/machines-resource/ (machine config, `schedule`)
 */
const periods: Record<string, number> = {
  hourly: hour,
  daily: 24 * hour,
  weekly: 168 * hour,
  monthly: 720 * hour,
};

/** The machine's period; undefined: it has no schedule. */
export function periodOf({ config }: Pick<Machine, "config">): number | undefined {
  return config.schedule ? periods[config.schedule] : undefined;
}

/** Refuses a schedule that Fly does not offer, such as a cron expression. Status and text: guess. */
export function checkSchedule(schedule: string | undefined): void {
  if (schedule && periods[schedule] === undefined) {
    throw new Refusal(422, `invalid config.schedule, must be one of: ${Object.keys(periods).join(", ")}`);
  }
}

/** Whether the machine's cycle has begun: its next run is among its steps. */
export function isCycling({ steps }: Pick<Machine, "steps">): boolean {
  return steps.some(({ kind }) => kind === "run");
}

/** Whether anything else than the next scheduled run will happen to the machine. */
export function isBusy({ steps }: Pick<Machine, "steps">): boolean {
  return steps.some(({ kind }) => kind !== "run");
}

/** Forgets what was about to happen to the machine. Its cycle goes on. */
export function interrupt(machine: Machine): void {
  machine.steps = machine.steps.filter(({ kind }) => kind === "run");
}
