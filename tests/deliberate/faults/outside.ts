/** Faults in cli/, checks/ and policy/. */
import type { Fault } from "../fault.ts";

export const outsideFaults: readonly Fault[] = [
  {
    name: "lock-of-another-machine",
    file: "cli/recover/engine.ts",
    text: "isDead: host === hostname() && !isAlive(Number(pid)) };",
    replacement: "isDead: !isAlive(Number(pid)) };",
    what: "a process number of another machine: the lock of a run that is alive elsewhere is cancelled",
  },
  {
    name: "tootctl-always-succeeds",
    file: "cli/run.ts",
    text: 'return typeof result === "number" ? result : 0;',
    replacement: "return 0;",
    what: "an exit code that is replaced: a script cannot tell tootctl's failures apart",
  },
  {
    name: "lock-of-a-live-run",
    file: "cli/commands/recover.ts",
    text: "args.cancel === true",
    replacement: "args.cancel !== false",
    what: "a flag that is on unless it is switched off: recover takes the lock of a run that is alive elsewhere",
  },
  {
    name: "old-backup-passes",
    file: "cli/backups/report.ts",
    text: "  if (age <= longestAgeMs(schedule)) return undefined;",
    replacement: "  if (age >= longestAgeMs(schedule)) return undefined;",
    what: "a comparison the wrong way round: nobody hears that the last backup is weeks old",
  },
  {
    name: "half-a-backup-counts",
    file: "cli/backups/in-bucket.ts",
    text: "    if (one !== undefined && one.problem === undefined) return one;",
    replacement: "    return one;",
    what: "a manifest taken for a backup: the doctor is content with one whose dump is gone",
  },
  {
    name: "review-shows-secrets",
    file: "cli/review/elsewhere.ts",
    text: 'if (isSecret(value) || typeof value === "object" || value === unknownValue) return undefined;',
    replacement: "if (value === unknownValue) return undefined;",
    what: "a check too few: what the engine marks as secret goes into the words of a review",
  },
  {
    name: "wish-taken-for-drift",
    file: "cli/review/on-fly.ts",
    text: "return wish(old) === wish(next) ? differences : ",
    replacement: "return wish(old) !== wish(next) ? differences : ",
    what: "a comparison the wrong way round: a resize that config asks for is reported as drift",
  },
  {
    name: "policy-that-never-objects",
    file: "policy/policies.ts",
    text: "if (chosen.length === 0) return [];",
    replacement: "if (chosen.length < 3) return [];",
    what: "a limit that is never reached: mail leaves the EU while the uploads must not",
  },
  {
    name: "check-that-cannot-fail",
    file: "checks/table.ts",
    text: "must(v6.length > 0,",
    replacement: "must(v6.length >= 0,",
    what: "a check that cannot fail: hosts without IPv6 pass",
  },
];
