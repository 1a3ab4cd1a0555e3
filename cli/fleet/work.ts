/** What the commands of the fleet do with one stack. */

import type { Urgency } from "../../checks/check.ts";
import { examine, isAtLeast, type Progress } from "../../checks/examine.ts";
import { inShell, shell } from "../../providers/shared/shell.ts";
import { takeBackup } from "../backups/taken-now.ts";
import { communitiesOf, type OpenedCommunity } from "../community.ts";
import { reportOf } from "../doctor/report.ts";
import { patientOf } from "../doctor/whom.ts";
import type { Stack } from "../stack.ts";
import type { Engine, EngineOperation } from "./engine.ts";
import { follow } from "./followed.ts";
import type { Operation } from "./rate-limits.ts";
import { type Ended, type EndedCommunity, exitCodeOf, isWell } from "./row.ts";
import { endOf, type Work } from "./run-fleet.ts";

/** @param operation what it asks of the clouds, and the work's name */
export function engineWork(engine: Engine, operation: Operation, what: EngineOperation): Work {
  return {
    name: operation,
    operations: [operation],
    async on({ name }, say, stop) {
      const { hear, ended } = follow(name, what.verb === "preview", say);
      return ended(await engine.run(name, what, hear, stop));
    },
  };
}

/**
 * An `up`, which a policy stops before it changes anything: without a preview, the engine asks the policies about a whole
 * stack when everything has changed.
 */
export function upWork(engine: Engine, policyPacks: readonly string[]): Work {
  const up = engineWork(engine, "up", { verb: "up", refresh: false, policyPacks });
  if (policyPacks.length === 0) return up;
  const preview = engineWork(engine, "preview", { verb: "preview", refresh: false, policyPacks });
  return { ...inTurn(preview, up), name: up.name };
}

/** A preview with a refresh. Drift makes the exit code 1, so that a timer notices. */
export function driftWork(engine: Engine): Work {
  const work = engineWork(engine, "drift", { verb: "preview", refresh: true, policyPacks: [] });
  return {
    ...work,
    async on(stack, say, stop) {
      const ended = await work.on(stack, say, stop);
      if (!ended.drift || !isWell(ended)) return ended;
      return { ...ended, exitCode: 1, error: (ended.drifted ?? []).join("\n") };
    },
  };
}

/** How the doctor looks. */
export interface DoctorOptions {
  /** From which severity on a finding is a failure. */
  least: Urgency;
  /** Whether it looks into the machines. */
  inside: boolean;
}

/**
 * The doctor in this process: a process of its own would load all of it again for each stack, which takes longer than the
 * checks compute.
 */
export function doctorWork({ least, inside }: DoctorOptions): Work {
  return {
    name: "doctor",
    operations: ["doctor"],
    on: eachCommunity(async (opened, say) => {
      const surroundings = { ...shell(), stderr: (text: string) => sayLast(say, text) };
      return inShell(surroundings, async () => {
        const { community, internet, checks, waited } = patientOf(opened, { inside });
        say(`${checks.length} checks`);
        const told = ({ check, found }: Progress) => {
          if (found !== undefined) say(`${check}: ${found.urgency}`);
        };
        const [findings] = await Promise.all([examine(internet, community, told, checks), waited]);
        const bad = findings.filter(({ urgency }) => isAtLeast(urgency, least));
        const examined = { domain: community.domain, checks: checks.length };
        return bad.length === 0
          ? { result: "done", exitCode: 0, findings }
          : { result: "failed", exitCode: 1, findings, error: reportOf(bad, examined) };
      });
    }),
  };
}

/** Takes a backup of each. */
export const backupWork: Work = {
  name: "backup",
  operations: ["backup"],
  on: eachCommunity(async ({ settings }, say) => {
    let last = "";
    const heard = (text: string) => {
      last = text.trim() || last;
      sayLast(say, text);
    };
    return inShell({ ...shell(), stderr: heard }, async () => {
      const { code } = await takeBackup(settings);
      return code === 0 ? { result: "done", exitCode: 0 } : { result: "failed", exitCode: 1, error: last };
    });
  }),
};

/** Work on a stack that is done for each of its communities in turn. One that fails does not stop the others. */
function eachCommunity(
  on: (opened: OpenedCommunity, say: (step: string) => void) => Promise<Ended>,
): Work["on"] {
  return async (stack, say) => {
    let isStopped = false;
    shell().onStop(() => {
      isStopped = true;
    });
    say("reading its config");
    const communities: EndedCommunity[] = [];
    for (const { name, open } of await communitiesOf(stack)) {
      if (name === undefined) return on(open(), say);
      const began = performance.now();
      const ended: Ended = isStopped
        ? { result: "skipped", exitCode: 1 }
        : await onOne(() => on(open(), (step) => say(`${name}: ${step}`)));
      communities.push({ ...ended, community: name, seconds: (performance.now() - began) / 1000 });
    }
    const worst = communities.find((one) => !isWell(one));
    return { result: worst?.result ?? "done", exitCode: exitCodeOf(communities), communities };
  };
}

async function onOne(work: () => Promise<Ended>): Promise<Ended> {
  try {
    return await work();
  } catch (error) {
    return endOf(error);
  }
}

/** Both, the second only when the first went well. The row has what each of them knows. */
export function inTurn(first: Work, second: Work): Work {
  return {
    name: first.name,
    operations: [...first.operations, ...second.operations],
    async on(stack, say, stop): Promise<Ended> {
      const before = await first.on(stack, say, stop);
      if (!isWell(before)) return before;
      // What has not been looked at must not count as well.
      if (stop.aborted)
        return { ...before, result: "failed", exitCode: 1, error: `stopped before its ${second.name}` };
      const { result, exitCode, ...more } = await second.on(stack, say, stop);
      return { ...before, ...more, result, exitCode };
    },
  };
}

/** Does something before the work begins. */
export function after(before: (stack: Stack) => Promise<void>, work: Work): Work {
  return {
    ...work,
    async on(stack, say, stop) {
      await before(stack);
      return work.on(stack, say, stop);
    },
  };
}

function sayLast(say: (step: string) => void, text: string): void {
  const line = text.trim().split("\n").at(-1);
  if (line) say(line);
}
