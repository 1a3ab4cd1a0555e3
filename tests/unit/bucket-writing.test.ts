import { afterEach, beforeEach, expect, test } from "vitest";
import { Bucket } from "../../providers/cloudflare/s3.ts";
import { type S3Server, startS3 } from "../support/s3-server.ts";

let s3: S3Server;
let bucket: Bucket;
beforeEach(async () => {
  s3 = await startS3("backups");
  bucket = new Bucket({
    bucket: "backups",
    endpoint: s3.url,
    accessKeyId: "an-id",
    secretAccessKey: "a-secret",
  });
});
afterEach(async () => {
  await s3[Symbol.asyncDispose]();
});

const part = 1024;
const of = (content: Buffer) => async (offset: number, bytes: number) =>
  content.subarray(offset, offset + bytes);

test("the beginning of an object is read without the rest", async () => {
  s3.objects.set("a dump", "0123456789");
  expect((await bucket.bytes("a dump", 4)).toString()).toBe("0123");
  expect((await bucket.bytes("a dump")).toString()).toBe("0123456789");
});

test("a small object is written", async () => {
  await bucket.put("daily/a.drill.json", "{}", "application/json");
  expect(String(s3.objects.get("daily/a.drill.json"))).toBe("{}");
});

test("a large object is sent in parts, and says how far it is", async () => {
  const content = Buffer.alloc(part + 5, "x");
  const told: number[] = [];
  const begun: object[] = [];
  await bucket.upload("uploaded/a", of(content), {
    begun: async (upload) => void begun.push(upload),
    told: (bytes) => void told.push(bytes),
    partBytes: part,
  });
  expect([begun, told]).toEqual([[{ key: "uploaded/a", id: "1" }], [part, part + 5]]);
  expect(content.equals(Buffer.from(s3.objects.get("uploaded/a") ?? ""))).toBe(true);
  expect(s3.uploads.size).toBe(0);
});

test("of an upload that fails, no part stays", async () => {
  const failing = async (offset: number) => {
    if (offset === 0) return Buffer.alloc(7);
    throw new Error("the disk is gone");
  };
  const nothing = { begun: async () => {}, told: () => {} };
  await expect(bucket.upload("uploaded/a", failing, nothing)).rejects.toThrow("the disk is gone");
  expect([s3.uploads.size, s3.objects.size]).toEqual([0, 0]);
});

test("a presigned URL reads one object, for so long, and is made without asking", async () => {
  const url = new URL(await bucket.presigned("daily/2026-11-29/a b.dump.gpg", 86_400));
  expect(url.pathname).toBe("/backups/daily/2026-11-29/a%20b.dump.gpg");
  const { searchParams: query } = url;
  expect(query.get("X-Amz-Expires")).toBe("86400");
  expect(query.get("X-Amz-Credential")).toMatch(/^an-id\/\d{8}\/auto\/s3\/aws4_request$/);
  expect(query.get("X-Amz-SignedHeaders")).toBe("host");
  expect(query.get("X-Amz-Signature")).toMatch(/^[0-9a-f]{64}$/);
  expect(url.href).not.toContain("a-secret");
  expect(s3.asked).toEqual([]);
});
