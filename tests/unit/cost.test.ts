import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { budgetProblem } from "../../components/cost/budget.ts";
import { type CostedSettings, costOf, machineMicros } from "../../components/cost/cost.ts";
import { type Price, prices, regions } from "../../components/cost/prices.ts";
import { costJson, costLine, costTable } from "../../components/cost/report.ts";
import { microsOf, usd } from "../../components/cost/usd.ts";
import { waysBack } from "../../components/cost/ways-back.ts";
import { parse, problems } from "../support/config.ts";

const all = Object.entries<Price>(prices);

test.each(all)("the price %s is whole micro-dollars with a source and a day", (_name, price) => {
  expect(Number.isInteger(price.micros) && price.micros >= 0).toBe(true);
  expect(new URL(price.source).protocol).toBe("https:");
  expect(new Date(`${price.checked}T00:00:00Z`).toISOString().slice(0, 10)).toBe(price.checked);
});

/** The table of started machines on Fly's page, region iad. */
const flysTable: [cpus: number, memoryMb: number, usd: string][] = [
  [1, 256, "2.19"],
  [1, 512, "3.69"],
  [1, 1024, "6.70"],
  [1, 2048, "12.70"],
  [2, 512, "4.39"],
  [2, 1024, "7.39"],
  [2, 2048, "13.39"],
  [2, 4096, "25.40"],
  [4, 1024, "8.78"],
  [4, 2048, "14.78"],
  [4, 4096, "26.79"],
  [4, 8192, "50.80"],
  [6, 1536, "13.16"],
  [6, 12288, "76.20"],
  [8, 2048, "17.55"],
  [8, 4096, "29.56"],
  [8, 8192, "53.57"],
  [8, 16384, "101.60"],
];

describe("a machine costs what Fly's page says", () => {
  test.each(flysTable)("shared-cpu-%dx with %d MB", (cpus, memoryMb, price) => {
    expect(usd(machineMicros({ cpus, memoryMb }, "iad"))).toBe(price);
  });

  // The page's example of an app in three regions.
  test.each([
    ["iad", "6.70"],
    ["fra", "7.73"],
    ["sin", "8.50"],
  ])("shared-cpu-1x with 1 GB in %s", (region, price) => {
    expect(usd(machineMicros({ cpus: 1, memoryMb: 1024 }, region))).toBe(price);
  });
});

