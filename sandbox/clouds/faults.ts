/**
 * Faults that a test or a person sets: the n-th call that matches a rule fails, is held or is cut, before or
 * after the cloud acted. "After" is the hardest case for a caller: the cloud acted, and the caller gets no
 * answer.
 */
import { z } from "zod";
import type { Cloud } from "./journal.ts";

const action = z.union([
  z.strictObject({
    status: z.number().int(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
  }),
  z.strictObject({ cut: z.literal(true) }),
  z.strictObject({ malformed: z.literal(true) }),
  z.strictObject({ delayMs: z.number().nonnegative() }),
  z.strictObject({ hold: z.string() }),
]);

/** One rule as posted to `/_local/faults`. */
export const faultRule = z.strictObject({
  /** Only calls to this cloud. Default: any. */
  cloud: z.enum(["cloudflare", "sendgrid", "fly", "r2", "internet"]).optional(),
  /** Only this HTTP method. Default: any. */
  method: z.string().optional(),
  /** Regular expression on the path. Default: any. */
  path: z.string().optional(),
  /** Regular expression on the query, without its question mark. Default: any. */
  query: z.string().optional(),
  /** Regular expression on the request's body. Default: any. */
  body: z.string().optional(),
  /** Only calls that change something, or only those that do not. Default: any. */
  changing: z.boolean().optional(),
  /** How many matching calls pass first. Default 0. */
  skip: z.number().int().nonnegative().default(0),
  /** How many matching calls are hit; -1 = all. Default 1. */
  times: z.number().int().default(1),
  /** Before the cloud acts, or after it acted and before the caller gets the answer. */
  when: z.enum(["before", "after"]),
  action,
});

export type FaultRule = z.infer<typeof faultRule>;
export type FaultAction = FaultRule["action"];

/** The parts of a call that a rule can match. */
export interface Call {
  cloud: Cloud;
  method: string;
  path: string;
  query: string;
  body: string;
}

/** What happens to a call after a hold: it goes on normally, or its connection is cut. */
export type AfterHold = "go" | "drop";

interface Held {
  id: number;
  call: Call;
  end(how: AfterHold): void;
}

/** The rules in force, and the calls that wait at a hold. */
export class Faults {
  #rules: FaultRule[] = [];
  #lastId = 0;
  readonly #waiting = new Map<string, Held[]>();
  readonly #arrivals = new Map<string, (() => void)[]>();

  set(rules: FaultRule[]): void {
    this.#rules = rules;
  }

  /**
   * The rules with their current counters: how many calls each still lets pass, and how many it will still
   * hit.
   */
  get left(): readonly FaultRule[] {
    return this.#rules;
  }

  /**
   * The rules that hit this call, in their order. Every matching rule counts the call, whatever the other
   * rules do, so "the third POST" means the third POST.
   */
  hit(call: Call): FaultRule[] {
    return this.#rules.filter((rule) => {
      if (!matches(rule, call) || rule.times === 0) return false;
      if (rule.skip > 0) {
        rule.skip -= 1;
        return false;
      }
      if (rule.times > 0) rule.times -= 1;
      return true;
    });
  }

  /** Waits until {@link Faults.release} is called with this name. */
  hold(name: string, call: Call): Promise<AfterHold> {
    return new Promise((end) => {
      this.#waiting.set(name, [...this.held(name), { id: ++this.#lastId, call, end }]);
      for (const tell of this.#arrivals.get(name) ?? []) tell();
      this.#arrivals.delete(name);
    });
  }

  /** The calls that wait at this hold, oldest first. */
  held(name: string): Held[] {
    return this.#waiting.get(name) ?? [];
  }

  /** Resolves as soon as a call waits at this hold. */
  arrival(name: string): Promise<void> {
    if (this.held(name).length > 0) return Promise.resolve();
    return new Promise((tell) => this.#arrivals.set(name, [...(this.#arrivals.get(name) ?? []), tell]));
  }

  /**
   * Ends the wait of all calls at this hold, or of the call with this id. Release a call whose caller was
   * killed with `drop`: if it was held before the cloud acted, the cloud never acts.
   */
  release(name: string, how: AfterHold = "go", id?: number): void {
    const [ending, staying] = [this.held(name), [] as Held[]];
    for (const one of ending) {
      if (id === undefined || one.id === id) one.end(how);
      else staying.push(one);
    }
    this.#waiting.set(name, staying);
  }
}

/**
 * Whether a call may change something. Every GraphQL call is a POST, so its text decides. A lease on a
 * machine counts as a change, because the next caller meets it.
 */
function isChanging({ method, path, body }: Call): boolean {
  if (path === "/graphql") return /"query"\s*:\s*"(?:\\[nrt]|\s)*mutation\b/.test(body);
  return method !== "GET" && method !== "HEAD";
}

function matches(rule: FaultRule, call: Call): boolean {
  return (
    (rule.cloud === undefined || rule.cloud === call.cloud) &&
    (rule.method === undefined || rule.method === call.method) &&
    (rule.path === undefined || new RegExp(rule.path).test(call.path)) &&
    (rule.query === undefined || new RegExp(rule.query).test(call.query)) &&
    (rule.body === undefined || new RegExp(rule.body).test(call.body)) &&
    (rule.changing === undefined || rule.changing === isChanging(call))
  );
}
