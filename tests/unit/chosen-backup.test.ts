import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { backupsIn } from "../../cli/backups/in-bucket.ts";
import { type ChosenBackup, chosenBackup, refuseSmaller } from "../../cli/restore/chosen-backup.ts";
import { Bucket } from "../../providers/cloudflare/s3.ts";
import { type PutBackup, putBackup } from "../support/backups.ts";
import { type S3Server, startS3 } from "../support/s3-server.ts";

let s3: S3Server;
let bucket: Bucket;
beforeEach(async () => {
  s3 = await startS3("backups");
  const key = { accessKeyId: "an-id", secretAccessKey: "a-secret" };
  bucket = new Bucket({ bucket: "backups", endpoint: s3.url, ...key });
});
afterEach(async () => {
  await s3[Symbol.asyncDispose]();
});

const domain = "mastiff.party";
const found = () => backupsIn(bucket, domain);
const choose = async (text: string): Promise<ChosenBackup> =>
  chosenBackup(text, { bucket, found: await found(), domain, named: "acme" });

/** A backup that was taken at this time. */
function putAt(taken: string, more: Partial<PutBackup> = {}) {
  // Half a second later, because what is left of a second is cut.
  const hours = (Date.now() - Date.parse(taken) - 500) / 3_600_000;
  return putBackup(s3, { hours, ...more }).manifest;
}

describe("a backup is named", () => {
  test.each([
    "20261129T030000Z",
    "20261129T03",
    "2026-11-29T03:00:00Z",
    "2026-11-29 03:00 UTC",
    "daily/2026-11-29/20261129T030000Z.dump.gpg",
    "daily/2026-11-29/20261129T03",
  ])("%s", async (text) => {
    putAt("2026-11-28T03:00:00Z");
    putAt("2026-11-29T04:00:00Z");
    const { dump } = putAt("2026-11-29T03:00:00Z");
    expect((await choose(text)).manifest.dump).toBe(dump);
  });

  test("latest, which is the newest that can be relied on", async () => {
    const { dump } = putAt("2026-11-28T03:00:00Z");
    s3.objects.delete(putAt("2026-11-29T03:00:00Z").dump);
    expect((await choose("latest")).manifest.dump).toBe(dump);
  });

  test.each([
    ["by less than a day", "2026", /^No backup in the bucket backups is named "2026"/],
    [
      "by a day that has two",
      "2026-11-29",
      /^More than one backup .+\n {2}fix {5}name one of these: {2}20261129T040000Z, 20261129T030000Z\n/,
    ],
  ])("not %s", async (_how, text, words) => {
    putAt("2026-11-29T03:00:00Z");
    putAt("2026-11-29T04:00:00Z");
    await expect(choose(text)).rejects.toThrow(words);
  });
});

test.each([
  ["half of the users", { users: 26, statuses: 1_203_455 }, false],
  ["less than half of the users", { users: 25, statuses: 1_203_455 }, true],
  ["less than half of the posts", { users: 52, statuses: 600_000 }, true],
])("the newest with %s", async (_what, rows, isSmaller) => {
  putAt("2026-11-28T03:00:00Z");
  putAt("2026-11-29T03:00:00Z", { manifest: { rows: { accounts: 40_321, ...rows } } });
  const [newest, all] = [await choose("latest"), await found()];
  const refuse = () => refuseSmaller(newest, all);
  if (isSmaller) expect(refuse).toThrow(/^The newest backup \(20261129T030000Z\) has /);
  else expect(refuse).not.toThrow();
});