describe("a community costs", () => {
  /** What the fixed parts cost that cost something. */
  const paid = (settings: CostedSettings) =>
    Object.fromEntries(
      costOf(settings)
        .fixed.filter(({ micros }) => micros > 0)
        .map(({ what, micros }) => [what, usd(micros)]),
    );

  test("the defaults: Amsterdam, preset tiny", () => {
    // 0.0000008465 USD a second and CPU, 0.000002316 a second and GB, × 2,592,000 seconds × 1.038461538.
    expect(paid(parse())).toEqual({
      "web: shared-cpu-1x, 1024 MB": "6.95",
      "background jobs: shared-cpu-1x, 1024 MB": "6.95",
      "streaming: shared-cpu-1x, 512 MB": "3.84",
      "database: shared-cpu-1x, 1024 MB": "6.95",
      "database: volume": "1.50",
      "Redis: shared-cpu-1x, 256 MB": "2.28",
      "Redis: volume": "0.15",
    });
    expect(usd(costOf(parse()).fixedMicros)).toBe("28.63");
  });

  test("the sizes of the guide, with Upstash's Redis by use", () => {
    const settings = parse({ preset: "guide", region: "iad" });
    // 2 × 6.70 + 2 × 2.19 + 0.15
    expect(usd(costOf(settings).fixedMicros)).toBe("17.93");
    // Five threads ask every two seconds: 6,480,000 commands in 30 days, at 0.20 for 100,000.
    expect(costOf(settings).use.find(({ cloud }) => cloud === "Upstash")).toMatchObject({
      amount: 64.8,
      micros: 12_960_000,
    });
  });

  test("everything that can be had", () => {
    const settings = parse({
      preset: "medium",
      region: "iad",
      dedicatedIpv4: "true",
      certificates: "wildcard",
      sendgridAccountIsOurs: "true",
    });
    expect(paid(settings)).toEqual({
      "web: shared-cpu-4x, 4096 MB": "53.57",
      "background jobs: shared-cpu-2x, 2048 MB": "26.79",
      "scheduler: shared-cpu-1x, 1024 MB": "6.70",
      "streaming: shared-cpu-1x, 1024 MB": "13.39",
      "database: shared-cpu-4x, 8192 MB": "50.80",
      "database: volume": "7.50",
      "Redis: shared-cpu-1x, 2048 MB": "12.70",
      "Redis: volume": "0.30",
      "IPv4 addresses": "4.00",
      certificates: "1.00",
      "mail: SendGrid's plan": "19.95",
    });
    expect(usd(costOf(settings).fixedMicros)).toBe("196.69");
  });

  test.each([
    ["Fixed 250MB", "10.00"],
    ["flyio_fixed_1gb", "20.00"],
    ["Fixed 50GB", "400.00"],
  ])("Upstash's plan %s", (plan, price) => {
    const { fixed, unknown } = costOf(parse({ redis: JSON.stringify({ kind: "upstash", plan }) }));
    expect(usd(fixed.find(({ cloud }) => cloud === "Upstash")?.micros ?? 0)).toBe(price);
    expect(unknown).toEqual([]);
  });

  test("at least what is known, for a plan and a region without a price", () => {
    const redis = JSON.stringify({ kind: "upstash", plan: "Fixed 3TB" });
    const settings = parse({ region: "xyz", redis, budget: "10" });
    const { fixedMicros, unknown } = costOf(settings);
    expect(fixedMicros).toBe(costOf({ ...settings, region: "iad" }).fixedMicros);
    expect(unknown).toEqual([expect.stringContaining("xyz"), expect.stringContaining("Fixed 3TB")]);
    expect(costLine(costOf(settings))).toMatch(/^at least /);
    expect(budgetProblem(settings)).toMatch(/at least .*\n.*xyz.*\n.*Fixed 3TB/);
    expect(costTable(costOf(settings))).toContain("Fixed 3TB");
  });

  test.each<[string, Record<string, string>, string, string]>([
    ["a shared account", {}, "by use", "19.95"],
    ["an account of its own", { sendgridAccountIsOurs: "true" }, "fixed", "19.95"],
    ["the EU", { sendgridAccountIsOurs: "true", sendgridRegion: "eu" }, "fixed", "89.95"],
  ])("SendGrid's plan: %s", (_what, extra, where, price) => {
    const { fixed, use } = costOf(parse(extra));
    const plan = (parts: typeof fixed) => parts.find(({ what }) => what === "mail: SendGrid's plan");
    expect(usd(plan(where === "fixed" ? fixed : use)?.micros ?? 0)).toBe(price);
    expect(plan(where === "fixed" ? use : fixed)).toBeUndefined();
  });

  test("nothing at SendGrid with another mail server", () => {
    const settings = parse({ smtpServer: "smtp.example.org", smtpAuth: "none", smtpEncryption: "none" });
    const { fixed, use } = costOf(settings);
    expect([...fixed, ...use].filter(({ cloud }) => cloud === "SendGrid")).toEqual([]);
  });

  test("by use, at R2, what is beyond the free amounts", () => {
    // 50 GB of uploads, 10 free, at 0.015; a million writes and ten million reads are free.
    const parts = costOf(parse({ backup: "off" })).use.filter(({ cloud }) => cloud === "Cloudflare");
    expect(parts.map(({ micros }) => micros)).toEqual([600_000, 0, 0]);
  });

  test.each<[string, object | "off", Record<string, string>]>([
    // 2.5 hours of 3.69 a month, 1 GB of image at 0.15, 14 + 8 + 12 GB at 0.015.
    [
      "each day",
      {},
      {
        "backups: machine": "0.01",
        "backups: machine, while it is stopped": "0.15",
        "backups: storage": "0.51",
      },
    ],
    // 60 hours, and three days of 24 GB more.
    [
      "each hour",
      { schedule: "hourly" },
      {
        "backups: machine": "0.31",
        "backups: machine, while it is stopped": "0.15",
        "backups: storage": "1.59",
      },
    ],
    [
      "elsewhere",
      { s3: { endpoint: "https://s3.example.org", region: "eu" }, bucket: "acme" },
      { "backups: machine": "0.01", "backups: machine, while it is stopped": "0.15" },
    ],
    ["none", "off", {}],
  ])("by use, for backups: %s", (_what, backup, expected) => {
    const key = { backupAccessKeyId: "id", backupSecretAccessKey: "secret" };
    const isElsewhere = typeof backup === "object" && "s3" in backup;
    const text = typeof backup === "string" ? backup : JSON.stringify(backup);
    const settings = parse({ region: "iad", backup: text, ...(isElsewhere && key) }, [
      "backupSecretAccessKey",
    ]);
    const parts = costOf(settings).use.filter(({ what }) => what.startsWith("backups"));
    expect(Object.fromEntries(parts.map(({ what, micros }) => [what, usd(micros)]))).toEqual(expected);
  });
});

