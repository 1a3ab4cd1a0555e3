/** Progress lines of parallel jobs. Source: superfly/flyctl internal/statuslogger/noninteractive.go. */
import { messageOf } from "../go/errors.ts";
import type { Run } from "../run.ts";

/** The status of a job. */
export type JobStatus = "none" | "running" | "success" | "failure";

const glyphs: Record<JobStatus, string> = { none: " ", running: ">", success: "✔", failure: "✖" };

/** The status line of one job. Without a terminal every change prints a new line. */
export class StatusLine {
  private readonly run: Run;
  private readonly prefix: string;
  private status: JobStatus;

  constructor(run: Run, prefix: string, status: JobStatus) {
    this.run = run;
    this.prefix = prefix;
    this.status = status;
  }

  /** Prints a text with the current status. */
  log(text: string): void {
    this.run.print(`${glyphs[this.status]} ${this.prefix}${text}`);
  }

  /** Changes the status and prints a text. */
  become(status: JobStatus, text: string): void {
    this.status = status;
    this.log(text);
  }

  /** Prints that the job failed, with the first line of the error. */
  failed(error: unknown): void {
    this.become("failure", `Failed: ${messageOf(error).split("\n")[0]}`);
  }
}

/** Lines for `count` jobs. They are numbered if there are several. */
export function statusLines(run: Run, count: number): StatusLine[] {
  const width = String(count).length;
  return Array.from({ length: count }, (_, i) => {
    const number = String(i + 1).padStart(width, "0");
    return new StatusLine(run, count > 1 ? `[${number}/${count}] ` : "", "none");
  });
}

/** The line of a single job that is already running. */
export function singleLine(run: Run): StatusLine {
  return new StatusLine(run, "", "running");
}
