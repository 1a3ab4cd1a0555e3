/**
 * Machines of a community's app that no deploy has made. They have the community's database open, and would go on with
 * the other one after an exchange. Pure.
 */
import { operatorJob } from "../job.ts";
import { leftOver } from "../release/one-off.ts";
import { housekeepingJob } from "../things/housekeeping.ts";
import { groupOf, isRunning, type Machine } from "../things/machines.ts";

/** The ones that run, by what an exchange may do with them. */
export interface AtWork {
  /** They may be stopped at any time: their next run by the schedule does what this one has not. */
  scheduled: Machine[];
  /** Jobs of another run of the driver. They come to an end by themselves. */
  jobs: Machine[];
  /** What a person has started: a command, a console. Nobody else knows in the middle of what it is. */
  persons: Machine[];
}

export function atWork(machines: readonly Machine[]): AtWork {
  const found = machines.filter((one) => isRunning(one) && groupOf(one) === undefined);
  const scheduled = leftOver(found, [housekeepingJob]);
  const persons = found.filter((one) => [undefined, operatorJob].includes(jobOf(one)));
  const jobs = found.filter((one) => !scheduled.includes(one) && !persons.includes(one));
  return { scheduled, jobs, persons };
}

/** The job of a machine that the driver has made. */
export function jobOf({ config }: Machine): string | undefined {
  return config?.metadata?.mastiff_job;
}

/** What a machine does, for the person who has started it: its command, else its name. */
export function workOf({ name, config }: Machine): string {
  return config?.init?.cmd?.join(" ").slice(0, 60) || name;
}
