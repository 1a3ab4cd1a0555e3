/** The machine that takes backups, as it should be, and how a live one differs. Pure, but for the script. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { bashJob } from "../call/bash-job.ts";
import { direct } from "../call/direct.ts";
import { lastJsonLine } from "../call/parse.ts";
import { variableDifferences } from "../release/fly-toml.ts";
import type { Ended, OneOff } from "../release/one-off.ts";
import type { BackupManifest, BackupSpec } from "../spec.ts";
import {
  imageOf,
  isGone,
  type Machine,
  runsImage,
  sharedSize,
  sizeDifferences,
  sizeOf,
} from "../things/machines.ts";

/** Jobs of the machines in the app: by the schedule, by hand, before a release migrates the database. */
export const jobs = { scheduled: "backup", now: "backup-now", before: "backup-before" } as const;

/**
 * The machine of the spec.
 *
 * @param image image of the database's machines
 * @param secretsDigest undefined: not known, as in `observe`
 */
export function wantedMachine(
  { app, region, schedule, memoryMb, env }: BackupSpec,
  image: string,
  secretsDigest: string | undefined,
): OneOff {
  return {
    app,
    job: jobs.scheduled,
    region,
    image,
    size: sharedSize(memoryMb),
    sizedBy: undefined,
    env,
    command: direct(bashJob("backup")),
    schedule,
    ...(secretsDigest !== undefined && { metadata: { mastiff_secrets: stamp(secretsDigest) } }),
    subject: "backup",
    doing: "taking one",
    suffices: (lines) => manifestIn(lines) !== null,
  };
}

/** Differences between a live machine and the wanted one, in words. */
export function machineDifferences(machine: Machine, wanted: OneOff): string[] {
  const { config = {} } = machine;
  const texts: string[] = [];
  if (machine.region !== wanted.region) texts.push(`region is ${machine.region}, should be ${wanted.region}`);
  if (config.schedule !== wanted.schedule)
    texts.push(`schedule is ${config.schedule ?? "none"}, should be ${wanted.schedule}`);
  if (!runsImage(machine, wanted.image)) texts.push(`image is ${config.image}, should be ${wanted.image}`);
  texts.push(...sizeDifferences(sizeOf(machine), wanted.size), ...variableDifferences(machine, wanted.env));
  if (!isDeepStrictEqual(config.init?.cmd, wanted.command)) texts.push("it runs another script");
  const secrets = wanted.metadata?.mastiff_secrets;
  if (secrets !== undefined && config.metadata?.mastiff_secrets !== secrets)
    texts.push("it was made for other secrets");
  return texts;
}

/** The scheduled machine; of several, the newest. */
export function newestOf(machines: readonly Machine[]): Machine | undefined {
  return machines
    .filter((one) => !isGone(one) && one.config?.metadata?.mastiff_job === jobs.scheduled)
    .sort((a, b) => Date.parse(b.created_at ?? "") - Date.parse(a.created_at ?? ""))[0];
}

/** A job that runs once, with everything that the scheduled machine has. */
export function jobLike(machine: Machine, app: string, job: string, doing: string): OneOff {
  return {
    app,
    job,
    region: machine.region,
    image: imageOf(machine),
    size: sizeOf(machine),
    sizedBy: undefined,
    env: machine.config?.env ?? {},
    command: machine.config?.init?.cmd ?? [],
    subject: "backup",
    doing,
  };
}

/** The manifest that the script printed last; null when these lines have none. */
export function manifestIn(lines: readonly string[]): BackupManifest | null {
  const last = lastJsonLine(lines);
  return last?.format === 1 ? (last as unknown as BackupManifest) : null;
}

/** How a run that failed ended, in words. */
export function outcomeOf({ exitCode, oomKilled }: Ended): string {
  return oomKilled ? "ran out of memory and was killed" : `failed with exit code ${exitCode}`;
}

/** Part of the digest, which everybody in the organisation can read. */
function stamp(secretsDigest: string): string {
  return createHash("sha256").update(secretsDigest).digest("hex").slice(0, 16);
}
