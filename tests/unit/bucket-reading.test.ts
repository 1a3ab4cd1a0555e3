import { afterEach, beforeEach, expect, test } from "vitest";
import { Bucket, S3Error } from "../../providers/cloudflare/s3.ts";
import { type S3Server, startS3 } from "../support/s3-server.ts";

let s3: S3Server;
beforeEach(async () => {
  s3 = await startS3("backups");
});
afterEach(async () => {
  await s3[Symbol.asyncDispose]();
});

const key = () => ({
  bucket: "backups",
  endpoint: s3.url,
  accessKeyId: "an-id",
  secretAccessKey: "a-secret",
});
const bucket = (more: object = {}, signal?: AbortSignal) => new Bucket({ ...key(), ...more }, signal);

test("a list that goes on over pages is read to its end, with the sizes, and with nothing else", async () => {
  for (let i = 0; i < 25; i++) s3.objects.set(`daily/2026-11-${String(i).padStart(2, "0")}`, "x".repeat(i));
  s3.objects.set("weekly/2026-W48", "");
  s3.pageSize = 10;
  const found = await bucket().list("daily/");
  expect(found).toHaveLength(25);
  expect(found.at(-1)).toEqual({ key: "daily/2026-11-24", bytes: 24 });
  expect(s3.asked).toEqual(Array(3).fill("list daily/"));
});

test("a list that is cut short does not pass for a whole one", async () => {
  for (const name of ["a", "b"]) s3.objects.set(name, "");
  s3.pageSize = 1;
  s3.cutsShort = true;
  await expect(bucket().list("")).rejects.toThrow("does not say how it goes on");
});

test("an object is read as it is, whatever its name has in it", async () => {
  s3.objects.set("daily/2026-11-29/a b+c&d.json", '{"käse":1}');
  expect(await bucket().text("daily/2026-11-29/a b+c&d.json")).toBe('{"käse":1}');
});

test("calls are signed for the bucket's region", async () => {
  await bucket().list("");
  await bucket({ region: "eu-central-003" }).list("");
  expect(s3.signedFor).toEqual(["auto an-id", "eu-central-003 an-id"]);
});

test.each([
  ["R2", {}],
  ["s3.example.com", { service: "s3.example.com" }],
])("a refusal names %s and the object", async (service, more) => {
  const refused = await bucket(more)
    .text("a.json")
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(S3Error);
  expect((refused as S3Error).words).toBe(
    `${service} did not grant GET backups/a.json (HTTP 404 NoSuchKey): No.`,
  );
});

test("a signal ends the call that waits for its next try", async () => {
  s3.refusal = { status: 503, code: "SlowDown" };
  const over = new AbortController();
  const asked = bucket({}, over.signal).list("");
  await expect.poll(() => s3.asked.length).toBe(1);
  over.abort();
  await expect(asked).rejects.toThrow();
  expect(s3.asked).toHaveLength(1);
});

test.each([
  ["SignatureDoesNotMatch", "mastiff:backupSecretAccessKey"],
  ["InvalidArgument", "mastiff:backupAccessKeyId"],
  ["Unauthorized", "mastiff:backupAccessKeyId"],
  ["AccessDenied", "mastiff:backup.bucket"],
  ["NoSuchBucket", "mastiff:backup.bucket"],
])("what to do about %s names the keys of both buckets, since the refusal may be of either", (code, key) => {
  const { fix } = new S3Error({ call: "GET a-bucket", status: 403, code, message: "No." });
  expect(fix).toMatch(/mastiff:(r2|bucket\b)/);
  expect(fix).toContain(key);
});
