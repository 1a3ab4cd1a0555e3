import { describe, expect, test } from "vitest";
import type { Backup } from "../../cli/backups/in-bucket.ts";
import { manifestOf } from "../../cli/backups/manifest.ts";
import { ageText, backupsTable, lateness, sizeText } from "../../cli/backups/report.ts";
import { putBackup } from "../support/backups.ts";

const now = Date.parse("2026-11-29T12:00:00Z");
const minute = 60_000;
const hour = 60 * minute;

describe("the newest backup is late", () => {
  test.each([
    ["daily", 49 * hour, undefined],
    [
      "daily",
      49 * hour + 1,
      "the newest backup is 2 d old (2026-11-27 10:59 UTC), and the schedule is daily",
    ],
    ["hourly", 3 * hour, undefined],
    [
      "hourly",
      3 * hour + 1,
      "the newest backup is 3 h old (2026-11-29 08:59 UTC), and the schedule is hourly",
    ],
    // A clock of Fly's that is ahead of this machine's.
    ["hourly", -5 * minute, undefined],
  ] as const)("%s: %i ms old: %s", (schedule, age, words) => {
    expect(lateness({ taken: now - age }, schedule, now)).toBe(words);
  });

  test("when there is none", () => {
    expect(lateness(undefined, "daily", now)).toBe("there is no backup");
  });
});

test.each([
  [-minute, "0 min"],
  [59_999, "0 min"],
  [119 * minute, "119 min"],
  [2 * hour, "2 h"],
  [48 * hour - 1, "47 h"],
  [48 * hour, "2 d"],
  [400 * 24 * hour, "400 d"],
])("%i ms are %s", (ms, text) => {
  expect(ageText(ms)).toBe(text);
});

test.each([
  [0, "0.0 KiB"],
  [1536, "1.5 KiB"],
  [1024 ** 2 - 1, "1.0 MiB"],
  [3.25 * 1024 ** 2, "3.3 MiB"],
  [12 * 1024 ** 3, "12.0 GiB"],
  [5000 * 1024 ** 4, "5000.0 TiB"],
])("%i bytes are %s", (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

test("the table has a line for each backup, numbers to the right, and says what is wrong with one", () => {
  const { manifest } = putBackup({ objects: new Map() }, { hours: 0 });
  const one: Backup = {
    key: "daily/2026-11-29/20261129T030000Z.json",
    class: "daily",
    taken: Date.parse("2026-11-29T03:00:00Z"),
    manifest: { ...manifest, bytes: 3.25 * 1024 ** 2 },
    problem: undefined,
    drill: undefined,
  };
  const proven: Backup = {
    ...one,
    drill: {
      format: 1,
      drilled: "2026-11-29T09:12:41.000Z",
      dump: manifest.dump,
      schema: manifest.schema,
      rows: manifest.rows,
      databaseBytes: 3_650_722_202,
      seconds: 213.4,
      key: "decrypted",
    },
  };
  const unread: Backup = {
    ...one,
    class: "monthly",
    taken: Date.parse("2026-11-01T03:00:00Z"),
    manifest: undefined,
    problem: "this version of Mastiff cannot read its manifest",
  };
  expect(backupsTable([one, proven, unread], now)).toBe(
    [
      "taken                  age  class       size  Mastodon  accounts  users  statuses  proven",
      "2026-11-29 03:00 UTC   9 h  daily    3.3 MiB  v4.7.4       40321     52   1203455",
      "2026-11-29 03:00 UTC   9 h  daily    3.3 MiB  v4.7.4       40321     52   1203455  2026-11-29 09:12 UTC",
      "2026-11-01 03:00 UTC  28 d  monthly                                                                      this version of Mastiff cannot read its manifest",
    ].join("\n"),
  );
});

describe("a manifest", () => {
  const { manifest } = putBackup({ objects: new Map() }, { hours: 0 });

  test("is read as the script writes it, with a line break at its end", () => {
    expect(manifestOf(`${JSON.stringify(manifest)}\n`)).toEqual(manifest);
  });

  test("may lack the size of the database, which earlier versions did not write", () => {
    const { databaseBytes: _, ...earlier } = manifest;
    expect(manifestOf(JSON.stringify(earlier))).toEqual(earlier);
  });

  test.each([
    ["no JSON", "<Error>"],
    ["of another format", JSON.stringify({ ...manifest, format: 2 })],
    ["without its rows", JSON.stringify({ ...manifest, rows: undefined })],
    ["with a time that is none", JSON.stringify({ ...manifest, taken: "yesterday" })],
  ])("that is %s is not read", (_what, text) => {
    expect(manifestOf(text)).toBeUndefined();
  });
});
