/** Which local cloud answered a call. `internet` is a request from outside to a community's host. */
export type Cloud = "cloudflare" | "sendgrid" | "fly" | "r2" | "internet";

/** One call that the local world answered. Headers are left out, so no bearer token is ever in it. */
export interface Entry {
  /** Number of the call, from 1, without gaps. */
  n: number;
  /** When it was answered, ISO 8601. */
  at: string;
  cloud: Cloud;
  method: string;
  path: string;
  query: string;
  requestBody?: unknown;
  status: number;
  responseBody?: unknown;
  /** Present where a dialled-in fault was met. */
  faulty?: true;
  /** From the question to the answer. */
  milliseconds: number;
}

/** A call that nobody answered yet. */
export type OpenCall = Pick<Entry, "at" | "cloud" | "method" | "path" | "requestBody">;

/** One start of the stand-in flyctl: its arguments and its standard input, apart, so that tests can tell them apart. */
export interface FlyctlRun {
  n: number;
  at: string;
  argv: string[];
  stdin: string;
}

/** The calls of one world since it was started, in memory: a journal is evidence for a test, not state. */
export class Journal {
  readonly entries: Entry[] = [];
  readonly flyctl: FlyctlRun[] = [];
  /** Calls that wait for their answer. Whoever adds one takes it out again. */
  readonly open = new Set<OpenCall>();

  /** Adds an answered call and gives it its number. */
  add(entry: Omit<Entry, "n">): Entry {
    const numbered = { n: this.entries.length + 1, ...entry };
    this.entries.push(numbered);
    return numbered;
  }

  /** Adds a start of the stand-in flyctl. */
  addFlyctl(run: Omit<FlyctlRun, "n">): void {
    this.flyctl.push({ n: this.flyctl.length + 1, ...run });
  }

  /** The calls after number `n`, oldest first. */
  after(n: number): Entry[] {
    return this.entries.slice(n);
  }

  /** Forgets everything. */
  clear(): void {
    this.entries.length = 0;
    this.flyctl.length = 0;
  }
}