describe("files on this machine", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "files-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const ofFiles = async (): Promise<ChosenBackup> => {
    const sha256 = createHash("sha256").update("an encrypted dump").digest("hex");
    const { manifest, key } = putBackup(s3, { hours: 1, manifest: { sha256 } });
    const stem = key.replace(".json", "");
    for (const end of [".dump.gpg", ".escrow.gpg", ".json"])
      writeFileSync(join(folder, `a${end}`), s3.objects.get(`${stem}${end}`) ?? "");
    s3.objects.clear();
    expect(manifest.bytes).toBeGreaterThan(0);
    return choose(join(folder, "a.dump.gpg"));
  };

  test("are in the bucket only while a machine reads them", async () => {
    const backup = await ofFiles();
    expect(await backup.inBucket(() => {})).toBe("uploaded/a.dump.gpg");
    expect(String(s3.objects.get("uploaded/a.dump.gpg"))).toBe("an encrypted dump");
    await backup.leaveBucket();
    expect([...s3.objects.keys()]).toEqual([]);
  });

  test("that a killed run has uploaded are not uploaded again", async () => {
    const backup = await ofFiles();
    s3.objects.set("uploaded/a.dump.gpg", "an encrypted dump");
    const asked = s3.asked.length;
    await backup.inBucket(() => {});
    expect(s3.asked.slice(asked)).toEqual(["list uploaded/"]);
  });

  describe("of which a killed run has uploaded a part", () => {
    const note = (more: object = {}) =>
      writeFileSync(
        join(folder, "a.upload.json"),
        JSON.stringify({ bucket: "backups", key: "uploaded/a.dump.gpg", id: "1", ...more }),
      );

    test("begin again, and no part stays", async () => {
      const backup = await ofFiles();
      s3.uploads.set("uploaded/a.dump.gpg", [Buffer.from("half")]);
      note();
      await backup.inBucket(() => {});
      expect(s3.calls).toContain("DELETE uploaded/a.dump.gpg?uploadId=1");
      expect([s3.uploads.size, existsSync(join(folder, "a.upload.json"))]).toEqual([0, false]);
    });

    test("leave a note for the next run, before the first part", async () => {
      const backup = await ofFiles();
      s3.refusal = { status: 403, code: "AccessDenied", method: "PUT" };
      await expect(backup.inBucket(() => {})).rejects.toThrow("AccessDenied");
      expect(JSON.parse(readFileSync(join(folder, "a.upload.json"), "utf8"))).toEqual({
        bucket: "backups",
        key: "uploaded/a.dump.gpg",
        id: "1",
      });
    });

    test.each<[string, (() => void) | undefined]>([
      ["without a note", undefined],
      ["with the note of another bucket", () => note({ bucket: "another" })],
      ["with half a note", () => writeFileSync(join(folder, "a.upload.json"), '{"bucket":"back')],
    ])("leave uploads alone %s, and ask for no list of them", async (_which, leave) => {
      const backup = await ofFiles();
      s3.uploads.set("uploaded/other.dump.gpg", [Buffer.from("of somebody who goes on")]);
      leave?.();
      await backup.inBucket(() => {});
      expect([...s3.uploads.keys()]).toEqual(["uploaded/other.dump.gpg"]);
      expect(s3.calls.filter((call) => /^(DELETE|GET \?uploads)/.test(call))).toEqual([]);
    });
  });

  test("of another content than the manifest says are no backup, and nothing is uploaded", async () => {
    await ofFiles();
    writeFileSync(join(folder, "a.dump.gpg"), "an encrypted DUMP");
    await expect(choose(join(folder, "a.dump.gpg"))).rejects.toThrow(
      /is no backup that can be restored: it has the SHA-256 [0-9a-f]{64}, and [0-9a-f]{64} was written\.\n/,
    );
    expect(s3.uploads.size + s3.objects.size).toBe(0);
  });

  test("stay where the key may not delete", async () => {
    const backup = await ofFiles();
    await backup.inBucket(() => {});
    s3.refusal = { status: 403, code: "AccessDenied", method: "POST" };
    await backup.leaveBucket();
    expect([...s3.objects.keys()]).toEqual(["uploaded/a.dump.gpg"]);
  });

  test("have the record of a drill beside them", async () => {
    const backup = await ofFiles();
    const record = {
      format: 1 as const,
      drilled: "2026-11-29T09:12:41.000Z",
      dump: backup.manifest.dump,
      schema: backup.manifest.schema,
      rows: backup.manifest.rows,
      databaseBytes: 1,
      seconds: 1,
      key: "decrypted" as const,
    };
    const kept = await backup.keep(record);
    expect(kept).toBe(join(folder, "a.drill.json"));
    expect(JSON.parse(readFileSync(kept, "utf8"))).toEqual(record);
  });
});
