import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { growthADay, growthSince } from "../../cli/doctor/growth.ts";
import type { BackupSettings } from "../../components/config/backup-settings.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { backupsOutput, putBackup } from "../support/backups.ts";
import { type S3Server, startS3 } from "../support/s3-server.ts";

const bucket = "backups-acme-social";
const backup = { bucket, schedule: "daily" } as BackupSettings;

let s3: S3Server;
beforeAll(async () => {
  s3 = await startS3(bucket);
});
afterAll(() => s3[Symbol.asyncDispose]());
beforeEach(() => {
  s3.objects.clear();
  s3.refusal = undefined;
});

const put = (days: number, databaseBytes?: number, domain = "acme.social") =>
  putBackup(s3, {
    hours: days * 24,
    manifest: { domain, databaseBytes },
  });
const growth = (bytes: number) =>
  growthSince(Promise.resolve(JSON.parse(backupsOutput(s3.url, { bucket }))), backup, "acme.social")(bytes);

test("a database grows by what it has more than in the oldest backup of a month, a day", async () => {
  put(60, 1);
  put(20, 1_000_000_000);
  put(2, 1_900_000_000);
  expect(await growth(2_000_000_000)).toBeCloseTo(50_000_000, -4);
});

test.each<[what: string, prepare: () => void]>([
  ["there is no backup", () => {}],
  ["no backup says how large it was", () => put(20)],
  ["the only one is from this morning", () => put(0.5, 1_000)],
  ["they are of another community", () => put(20, 1_000, "cats.party")],
  [
    "the bucket does not answer",
    () => {
      put(20, 1_000);
      s3.refusal = { status: 403, code: "AccessDenied" };
    },
  ],
])("is unknown where %s", async (_what, prepare) => {
  prepare();
  expect(await growth(2_000)).toBeUndefined();
});

test.each([undefined, new OperatorError("error: incorrect passphrase")])(
  "is unknown without a key of the bucket",
  async (access) => {
    expect(await growthSince(Promise.resolve(access), backup, "acme.social")(2_000)).toBeUndefined();
  },
);

test("what shrinks does not grow", () => {
  expect(growthADay({ taken: 0, bytes: 2_000 }, 1_000, 10 * 24 * 3_600_000)).toBe(0);
});
