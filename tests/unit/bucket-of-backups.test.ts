import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bucketAccess } from "../../providers/cloudflare/bucket-access.ts";
import { KnownAnswers } from "../../providers/shared/known-answers.ts";
import { putBackup } from "../support/backups.ts";
import { type S3Server, startS3 } from "../support/s3-server.ts";

let s3: S3Server;
beforeEach(async () => {
  s3 = await startS3("backups");
});
afterEach(async () => {
  await s3[Symbol.asyncDispose]();
});

const noCloud = () => {
  throw new Error("a key asks S3 alone");
};
const inputs = (more: object = {}) => ({
  bucket: "backups",
  accountId: "0".repeat(32),
  accessKeyId: "f".repeat(32),
  secretAccessKey: "0".repeat(64),
  jurisdiction: "default" as const,
  endpoint: s3.url,
  timeoutSeconds: 0,
  keepObjects: true,
  forBackups: true,
  ...more,
});
const refusal =
  "The bucket backups is in use: daily/www.tar.gz is no backup of Mastiff's, and the rules for backups would delete it.\n" +
  "  fix     name a bucket that has nothing else in it:  pulumi config set-all --path --plaintext mastiff:backup.bucket=<name> --plaintext <each other part>     (pulumi config get mastiff:backup shows them)";

describe("a bucket of backups that was there", () => {
  test("is refused with what its rules would delete", async () => {
    putBackup(s3, { hours: 1 });
    s3.objects.set("daily/www.tar.gz", "");
    await expect(bucketAccess.create(noCloud, inputs(), new KnownAnswers())).rejects.toThrow(refusal);
  });

  test("is taken with the backups of an earlier time, and with what no rule is about", async () => {
    for (const name of ["hourly", "daily", "weekly", "monthly"] as const)
      putBackup(s3, { hours: 1, class: name });
    s3.objects.set("readme.txt", "");
    s3.objects.set("daily/2026-11-29/20261129T030000Z.drill.json", "{}");
    expect(await bucketAccess.create(noCloud, inputs(), new KnownAnswers())).toEqual({
      id: "backups",
      outs: {},
    });
  });

  test("is looked into again in another account, and not for another key", async () => {
    s3.objects.set("daily/www.tar.gz", "");
    const update = (more: object) => bucketAccess.update(noCloud, "backups", inputs(), inputs(more));
    expect(await update({ accessKeyId: "e".repeat(32) })).toEqual({});
    await expect(update({ accountId: "1".repeat(32) })).rejects.toThrow(refusal);
  });

  test("of uploads has whatever names it likes", async () => {
    s3.objects.set("daily/www.tar.gz", "");
    expect(
      await bucketAccess.create(noCloud, inputs({ forBackups: undefined }), new KnownAnswers()),
    ).toMatchObject({ outs: {} });
  });
});
