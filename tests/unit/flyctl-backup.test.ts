import { describe, expect, test } from "vitest";
import {
  jobLike,
  machineDifferences,
  manifestIn,
  newestOf,
} from "../../providers/fly/backup/backup-machine.ts";
import { hasWorked, runProblem } from "../../providers/fly/backup/last-run.ts";
import type { OneOff } from "../../providers/fly/release/one-off.ts";
import type { Machine, MachineConfig, MachineEvent } from "../../providers/fly/things/machines.ts";

const hour = 3_600_000;
const now = Date.UTC(2026, 10, 29, 12);

/** A machine whose program ended so long ago. */
function machine(hoursAgo: number | undefined, exit: object = {}, more: Partial<Machine> = {}): Machine {
  const ended: MachineEvent[] =
    hoursAgo === undefined
      ? []
      : [{ type: "exit", timestamp: now - hoursAgo * hour, request: { exit_event: exit } }];
  // An older run, listed first: the order of events is not relied on.
  const older: MachineEvent = {
    type: "exit",
    timestamp: now - 900 * hour,
    request: { exit_event: { exit_code: 9 } },
  };
  return {
    id: "148e",
    name: "backup",
    state: "stopped",
    region: "ams",
    created_at: new Date(now - 1000 * hour).toISOString(),
    events: hoursAgo === undefined ? [] : [older, ...ended],
    ...more,
  };
}

describe("the last run", () => {
  test.each<[string, Machine, "hourly" | "daily", string | undefined]>([
    ["is young and well", machine(1), "daily", undefined],
    [
      "has failed",
      machine(9, { exit_code: 1 }),
      "daily",
      "the last backup failed with exit code 1 (2026-11-29 03:00 UTC)",
    ],
    [
      "was killed",
      machine(9, { exit_code: 137, oom_killed: true }),
      "daily",
      "the last backup ran out of memory (2026-11-29 03:00 UTC)",
    ],
    [
      "was stopped",
      machine(9, { requested_stop: true }),
      "daily",
      "the last backup was stopped by somebody else (2026-11-29 03:00 UTC)",
    ],
    ["is two days and an hour old", machine(49), "daily", undefined],
    [
      "is older than that",
      machine(57),
      "daily",
      "the last backup ended 2026-11-27 03:00 UTC, and the schedule is daily",
    ],
    ["is three hours old", machine(3), "hourly", undefined],
    [
      "is four hours old",
      machine(4),
      "hourly",
      "the last backup ended 2026-11-29 08:00 UTC, and the schedule is hourly",
    ],
    ["goes on after a failure", machine(1, { exit_code: 1 }, { state: "started" }), "daily", undefined],
    [
      "goes on for days",
      machine(57, {}, { state: "started" }),
      "daily",
      "the last backup ended 2026-11-27 03:00 UTC, and the schedule is daily",
    ],
    [
      "is the first, and goes on",
      machine(undefined, {}, { state: "started", created_at: new Date(now - hour).toISOString() }),
      "daily",
      undefined,
    ],
    [
      "never ended",
      machine(undefined, {}, { created_at: "2026-11-27T03:00:00Z" }),
      "daily",
      "no backup has ended since 2026-11-27 03:00 UTC, and the schedule is daily",
    ],
    ["could not be", machine(1, {}, { state: "failed" }), "daily", "machine 148e of the backups has failed"],
  ])("%s", (_what, one, schedule, problem) => {
    expect(runProblem(one, schedule, now)).toBe(problem);
  });

  test.each<[string, Machine, boolean]>([
    ["an exit code of 0", machine(800), true],
    ["another exit code", machine(1, { exit_code: 1 }), false],
    ["an end by other hands", machine(1, { requested_stop: true }), false],
    ["no end", machine(undefined), false],
    ["a machine that has failed since", machine(1, {}, { state: "failed" }), false],
  ])("with %s", (_what, one, worked) => {
    expect(hasWorked(one)).toBe(worked);
  });
});

