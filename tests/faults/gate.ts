/**
 * A gate in front of the clouds or behind them. Every changing call waits at the gate until it is released.
 * So a run can be killed at exactly one call, before or after the cloud acted.
 *
 * Only changing calls are moments of their own: a kill before or after a read leaves the same world as a kill
 * after the change before it.
 */
import type { Killable } from "./killable-run.ts";

/** A call that waits at the gate. */
export interface WaitingCall {
  id: number;
  cloud: "cloudflare" | "sendgrid" | "fly" | "r2" | "internet";
  method: string;
  path: string;
  body: string;
}

/** Whether the gate is before or after the cloud. */
export type Side = "before" | "after";

/** Result of a run at a gate. */
export interface Passage {
  /** The call at which the run was killed. Undefined: it ended by itself. */
  killedAt: WaitingCall | undefined;
  /** Changing calls that reached the gate, including the last one. */
  calls: WaitingCall[];
  exitCode: number | undefined;
  output: string;
}

const gate = "gate";

/**
 * Watches a run through the gate and kills it at the first call for which `deadly` is true.
 *
 * @param limitMs a run that takes longer is killed and counts as hung. Default 4 minutes.
 * @throws Error when the run hangs.
 */
export async function throughGate(
  url: string,
  side: Side,
  begin: () => Promise<Killable>,
  deadly: (call: WaitingCall, before: readonly WaitingCall[]) => boolean,
  limitMs = 240_000,
): Promise<Passage> {
  await setFaults(url, [{ changing: true, times: -1, when: side, action: { hold: gate } }]);
  const run = await begin();
  const over = new AbortController();
  const calls: WaitingCall[] = [];
  const seen = new Set<number>();
  const killed = new Promise<WaitingCall | undefined>((resolve, reject) => {
    const watch = async () => {
      while (!over.signal.aborted) {
        for (const call of await waiting(url, over.signal)) {
          if (seen.has(call.id)) continue;
          seen.add(call.id);
          const isDeadly = deadly(call, calls);
          calls.push(call);
          if (isDeadly) return resolve(call);
          await post(`${url}/_local/release/${gate}?id=${call.id}`);
        }
      }
      resolve(undefined);
    };
    watch().catch((error) => (over.signal.aborted ? resolve(undefined) : reject(error)));
  });
  const timer = setTimeout(() => void run.kill(), limitMs);
  void run.ended.then(() => over.abort());
  try {
    const killedAt = await killed;
    if (killedAt !== undefined) await run.kill();
    const { exitCode, output } = await run.ended;
    if (killedAt === undefined && exitCode === undefined)
      throw new Error(`no end after ${limitMs / 1000} s:\n${output}`);
    return { killedAt, calls, exitCode, output };
  } finally {
    clearTimeout(timer);
    over.abort();
    // First no new call is held, then the held calls are dropped. A call of the killed run that the cloud has
    // not carried out is never carried out.
    await setFaults(url, []);
    await post(`${url}/_local/release/${gate}?drop`);
  }
}

/** Replaces the clouds' faults. */
export async function setFaults(url: string, rules: unknown[]): Promise<void> {
  await post(`${url}/_local/faults`, rules);
}

async function waiting(url: string, signal: AbortSignal): Promise<WaitingCall[]> {
  const answer = await fetch(`${url}/_local/held/${gate}?wait`, { signal });
  return ((await answer.json()) as { calls: WaitingCall[] }).calls;
}

async function post(url: string, body?: unknown): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    }),
  });
  if (!answer.ok) throw new Error(`POST ${url}: ${answer.status} ${await answer.text()}`);
}