describe("is said", () => {
  test("in one line", () => {
    expect(costLine(costOf(parse()))).toBe(
      "about 28.63 USD a month: Fly 28.63; plus, by use, uploads, backups, traffic and SendGrid's plan (19.95 for its whole account)",
    );
    expect(costLine(costOf(parse({ preset: "guide", sendgridAccountIsOurs: "true" })))).toBe(
      "about 38.57 USD a month: Fly 18.62, SendGrid 19.95; plus, by use, uploads, backups, traffic and Redis commands",
    );
  });

  test("as a table whose columns stand under each other", () => {
    const lines = costTable(costOf(parse())).split("\n");
    expect(lines.find((line) => line.startsWith("web:"))).toMatch(/^web: .* 1 machine +6\.954 +6\.95$/);
    expect(lines.find((line) => line.startsWith("fixed"))).toMatch(/ 28\.63$/);
    const end = (lines[0] ?? "").length;
    for (const line of lines.filter((one) => /\d\.\d\d/.test(one)))
      expect([line.slice(end - 4, end), line.slice(end, end + 2).trim()]).toEqual([
        expect.stringMatching(/^\d\.\d\d$/),
        "",
      ]);
  });

  test("as JSON, in whole micro-dollars", () => {
    const cost = costOf(parse());
    const json = JSON.parse(JSON.stringify(costJson(cost)));
    expect(json).toMatchObject({ currency: "USD", fixed: { micros: cost.fixedMicros }, unknown: [] });
    expect(json.fixed.parts[0]).toEqual({
      what: "web: shared-cpu-1x, 1024 MB",
      cloud: "Fly",
      amount: 1,
      unit: "machine",
      unitMicros: 6_953_987,
      micros: 6_953_987,
    });
  });
});

describe("free", () => {
  const trial = {
    what: "SendGrid's trial",
    cloud: "SendGrid",
    amount: 100,
    unit: "mails a day",
    sharedBy: "the account at SendGrid",
    until: "60 days after the account was made; then mail stops until it has a plan",
  };

  test("is what the prices say, and for a time only the trial", () => {
    const { free } = costOf(parse());
    const amounts = all.flatMap(([, price]) => price.free ?? []);
    const numeric = (list: number[]) => list.toSorted((a, b) => a - b);
    expect(numeric(free.map(({ amount }) => amount))).toEqual(numeric([...amounts, trial.amount]));
    expect(free.filter(({ until }) => until !== undefined)).toEqual([trial]);
  });

  test.each([
    ["another mail server", { smtpServer: "smtp.example.org", smtpAuth: "none", smtpEncryption: "none" }],
    ["the EU, whose mail needs a plan from the start", { sendgridRegion: "eu" }],
  ])("has no trial with %s", (_what, config) => {
    expect(costOf(parse(config)).free.filter(({ cloud }) => cloud === "SendGrid")).toEqual([]);
  });

  test("stands in the table and in the JSON, with its end", () => {
    const cost = costOf(parse());
    expect(costTable(cost)).toMatch(
      /^SendGrid's trial +100 mails a day +60 days after the account was made; /m,
    );
    expect(costTable(cost)).toMatch(
      /^uploads and backups +10 GB +no announced end; for the account at Cloudflare$/m,
    );
    const { free } = JSON.parse(JSON.stringify(costJson(cost)));
    expect(free.at(-1)).toEqual(trial);
    expect(free[0]).toMatchObject({ what: "certificates", amount: 10, unit: "hosts", until: null });
  });
});