const image = "docker.io/flyio/postgres-flex:17.2";
const wanted: OneOff = {
  app: "acme-backup",
  job: "backup",
  region: "ams",
  image,
  size: { cpuKind: "shared", cpus: 1, memoryMb: 512 },
  sizedBy: undefined,
  env: { MASTIFF_DOMAIN: "acme.org" },
  command: ["bash", "-c", "# mastiff: backup"],
  schedule: "daily",
  metadata: { mastiff_secrets: "5ec7e7" },
  subject: "backup",
  doing: "taking one",
};

/** The wanted machine, with another config. */
function live(config: MachineConfig = {}, more: Partial<Machine> = {}): Machine {
  return machine(
    1,
    {},
    {
      config: {
        image: `${image}@sha256:00`,
        schedule: "daily",
        guest: { cpu_kind: "shared", cpus: 1, memory_mb: 512 },
        env: { MASTIFF_DOMAIN: "acme.org" },
        init: { cmd: ["bash", "-c", "# mastiff: backup"] },
        metadata: { mastiff_job: "backup", mastiff_secrets: "5ec7e7" },
        ...config,
      },
      ...more,
    },
  );
}

describe("the machine that takes backups", () => {
  test.each<[string, Machine, string[]]>([
    ["nothing", live(), []],
    ["the digest of the tag", live({ image: `${image}@sha256:01` }), []],
    ["the region", live({}, { region: "fra" }), ["region is fra, should be ams"]],
    ["the schedule", live({ schedule: "hourly" }), ["schedule is hourly, should be daily"]],
    [
      "the image",
      live({ image: "docker.io/flyio/postgres-flex:16.4" }),
      [`image is docker.io/flyio/postgres-flex:16.4, should be ${image}`],
    ],
    ["the size", live({ guest: { cpus: 1, memory_mb: 256 } }), ["memory is 256 MB, should be 512 MB"]],
    [
      "a variable",
      live({ env: { MASTIFF_DOMAIN: "other.org" } }),
      ['variable MASTIFF_DOMAIN is "other.org", should be "acme.org"'],
    ],
    ["the script", live({ init: { cmd: ["bash", "-c", "true"] } }), ["it runs another script"]],
    ["the secrets", live({ metadata: { mastiff_job: "backup" } }), ["it was made for other secrets"]],
  ])("differs by %s", (_what, one, differences) => {
    expect(machineDifferences(one, wanted)).toEqual(differences);
  });

  test("without a schedule is told so", () => {
    const { schedule: _none, ...config } = live().config ?? {};
    expect(machineDifferences(live({}, { config }), wanted)).toEqual(["schedule is none, should be daily"]);
  });

  test("whose secrets are not known, as in a look, does not differ by them", () => {
    const { metadata: _unknown, ...rest } = wanted;
    expect(machineDifferences(live({ metadata: { mastiff_job: "backup" } }), rest)).toEqual([]);
  });

  test("of several is the newest that is there and has the schedule", () => {
    const at = (day: number, more: Partial<Machine> = {}, config: MachineConfig = {}) =>
      live(config, { id: `m${day}`, created_at: `2026-11-0${day}T00:00:00Z`, ...more });
    const job = { metadata: { mastiff_job: "backup-now" } };
    expect(newestOf([at(1), at(3), at(2), at(4, { state: "destroyed" }), at(5, {}, job)])?.id).toBe("m3");
    expect(newestOf([at(5, {}, job)])).toBeUndefined();
  });

  test("gives a job beside the schedule all that it has, but not the schedule", () => {
    const job = jobLike(live(), "acme-backup", "backup-now", "taking one");
    const { schedule: _daily, metadata: _secrets, ...rest } = wanted;
    expect(job).toEqual({ ...rest, job: "backup-now" });
  });
});

test("a manifest is the last line that is one; other JSON is none", () => {
  expect(manifestIn(["dumping", '{"format":1,"class":"daily"}', "done"])).toEqual({
    format: 1,
    class: "daily",
  });
  expect(manifestIn(["dumping"])).toBeNull();
  expect(manifestIn(['{"format":2}'])).toBeNull();
});
