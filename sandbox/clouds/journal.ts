/** The local cloud that answered a call. `internet`: a request from outside to a community's host. */
export type Cloud = "cloudflare" | "sendgrid" | "fly" | "r2" | "internet";

/**
 * One call that the local world answered. Headers are not recorded, so the journal contains no bearer token.
 */
export interface Entry {
  /** Number of the call, from 1, without gaps. */
  n: number;
  /** Time of the answer, ISO 8601. */
  at: string;
  cloud: Cloud;
  method: string;
  path: string;
  query: string;
  requestBody?: unknown;
  status: number;
  responseBody?: unknown;
  /** Present if a fault hit the call. */
  faulty?: true;
  /** Time from request to answer. */
  milliseconds: number;
}

/** A call that has no answer yet. */
export type OpenCall = Pick<Entry, "at" | "cloud" | "method" | "path" | "requestBody">;

/**
 * One start of the stand-in flyctl. Arguments and standard input are separate fields, so that a test can tell
 * where a value was passed.
 */
export interface FlyctlRun {
  n: number;
  at: string;
  argv: string[];
  stdin: string;
}

/**
 * The calls of one world since its start. They are kept in memory: the journal is evidence for tests, not
 * state.
 */
export class Journal {
  readonly entries: Entry[] = [];
  readonly flyctl: FlyctlRun[] = [];
  /** Calls that wait for their answer. Whoever adds a call removes it. */
  readonly open = new Set<OpenCall>();

  /** Adds an answered call and numbers it. */
  add(entry: Omit<Entry, "n">): Entry {
    const numbered = { n: this.entries.length + 1, ...entry };
    this.entries.push(numbered);
    return numbered;
  }

  addFlyctl(run: Omit<FlyctlRun, "n">): void {
    this.flyctl.push({ n: this.flyctl.length + 1, ...run });
  }

  /** The calls after number `n`, oldest first. */
  after(n: number): Entry[] {
    return this.entries.slice(n);
  }

  clear(): void {
    this.entries.length = 0;
    this.flyctl.length = 0;
  }
}
