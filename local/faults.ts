/**
 * Faults that a test or a person dials in: the n-th call that matches a rule fails, hangs or is cut,
 * before the cloud acted or after. "After" is the cruel one: the cloud did it, the caller never hears of it.
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

/** The shape of one rule as it is posted to `/_local/faults`. */
export const faultRule = z.strictObject({
  /** Only calls to this cloud. Default: any. */
  cloud: z.enum(["cloudflare", "sendgrid", "fly", "r2", "internet"]).optional(),
  /** Only this HTTP method. Default: any. */
  method: z.string().optional(),
  /** Regular expression on the path. Default: any. */
  path: z.string().optional(),
  /** Regular expression on the request's body. Default: any. */
  body: z.string().optional(),
  /** How many matching calls pass first. Default 0. */
  skip: z.number().int().nonnegative().default(0),
  /** How many matching calls are hit; -1 = for good. Default 1. */
  times: z.number().int().default(1),
  /** Before the cloud acts, or after it did and before the caller hears. */
  when: z.enum(["before", "after"]),
  action,
});

/** A parsed rule. */
export type FaultRule = z.infer<typeof faultRule>;
/** What a rule does to a call. */
export type FaultAction = FaultRule["action"];

/** A call as a rule sees it. */
export interface Call {
  cloud: Cloud;
  method: string;
  path: string;
  body: string;
}

/** The rules in force, and the calls that wait at a `hold`. */
export class Faults {
  #rules: FaultRule[] = [];
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Replaces all rules. */
  set(rules: FaultRule[]): void {
    this.#rules = rules;
  }

  /**
   * The actions that hit this call, in the order of the rules. Each matching rule's counters move once per call,
   * so "the third POST" means the third, whatever other rules say.
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
  hold(name: string): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), resolve]);
    });
  }

  /** How many calls wait at this hold. */
  held(name: string): number {
    return this.#waiting.get(name)?.length ?? 0;
  }

  /** Lets every call go on that waits at this hold. */
  release(name: string): void {
    for (const go of this.#waiting.get(name) ?? []) go();
    this.#waiting.delete(name);
  }
}

function matches(rule: FaultRule, call: Call): boolean {
  return (
    (rule.cloud === undefined || rule.cloud === call.cloud) &&
    (rule.method === undefined || rule.method === call.method) &&
    (rule.path === undefined || new RegExp(rule.path).test(call.path)) &&
    (rule.body === undefined || new RegExp(rule.body).test(call.body))
  );
}
