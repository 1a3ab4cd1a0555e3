import { describe, expect, test } from "vitest";
import { costOf } from "../../components/cost/cost.ts";
import { usd } from "../../components/cost/usd.ts";
import { planFly } from "../../components/fly/plan.ts";
import { postgresThing } from "../../components/fly/postgres.ts";
import { redisThing } from "../../components/fly/redis.ts";
import { housekeepingThings, planHousekeeping } from "../../components/housekeeping/housekeeping-plan.ts";
import { mailServerOf } from "../../components/mastodon/environment.ts";
import { machineDifferences } from "../../providers/fly/backup/backup-machine.ts";
import type { OneOff } from "../../providers/fly/release/one-off.ts";
import type { Machine } from "../../providers/fly/things/machines.ts";
import { problemsOf } from "../../providers/fly/things/scheduled.ts";
import { fixes, parse, problems } from "../support/config.ts";

const housekeeping = (parts: object) => ({ housekeeping: JSON.stringify(parts) });
const things = (parts: object = {}) => {
  const plan = planHousekeeping(parse(housekeeping(parts)));
  return plan && housekeepingThings("dogs-housekeeping", plan);
};
const app = "mastiff-party";

describe("what Mastodon forgets", () => {
  test("is media after two weeks, unless somebody has chosen, and nothing else", () => {
    const usual = { app, days: {}, defaults: { media_cache_retention_period: 14 } };
    expect(things()?.retention.spec).toEqual(usual);
    expect(planHousekeeping(parse())).toEqual(planHousekeeping(parse(housekeeping({}))));
  });

  test("is what config says, and 0 is for good", () => {
    expect(things({ mediaCache: 0, posts: 365, archives: 30 })?.retention.spec).toEqual({
      app,
      days: {
        media_cache_retention_period: 0,
        content_cache_retention_period: 365,
        backups_retention_period: 30,
      },
      defaults: {},
    });
  });

  test("is left alone where housekeeping is off", () => {
    expect(planHousekeeping(parse({ housekeeping: "off" }))).toBeUndefined();
  });
});

describe("the machine that tidies up", () => {
  test("is there only for what Mastodon does not do by itself", () => {
    expect(things({ mediaCache: 3, posts: 9, archives: 1 })?.machine).toBeUndefined();
    expect(things({ orphans: true })?.machine?.spec).toEqual({ app, schedule: "monthly", orphans: true });
    expect(things({ previewCards: 30, schedule: "weekly" })?.machine).toEqual({
      name: "dogs-housekeeping-machine",
      kind: "housekeeping",
      spec: { app, schedule: "weekly", orphans: false, previewCardDays: 30 },
    });
  });

  test("costs hours of the web machines' size, a stopped image, and lists of the bucket", () => {
    const parts = (more: object) =>
      Object.fromEntries(
        costOf(parse(housekeeping(more)))
          .use.filter(({ what }) => what.startsWith("housekeeping"))
          .map(({ what, micros }) => [what, usd(micros)]),
      );
    expect(parts({ mediaCache: 3 })).toEqual({});
    // 667 lists of a thousand: 35 minutes of 6.95 a month, and 667 operations of 4.50 a million.
    expect(parts({ orphans: true })).toEqual({
      "housekeeping: machine": "0.01",
      "housekeeping: machine, while it is stopped": "0.30",
      "housekeeping: lists of the uploads": "0.00",
    });
    expect(Object.keys(parts({ previewCards: 30 }))).not.toContain("housekeeping: lists of the uploads");
  });

  const wanted: OneOff = {
    app,
    job: "housekeeping",
    region: "ams",
    image: "ghcr.io/mastodon/mastodon:v4.7.4",
    size: { cpuKind: "shared", cpus: 1, memoryMb: 1024 },
    sizedBy: undefined,
    env: { MASTIFF_ORPHANS: "1" },
    command: ["bundle", "exec", "rails", "runner", "# mastiff: housekeeping"],
    schedule: "weekly",
    subject: "housekeeping",
    doing: "tidying up",
  };
  const machine = (exit: object, more: Partial<Machine> = {}): Machine => ({
    id: "148e",
    name: "housekeeping",
    state: "stopped",
    region: "ams",
    config: {
      image: wanted.image,
      env: { ...wanted.env },
      schedule: "weekly",
      guest: { cpu_kind: "shared", cpus: 1, memory_mb: 1024 },
      init: { cmd: [...wanted.command] },
    },
    events: [{ type: "exit", timestamp: Date.UTC(2026, 10, 29, 3), request: { exit_event: exit } }],
    ...more,
  });

  test.each<[string, Machine, string[]]>([
    ["is well", machine({}), []],
    [
      "found too many orphans",
      machine({ exit_code: 1 }),
      ["the last housekeeping failed with exit code 1 (2026-11-29 03:00 UTC)"],
    ],
    [
      "was killed",
      machine({ exit_code: 137, oom_killed: true }),
      ["the last housekeeping ran out of memory (2026-11-29 03:00 UTC)"],
    ],
    ["was stopped", machine({ exit_code: 130, requested_stop: true }), []],
    ["runs again after a failure", machine({ exit_code: 1 }, { state: "started" }), []],
    ["does not start", machine({}, { state: "failed" }), ["machine 148e of the housekeeping has failed"]],
    [
      "is in another region",
      machine({}, { region: "fra" }),
      ["of the housekeeping: region is fra, should be ams"],
    ],
  ])("one that %s", (_what, one, expected) => {
    expect(problemsOf(one, wanted)).toEqual(expected);
  });

  test("of an older release differs in its image alone", () => {
    const newer = { ...wanted, image: "ghcr.io/mastodon/mastodon:v4.7.5" };
    expect(machineDifferences(machine({}), newer)).toHaveLength(1);
  });
});

