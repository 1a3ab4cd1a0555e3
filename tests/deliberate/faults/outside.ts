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
    name: "any-key-proves",
    file: "cli/restore/signing-key.ts",
    text: "isPair(pem, pair.public)",
    replacement: "pem.length > 0",
    what: "a proof that proves nothing: whatever the escrow decrypts passes for the key of the account",
  },
  {
    name: "other-secrets-pass",
    file: "cli/restore/escrow.ts",
    text: "own[name] !== secrets[name]",
    replacement: "own[name] === undefined",
    what: "a comparison of names only: a backup of another community is restored, and nobody can sign",
  },
  {
    name: "secrets-into-a-living-stack",
    file: "cli/restore/given-secrets.ts",
    text: ".filter((name) => !expected.has(name))",
    replacement: ".filter((name) => name === community && !expected.has(name))",
    what: "a guard that is never met: the secrets of a community that is up are replaced",
  },
  {
    name: "latest-is-empty",
    file: "cli/commands/restore.ts",
    text: 'text === "latest" && !isUnderWay',
    replacement: 'text === "" && !isUnderWay',
    what: "a rule that is never asked: `latest` restores the backup of the empty community that was just made",
  },
  {
    name: "check-that-cannot-fail",
    file: "checks/table.ts",
    text: "must(v6.length > 0,",
    replacement: "must(v6.length >= 0,",
    what: "a check that cannot fail: hosts without IPv6 pass",
  },
];
