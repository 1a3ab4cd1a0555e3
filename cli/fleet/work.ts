/** What the commands of the fleet do with one stack. */

import type { Urgency } from "../../checks/check.ts";
import { examine, isAtLeast, type Progress } from "../../checks/examine.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { inShell, shell } from "../../providers/shared/shell.ts";
import { takeBackup } from "../backups/taken-now.ts";
import { communityOf, type OpenedCommunity } from "../community.ts";
import { reportOf } from "../doctor/report.ts";
import { patientOf } from "../doctor/whom.ts";
import type { Stack } from "../stack.ts";
import { UsageError } from "../usage-error.ts";
import type { Engine, EngineOperation } from "./engine.ts";
import { follow } from "./followed.ts";
import type { Operation } from "./rate-limits.ts";
import { type Ended, isWell } from "./row.ts";
import type { Work } from "./run-fleet.ts";

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
    async on(stack, say) {
      const surroundings = { ...shell(), stderr: (text: string) => sayLast(say, text) };
      return inShell(surroundings, async () => {
        say("reading its config");
        const { community, internet, checks, waited } = patientOf(await onlyCommunityOf(stack, "doctor"), {
          inside,
        });
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
    },
  };
}

/** Takes a backup of each. */
export const backupWork: Work = {
  name: "backup",
  operations: ["backup"],
  async on(stack, say) {
    let last = "";
    const heard = (text: string) => {
      last = text.trim() || last;
      sayLast(say, text);
    };
    return inShell({ ...shell(), stderr: heard }, async () => {
      const { settings } = await onlyCommunityOf(stack, "backup");
      const { code } = await takeBackup(settings);
      return code === 0 ? { result: "done", exitCode: 0 } : { result: "failed", exitCode: 1, error: last };
    });
  },
};

/** @param command that does the same for one community; no command of the fleet names one */
async function onlyCommunityOf(stack: Stack, command: "doctor" | "backup"): Promise<OpenedCommunity> {
  try {
    return await communityOf(stack, undefined);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const each = `npx mastiff ${command} -s ${stack.name} --community <name>`;
    throw new OperatorError(`${error.message}\n          a fleet looks at stacks with one:  ${each}`);
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
