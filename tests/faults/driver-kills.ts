/** Kills of the driver, one verb at a time, in a process of its own. */
import { expect } from "vitest";
import { controlOf } from "../support/control.ts";
import type { DriveInput, DriverWorld } from "../support/driver.ts";
import { type Side, throughGate, type WaitingCall } from "./gate.ts";
import type { Killable } from "./killable-run.ts";
import { numbered } from "./moment.ts";
import { killTree } from "./process-tree.ts";

/** More kills than any verb has calls: a run that does not get further each time would be killed for ever. */
const most = 60;

/**
 * Kills one run after another, each at the first call at which none was killed before, until a run ends by itself.
 *
 * @param side whether the cloud has acted on the call when the run is killed
 * @returns how many were killed
 */
export async function killedAtEachCall(
  world: DriverWorld,
  side: Side,
  kind: string,
  verb: string,
  input: DriveInput,
): Promise<number> {
  const hit = new Set<string>();
  for (;;) {
    const begin = async (): Promise<Killable> => {
      const run = world.start(kind, verb, input);
      const ended = run.ended.then(({ code, stderr }) => ({ exitCode: code ?? undefined, output: stderr }));
      return {
        ended,
        async kill() {
          await killTree(run.process.pid === undefined ? [] : [run.process.pid]);
          await ended;
        },
      };
    };
    const momentOf = (call: WaitingCall, before: readonly WaitingCall[]) =>
      numbered([...before, call]).at(-1) ?? "";
    const { killedAt, calls, exitCode, output } = await throughGate(
      world.url,
      side,
      begin,
      (call, before) => isChange(call) && !hit.has(momentOf(call, before)),
    );
    if (killedAt === undefined) {
      expect(exitCode, output).toBe(0);
      return hit.size;
    }
    hit.add(momentOf(killedAt, calls.slice(0, -1)));
    // flyctl leases a machine for two minutes while it stops or starts it, and nobody gave the lease back.
    await controlOf(world.url)("POST", "advance/121000");
    expect(hit.size, `${kind} ${verb} does not end: ${[...hit].join(", ")}`).toBeLessThan(most);
  }
}

/** A statement that only reads, and `df`, change nothing: a kill there leaves what the kill before it left. */
function isChange({ path, body }: WaitingCall): boolean {
  return !path.endsWith("/exec") || !/-c \\?"SELECT (?!pg_terminate)|"df /.test(body);
}
