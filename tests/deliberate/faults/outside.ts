/** Faults in cli/ and checks/. */
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
    name: "check-that-cannot-fail",
    file: "checks/table.ts",
    text: "must(v6.length > 0,",
    replacement: "must(v6.length >= 0,",
    what: "a check that cannot fail: hosts without IPv6 pass",
  },
  {
    name: "two-schedulers-pass",
    file: "checks/inside.ts",
    text: "must(count === 1,",
    replacement: "must(count >= 1,",
    what: "a count that is only looked at from below: scheduled work is done twice, and the doctor is content",
  },
  {
    name: "hole-in-a-later-series-passes",
    file: "checks/release.ts",
    text: "one.isSecurity && one.published > published + sameDayMs",
    replacement: "one.isSecurity && one.published < published + sameDayMs",
    what: "a comparison the wrong way round: nobody hears that a series gets no repairs any more",
  },
  {
    name: "proof-taken-for-permission",
    file: "cli/doctor/fly-token.ts",
    text: "return location === permissions ? endsIn(caveats) : [];",
    replacement: "return endsIn(caveats);",
    what: "a proof of who somebody is, which flyctl renews, taken for the token's own end: an alarm each day",
  },
  {
    name: "look-that-failed-is-empty",
    file: "providers/fly/inside.ts",
    text: "if (ended.exitCode === 0) return answerOf(ended) ?? null;",
    replacement: "if (ended.exitCode >= 0) return answerOf(ended) ?? null;",
    what: "an exit code that nobody reads: why Rails does not start is not said",
  },
];