describe("a budget", () => {
  const big = { preset: "medium", region: "iad", dedicatedIpv4: "true", certificates: "wildcard" };

  test("is an amount in USD", () => {
    expect(parse({ budget: "19.95" }).budget).toBe(19.95);
    expect(microsOf(19.95)).toBe(19_950_000);
    for (const wrong of ["30 USD", "1e3", "-1", "19.955", "1,000"])
      expect(problems({ budget: wrong })).toEqual(["budget: is not an amount in USD such as 30 or 19.95"]);
    expect(problems({ budget: "0.00" })).toEqual(["budget: must be more than 0"]);
  });

  test("is there where it is to be refused", () => {
    expect(problems({ budgetAction: "refuse" })).toEqual([
      "budgetAction: mastiff:budget is not set, so there is nothing to refuse",
    ]);
    expect(parse({ budgetAction: "refuse", budget: "30" }).budgetAction).toBe("refuse");
    expect(parse().budgetAction).toBe("warn");
  });

  test("that is kept is no problem, to the cent", () => {
    expect(budgetProblem(parse())).toBeUndefined();
    expect(budgetProblem(parse({ budget: "28.63" }))).toBeUndefined();
    expect(budgetProblem(parse({ budget: "28.62" }))).toContain("0.01 more than mastiff:budget allows");
  });

  test("that is not kept comes with the ways back, what nobody notices first", () => {
    expect(budgetProblem(parse({ ...big, budget: "165" }))).toBe(
      [
        "This community costs about 176.74 USD a month, 11.75 more than mastiff:budget allows (165.00).",
        "  set in  mastiff:budget",
        "  fix     a certificate for the assets host instead of the wildcard: saves 1.00. People notice: nothing.",
        "            pulumi config set mastiff:certificates perHost",
        "          shared IPv4 addresses: saves 4.00. People notice: nothing: the old addresses work until all records have changed.",
        "            pulumi config set mastiff:dedicatedIpv4 false",
        "          streaming with the sizes of preset small: saves 9.70. People notice: with more than 500 people, live timelines stop now and then, until apps reconnect.",
        "            pulumi config set-all --path --plaintext mastiff:streaming.count=1 --plaintext mastiff:streaming.cpus=1 --plaintext mastiff:streaming.memoryMb=512 --plaintext mastiff:streaming.databasePool=5",
        "          together: 162.05 USD a month",
        "          or allow it:  pulumi config set mastiff:budget 176.75",
      ].join("\n"),
    );
  });

  test("that a single change keeps has no other one beside it", () => {
    const problem = budgetProblem(parse({ ...big, budget: "176" }));
    expect(problem?.match(/saves/g)).toHaveLength(1);
    expect(problem).toContain("pulumi config set mastiff:certificates perHost\n");
    expect(problem).not.toContain("together");
  });

  test("that cannot be kept says how far the ways back lead", () => {
    const problem = budgetProblem(parse({ ...big, budget: "30" }));
    expect(problem).toContain("together: 44.28 USD a month, which is still 14.29 too much");
    expect(budgetProblem(parse({ budget: "20" }))).toBe(
      [
        "This community costs about 28.63 USD a month, 8.63 more than mastiff:budget allows (20.00).",
        "  set in  mastiff:budget",
        "  fix     nothing more can be saved without losing data",
        "          or allow it:  pulumi config set mastiff:budget 28.63",
      ].join("\n"),
    );
  });
});

