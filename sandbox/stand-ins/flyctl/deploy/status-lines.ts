/** Progress lines of jobs that run side by side. Source: superfly/flyctl internal/statuslogger/noninteractive.go. */
import { messageOf } from "../go/errors.ts";
import type { Run } from "../run.ts";

/** How far a job is. */
export type JobStatus = "none" | "running" | "success" | "failure";

const glyphs: Record<JobStatus, string> = { none: " ", running: ">", success: "✔", failure: "✖" };

/** The line of one job; without a terminal every change is a line of its own. */
export class StatusLine {
  private readonly run: Run;
  private readonly prefix: string;
  private status: JobStatus;

  constructor(run: Run, prefix: string, status: JobStatus) {
    this.run = run;
    this.prefix = prefix;
    this.status = status;
  }

  /** Says something under the status as it is. */
  log(text: string): void {
    this.run.print(`${glyphs[this.status]} ${this.prefix}${text}`);
  }

  /** Changes the status and says something. */
  become(status: JobStatus, text: string): void {
    this.status = status;
    this.log(text);
  }

  /** Says that the job failed, with the first line of why. */
  failed(error: unknown): void {
    this.become("failure", `Failed: ${messageOf(error).split("\n")[0]}`);
  }
}

/** Lines for `count` jobs; more than one are numbered. */
export function statusLines(run: Run, count: number): StatusLine[] {
  const width = String(count).length;
  return Array.from({ length: count }, (_, i) => {
    const number = String(i + 1).padStart(width, "0");
    return new StatusLine(run, count > 1 ? `[${number}/${count}] ` : "", "none");
  });
}

/** The line of a single job that runs already. */
export function singleLine(run: Run): StatusLine {
  return new StatusLine(run, "", "running");
}
