/** Decides which faults a run meets. A seed draws them from the run's calls. */
import * as fc from "fast-check";
import type { Fault } from "../support/world.ts";
import type { CallForm } from "./mix-calls.ts";

/** The kinds of faults. "late": the cloud acts, and answers after the client has given up. */
export type FaultKind = (typeof faultKinds)[number];
export const faultKinds = ["429", "500", "503", "timeout", "cut", "malformed", "late"] as const;

/** Faults that make a client wait until its own limit. */
const slow: readonly FaultKind[] = ["timeout", "late"];

/** One call that fails once. */
export interface PlannedFault {
  kind: FaultKind;
  /** Whether the fault comes before or after the cloud has acted. */
  when: Fault["when"];
  call: CallForm;
  rules: Fault[];
}

/**
 * Time limit of a cloud's client for an answer, in milliseconds: 30 s in providers/shared/cloud-client.ts, 60
 * s in providers/cloudflare/s3.ts, 120 s in providers/fly/call/flyctl.ts. The official Cloudflare provider
 * has no limit of its own.
 */
const patience: Record<string, number> = { cloudflare: 30_000, sendgrid: 30_000, r2: 60_000, fly: 120_000 };
const clouds = ["cloudflare", "sendgrid", "fly", "r2"] as const;

/**
 * Draws the faults of one run, each at calls of another form. One fault is slow. More slow faults would show
 * nothing new, and the run would take as long as all clients' limits together.
 *
 * @param withSlow whether the slow fault is included. Default true.
 */
export function drawMix(calls: readonly CallForm[], seed: number, withSlow = true): PlannedFault[] {
  const quick = faultKinds.filter((kind) => !slow.includes(kind));
  const perCloud = clouds
    .map((cloud) => calls.filter((call) => call.cloud === cloud))
    .filter((some) => some.length > 0)
    // A cloud with more calls gets more faults, in proportion to the square root of its number of calls.
    .map((some) => ({ arbitrary: fc.constantFrom(...some), weight: Math.ceil(Math.sqrt(some.length)) }));
  const call = fc.oneof(...perCloud);
  const draw = (kinds: readonly FaultKind[]) =>
    fc.record({
      kind: fc.constantFrom(...kinds),
      when: fc.constantFrom("before" as const, "after" as const),
      call,
      share: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      retryAfter: fc.constantFrom(undefined, 1, 2),
    });
  const mix = fc.tuple(
    draw(slow),
    fc.uniqueArray(draw(quick), { minLength: 8, maxLength: 13, selector: (one) => one.call.words }),
  );
  const [[first, others] = [undefined, []]] = fc.sample(mix, { seed, numRuns: 1, unbiased: true });
  const quickOnes = others.filter((one) => one.call.words !== first?.call.words);
  const drawn = withSlow ? [first, ...quickOnes] : quickOnes;
  return drawn.filter((one) => one !== undefined).map(plan);
}

interface Drawn {
  kind: FaultKind;
  when: Fault["when"];
  call: CallForm;
  /** Position among the calls of this form, as a share of their number. */
  share: number;
  /** Seconds, when the cloud says how long to wait. */
  retryAfter: number | undefined;
}

function plan({ kind, when, call, share, retryAfter }: Drawn): PlannedFault {
  const { cloud, method, path, body, count } = call;
  // A 429 means that the cloud did nothing. Timeout and late answer each imply their side.
  const side = kind === "429" || kind === "timeout" ? "before" : kind === "late" ? "after" : when;
  const skip = Math.floor(share * Math.min(count, 5));
  const aimed = { cloud, method, path, ...(body !== undefined && { body }), skip, when: side };
  return {
    kind,
    when: side,
    call,
    rules: actionsOf(kind, cloud, retryAfter).map((action) => ({ ...aimed, action })),
  };
}

function actionsOf(
  kind: FaultKind,
  cloud: CallForm["cloud"],
  retryAfter: number | undefined,
): Fault["action"][] {
  const longer = (patience[cloud] ?? 0) + 3_000;
  switch (kind) {
    case "429":
      return [refusal(429, cloud, retryAfter ?? 1)];
    case "500":
      return [refusal(500, cloud, undefined)];
    case "503":
      return [refusal(503, cloud, retryAfter)];
    case "cut":
      return [{ cut: true }];
    case "malformed":
      return [{ malformed: true }];
    case "late":
      return [{ delayMs: longer }];
    case "timeout":
      // A client without a limit gets one from the network, which drops a connection without traffic.
      return [{ delayMs: longer }, { cut: true }];
  }
}

/**
 * Cloudflare's codes and messages. 10000 and 971: sandbox/clouds/cloudflare/auth.ts has the sources; 10001
 * and 10043: developers.cloudflare.com/r2/api/error-codes.
 */
const said: Record<number, [code: number, words: string]> = {
  403: [10000, "Authentication error"],
  429: [971, "Please wait and consider throttling your request speed"],
  500: [10001, "We encountered an internal error. Please try again."],
  503: [10043, "service unavailable"],
};

/** Each cloud's answer with this status, in that cloud's format. */
export function refusal(
  status: number,
  cloud: CallForm["cloud"],
  retryAfter: number | undefined,
): Fault["action"] {
  const [code, words] = said[status] ?? [10000, "refused"];
  const bodies: Record<string, unknown> = {
    cloudflare: { success: false, errors: [{ code, message: words }], messages: [], result: null },
    sendgrid: { errors: [{ field: null, message: words }] },
    fly: { error: words },
  };
  return {
    status,
    ...(retryAfter !== undefined && { headers: { "retry-after": String(retryAfter) } }),
    ...(bodies[cloud] !== undefined && { body: bodies[cloud] }),
  };
}