describe("refused, with the reason", () => {
  test.each<[string, Record<string, string>, string]>([
    [
      "another word",
      { housekeeping: "never" },
      'housekeeping: is not JSON; it should look like off, or like {"mediaCache":30,"orphans":true}',
    ],
    [
      "a preview that would stay away",
      housekeeping({ previewCards: 7 }),
      "housekeeping: previewCards: is below 14: a preview is fetched again only when its link is posted after two weeks",
    ],
    [
      "a schedule for nothing",
      housekeeping({ mediaCache: 7, schedule: "weekly" }),
      "housekeeping: applies only to orphans and previewCards, and neither is set: Mastodon sees to the rest by itself",
    ],
    ["snapshots for a quarter", { snapshotRetention: "90" }, "snapshotRetention: must be between 1 and 60"],
  ])("%s", (_what, config, problem) => {
    expect(problems(config)).toEqual([problem]);
  });

  test("what is set for nothing is taken away alone", () => {
    expect(fixes(housekeeping({ mediaCache: 7, schedule: "weekly" }))).toEqual([
      "pulumi config rm mastiff:housekeeping --stack dev",
      "pulumi config set-all --path --plaintext mastiff:housekeeping.mediaCache=7 --stack dev",
    ]);
  });
});

describe("Fly's snapshots", () => {
  const planned = (config: Record<string, string>) => {
    const community = parse(config);
    const { postgres, redis } = planFly(community, mailServerOf(community));
    const place = { org: "mastiff", region: "ams" };
    return [postgresThing("db", place, postgres).spec, redisThing("redis", place, redis).spec];
  };

  test("are kept as they are, and in both volumes as long as config says", () => {
    for (const spec of planned({})) expect(spec).not.toHaveProperty("snapshotDays");
    for (const spec of planned({ snapshotRetention: "30" })) expect(spec).toMatchObject({ snapshotDays: 30 });
  });

  test("cost what they store beyond the free 10 GB", () => {
    const snapshots = (config: Record<string, string>) =>
      costOf(parse(config)).use.find(({ what }) => what === "snapshots of the volumes");
    expect(snapshots({})).toMatchObject({ amount: 10, micros: 0 });
    // 55 days more of 0.2 GB.
    expect(snapshots({ snapshotRetention: "60" })).toMatchObject({ amount: 21, micros: 880_000 });
  });
});