describe("for any config", () => {
  const cpus = fc.constantFrom(1, 2, 4, 6, 8);
  const machine = cpus.chain((count) =>
    fc.record({
      cpus: fc.constant(count),
      memoryMb: fc.integer({ min: count, max: count * 8 }).map((n) => n * 256),
    }),
  );
  const count = fc.integer({ min: 1, max: 3 });
  const json = <T extends object>(parts: fc.Arbitrary<[{ cpus: number; memoryMb: number }, T]>) =>
    parts.map(([size, rest]) => JSON.stringify({ ...size, ...rest }));
  const small = fc.integer({ min: 1, max: 8 });
  const volumeGb = fc.integer({ min: 1, max: 500 });
  const raw: fc.Arbitrary<Record<string, string>> = fc.record(
    {
      region: fc.constantFrom(...Object.keys(regions)),
      preset: fc.constantFrom("tiny", "guide", "small", "medium"),
      dedicatedIpv4: fc.constantFrom("true", "false"),
      certificates: fc.constantFrom("perHost", "wildcard"),
      sendgridAccountIsOurs: fc.constantFrom("true", "false"),
      web: json(fc.tuple(machine, fc.record({ count, workers: count, threads: fc.constant(3) }))),
      sidekiq: json(fc.tuple(machine, fc.record({ count, threads: small }))),
      streaming: json(fc.tuple(machine, fc.record({ count, databasePool: fc.constant(3) }))),
      postgres: json(fc.tuple(machine, fc.record({ volumeGb }))),
      redis: fc.oneof(
        json(fc.tuple(machine, fc.record({ volumeGb }))),
        fc.constantFrom("Fixed 1GB", "Fixed 5GB").map((plan) => JSON.stringify({ kind: "upstash", plan })),
      ),
    },
    { requiredKeys: ["region"] },
  );

  test("the total is the sum of the parts, and each part its amount times its price", () => {
    fc.assert(
      fc.property(raw, (config) => {
        const { fixed, fixedMicros, use, useMicros } = costOf(parse(config));
        const sum = (parts: typeof fixed) => parts.reduce((total, { micros }) => total + micros, 0);
        expect([fixedMicros, useMicros]).toEqual([sum(fixed), sum(use)]);
        for (const { what, amount, unitMicros, micros } of fixed) {
          const isFree = what === "certificates" && amount === 3;
          expect(micros).toBe(isFree ? 0 : amount * unitMicros);
          expect(Number.isInteger(micros)).toBe(true);
        }
      }),
    );
  });

  test("a way back that is followed saves what it says, alone and with the others, and takes no data", () => {
    fc.assert(
      fc.property(raw, fc.double({ min: 0.1, max: 1, noNaN: true }), (config, share) => {
        const settings = parse(config);
        const before = costOf(settings).fixedMicros;
        const budget = Math.round(before * share);
        const ways = waysBack(settings, budget);
        for (const { command, saves } of ways) {
          const after = parse(followed(config, command));
          expect(before - costOf(after).fixedMicros).toBe(saves);
          expect(saves).toBeGreaterThan(0);
        }
        const all = parse(ways.reduce((now, { command }) => followed(now, command), config));
        const saved = ways.reduce((total, { saves }) => total + saves, 0);
        expect(costOf(all).fixedMicros).toBe(before - saved);
        expect(all.sizes.redis).toEqual(settings.sizes.redis);
        expect(all.sizes.postgres.volumeGb).toBe(settings.sizes.postgres.volumeGb);
        expect({ ...all, sizes: settings.sizes }).toEqual({
          ...settings,
          dedicatedIpv4: all.dedicatedIpv4,
          certificates: all.certificates,
        });
        // Enough, or all that there is: then even the smallest budget has no other ways.
        if (before - saved > budget) expect(ways).toEqual(waysBack(settings, 0));
        // None that people notice is there for nothing.
        else
          for (const { saves, noticed } of ways)
            if (!noticed.startsWith("nothing")) expect(before - saved + saves).toBeGreaterThan(budget);
      }),
      { numRuns: 50 },
    );
  });
});

/** A config after a printed command. */
function followed(config: Record<string, string>, command: string): Record<string, string> {
  const [, single, value = ""] = /^pulumi config set mastiff:(\w+) (\S+)$/.exec(command) ?? [];
  if (single !== undefined) return { ...config, [single]: value };
  const parts = [...command.matchAll(/--plaintext mastiff:(\w+)\.(\w+)=(\d+)/g)];
  const rest = command.replace(/ --plaintext mastiff:\w+\.\w+=\d+/g, "");
  expect(rest).toBe("pulumi config set-all --path");
  const now = { ...config };
  for (const [, key = "", part = "", number] of parts)
    now[key] = JSON.stringify({ ...(JSON.parse(now[key] ?? "{}") as object), [part]: Number(number) });
  return now;
}
