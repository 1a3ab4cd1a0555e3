import type { AddressInfo } from "node:net";
import { type ServerType, serve } from "@hono/node-server";
import { AwsClient } from "aws4fetch";
import { afterEach, beforeEach, expect, test } from "vitest";
import { allClouds } from "../clouds/all-clouds.ts";
import { sha256 } from "../clouds/cloudflare/digest.ts";
import { Faults } from "../clouds/faults.ts";
import { openFront } from "../clouds/front.ts";
import { account, type Clouds, freshClouds } from "./cloud-call.ts";

const accountId = account.slice(10);
let clouds: Clouds;
let server: ServerType;
let base: string;
let keys: { accessKeyId: string; secretAccessKey: string };

beforeEach(async () => {
  clouds = freshClouds();
  const { app, cloudflare } = clouds;
  server = await new Promise((resolve) => {
    const started = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => resolve(started));
  });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/r2`;
  for (const name of ["files", "private"]) await cloudflare("POST", `${account}/r2/buckets`, { name });
  keys = await keysFor("2efd5506f9c8494dacb1fa10a3e7d5b6", {
    [`com.cloudflare.edge.r2.bucket.${accountId}_default_files`]: "*",
  });
});
afterEach(() => {
  server.close();
});

async function keysFor(group: string, resources: unknown) {
  const policies = [{ effect: "allow", permission_groups: [{ id: group }], resources }];
  const { body } = await clouds.cloudflare("POST", `${account}/tokens`, { name: "s3", policies });
  return { accessKeyId: body.result.id as string, secretAccessKey: sha256(body.result.value) };
}

type Options = Partial<ConstructorParameters<typeof AwsClient>[0]> & { headers?: Record<string, string> };

async function s3(method: string, path: string, body?: string | Uint8Array, options: Options = {}) {
  const { headers = {}, ...client } = options;
  const aws = new AwsClient({ ...keys, service: "s3", region: "auto", retries: 0, ...client });
  const answer = await aws.fetch(`${base}${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: body as RequestInit["body"] }),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const codeOf = ({ status, text }: { status: number; text: string }) =>
  `${status} ${/<Code>([^<]*)<\/Code>/.exec(text)?.[1]}`;

test("an object is put, read, described and removed", async () => {
  const put = await s3("PUT", "/files/media/a%20b(1)%2B%C3%A9.txt", "hello", {
    headers: { "content-type": "text/plain", "cache-control": "max-age=60", "x-amz-meta-kind": "test" },
  });
  expect([put.status, put.headers.get("etag")]).toEqual([200, '"5d41402abc4b2a76b9719d911017c592"']);
  const got = await s3("GET", "/files/media/a%20b(1)%2B%C3%A9.txt");
  expect(got.text).toBe("hello");
  const facts = await s3("HEAD", "/files/media/a%20b(1)%2B%C3%A9.txt");
  expect(Object.fromEntries(facts.headers)).toMatchObject({
    "content-type": "text/plain",
    "content-length": "5",
    "cache-control": "max-age=60",
    "x-amz-meta-kind": "test",
  });
  expect(Object.keys(clouds.world.state.cloudflare.buckets[0]?.objects ?? {})).toEqual([
    "media/a b(1)+é.txt",
  ]);
  expect((await s3("DELETE", "/files/media/a%20b(1)%2B%C3%A9.txt")).status).toBe(204);
  expect(codeOf(await s3("GET", "/files/media/a%20b(1)%2B%C3%A9.txt"))).toBe("404 NoSuchKey");
  expect((await s3("DELETE", "/files/nothing")).status).toBe(204);
});

test("R2 answers at its real name, to a client that has the clouds for a proxy", async () => {
  const { world } = clouds;
  const faults = new Faults();
  const front = openFront(world, faults, allClouds(world, faults));
  const aws = new AwsClient({ ...keys, service: "s3", region: "auto", retries: 0 });
  const ask = async (method: string, host: string, body?: string) => {
    const url = `http://${host}.r2.cloudflarestorage.com/files/greeting`;
    const answer = await front(await aws.sign(url, { method, ...(body && { body }) }), () => {});
    return { status: answer.status, text: await answer.text() };
  };
  expect((await ask("PUT", accountId, "hello")).status).toBe(200);
  expect((await ask("GET", accountId)).text).toBe("hello");
  expect(world.journal.after(0).map(({ cloud }) => cloud)).toEqual(["r2", "r2"]);
  expect((await s3("GET", "/files/greeting")).text).toBe("hello");
  // The bucket is in no jurisdiction.
  expect(codeOf(await ask("GET", `${accountId}.eu`))).toBe("404 NoSuchBucket");
});

test("bytes that are no text survive, whole and in part", async () => {
  const bytes = Uint8Array.from([0, 255, 128, 7, 9]);
  await s3("PUT", "/files/bin", bytes);
  const aws = new AwsClient({ ...keys, service: "s3", region: "auto", retries: 0 });
  const whole = await aws.fetch(`${base}/files/bin`);
  expect(new Uint8Array(await whole.arrayBuffer())).toEqual(bytes);
  const part = await aws.fetch(`${base}/files/bin`, { headers: { range: "bytes=1-2" } });
  expect(part.status).toBe(206);
  expect(part.headers.get("content-range")).toBe("bytes 1-2/5");
  expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.slice(1, 3));
});

test("a listing goes page by page, under a prefix, grouped at a delimiter", async () => {
  for (const key of ["b/2", "a", "b/1", "b/c/3", "z"]) await s3("PUT", `/files/${key}`, key);
  const keysIn = (text: string) => [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map((m) => m[1]);
  const first = await s3("GET", "/files/?list-type=2&max-keys=3");
  expect(keysIn(first.text)).toEqual(["a", "b/1", "b/2"]);
  expect(first.text).toContain("<IsTruncated>true</IsTruncated>");
  const token = /<NextContinuationToken>([^<]*)</.exec(first.text)?.[1] ?? "";
  const second = await s3("GET", `/files/?list-type=2&max-keys=3&continuation-token=${token}`);
  expect(keysIn(second.text)).toEqual(["b/c/3", "z"]);
  expect(second.text).toContain("<IsTruncated>false</IsTruncated>");
  const grouped = await s3("GET", "/files?list-type=2&delimiter=%2F&prefix=b%2F");
  expect(keysIn(grouped.text)).toEqual(["b/1", "b/2"]);
  expect(grouped.text).toContain("<CommonPrefixes><Prefix>b/c/</Prefix></CommonPrefixes>");
  expect(grouped.text).toContain("<KeyCount>3</KeyCount>");
});

test("keys that XML cannot hold are listed percent-encoded when asked for", async () => {
  await s3("PUT", "/files/a%01b%20c/d", "x");
  const listed = await s3("GET", "/files?list-type=2&encoding-type=url");
  expect(listed.text).toContain("<EncodingType>url</EncodingType>");
  expect(listed.text).toContain("<Key>a%01b%20c/d</Key>");
});

test("a body that is not what its digest says is refused", async () => {
  const answer = await s3("PUT", "/files/a", "x", { headers: { "content-md5": "AAAAAAAAAAAAAAAAAAAAAA==" } });
  expect(codeOf(answer)).toBe("400 BadDigest");
});

test("many keys go in one call", async () => {
  for (const key of ["a", "b&c", "d"]) await s3("PUT", `/files/${encodeURIComponent(key)}`, "x");
  const xml = "<Delete><Object><Key>a</Key></Object><Object><Key>b&amp;c</Key></Object></Delete>";
  const deleted = await s3("POST", "/files/?delete", xml);
  expect(deleted.text).toContain("<Deleted><Key>b&amp;c</Key></Deleted>");
  expect(Object.keys(clouds.world.state.cloudflare.buckets[0]?.objects ?? {})).toEqual(["d"]);
  expect(codeOf(await s3("POST", "/files/?delete", "<Delete>"))).toBe("400 MalformedXML");
  const many = Array.from({ length: 1001 }, (_, i) => `<Object><Key>${i}</Key></Object>`).join("");
  expect(codeOf(await s3("POST", "/files/?delete", `<Delete>${many}</Delete>`))).toBe("400 MalformedXML");
});

test("an upload in parts keeps its bucket from being deleted until it is aborted or done", async () => {
  const begun = await s3("POST", "/files/big?uploads");
  const id = /<UploadId>([^<]*)</.exec(begun.text)?.[1];
  expect((await s3("GET", "/files/?uploads")).text).toContain(`<UploadId>${id}</UploadId>`);
  const remove = () => clouds.cloudflare("DELETE", `${account}/r2/buckets/files`);
  expect((await remove()).body.errors[0].code).toBe(10008);
  const part = await s3("PUT", `/files/big?partNumber=1&uploadId=${id}`, "whole");
  const manifest = (etag: string | null) =>
    `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
  expect(codeOf(await s3("POST", `/files/big?uploadId=${id}`, manifest("x")))).toBe("400 InvalidPart");
  await s3("POST", `/files/big?uploadId=${id}`, manifest(part.headers.get("etag")));
  expect((await s3("GET", "/files/big")).text).toBe("whole");
  await s3("DELETE", "/files/big");
  const again = /<UploadId>([^<]*)</.exec((await s3("POST", "/files/big?uploads")).text)?.[1];
  expect((await s3("DELETE", `/files/big?uploadId=${again}`)).status).toBe(204);
  expect(codeOf(await s3("DELETE", `/files/big?uploadId=${again}`))).toBe("404 NoSuchUpload");
  expect((await remove()).status).toBe(200);
});

test("the parts of an upload are of one length, except for a shorter last one", async () => {
  const mebibyte = 1024 * 1024;
  const upload = async (...sizes: number[]) => {
    const id = /<UploadId>([^<]*)</.exec((await s3("POST", "/files/big?uploads")).text)?.[1];
    let parts = "";
    for (const [n, size] of sizes.entries()) {
      const put = await s3("PUT", `/files/big?partNumber=${n + 1}&uploadId=${id}`, new Uint8Array(size));
      parts += `<Part><PartNumber>${n + 1}</PartNumber><ETag>${put.headers.get("etag")}</ETag></Part>`;
    }
    const list = `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`;
    return s3("POST", `/files/big?uploadId=${id}`, list);
  };
  const longer = await upload(5 * mebibyte, 5 * mebibyte + 1);
  expect(codeOf(longer)).toBe("400 InvalidPart");
  expect(longer.text).toContain("All non-trailing parts must have the same length.");
  expect(codeOf(await upload(5 * mebibyte, 6 * mebibyte, 1))).toBe("400 InvalidPart");
  expect((await upload(5 * mebibyte, 5 * mebibyte, 1)).status).toBe(200);
});

test("parts are completed in the order of their numbers, and a part not twice", async () => {
  const id = /<UploadId>([^<]*)</.exec((await s3("POST", "/files/big?uploads")).text)?.[1];
  const size = 5 * 1024 * 1024;
  const tags: (string | null)[] = [];
  for (const n of [1, 2]) {
    const put = await s3("PUT", `/files/big?partNumber=${n}&uploadId=${id}`, new Uint8Array(size));
    tags.push(put.headers.get("etag"));
  }
  const complete = (...numbers: number[]) => {
    const parts = numbers.map((n) => `<Part><PartNumber>${n}</PartNumber><ETag>${tags[n - 1]}</ETag></Part>`);
    const list = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
    return s3("POST", `/files/big?uploadId=${id}`, list);
  };
  expect(codeOf(await complete(2, 1))).toBe("400 InvalidPartOrder");
  expect(codeOf(await complete(1, 1))).toBe("400 InvalidPartOrder");
  expect((await complete(1, 2)).status).toBe(200);
});

test("of buckets of one name in two jurisdictions, each key opens its own", async () => {
  await clouds.cloudflare("POST", `${account}/r2/buckets`, { name: "files" }, { "cf-r2-jurisdiction": "eu" });
  const inEu = await keysFor("2efd5506f9c8494dacb1fa10a3e7d5b6", {
    [`com.cloudflare.edge.r2.bucket.${accountId}_eu_files`]: "*",
  });
  await s3("PUT", "/files/a", "in the EU", inEu);
  await s3("PUT", "/files/a", "elsewhere");
  expect((await s3("GET", "/files/a", undefined, inEu)).text).toBe("in the EU");
  expect((await s3("GET", "/files/a")).text).toBe("elsewhere");
});

test("wrong credentials are told apart as R2 does", async () => {
  const with_ = (accessKeyId: string, secretAccessKey: string, region = "auto") =>
    s3("GET", "/files/x", undefined, { accessKeyId, secretAccessKey, region });
  const wrong = await with_(keys.accessKeyId, "f".repeat(64));
  expect(codeOf(wrong)).toBe("403 SignatureDoesNotMatch");
  expect(wrong.text).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your secret access key and signing method.</Message></Error>',
  );
  expect(codeOf(await with_("f".repeat(32), keys.secretAccessKey))).toBe("401 Unauthorized");
  const short = await with_("AKIAEXAMPLE", keys.secretAccessKey);
  expect(short.text).toContain("Credential access key has length 11, should be 32");
  expect(codeOf(await with_(keys.accessKeyId, keys.secretAccessKey, "eu-west-1"))).toBe(
    "400 InvalidRegionName",
  );
  expect(codeOf({ ...(await plain("/files/x")), status: 400 })).toBe("400 InvalidArgument");
});

async function plain(path: string) {
  const answer = await fetch(`${base}${path}`);
  return { status: answer.status, text: await answer.text() };
}

test("a request that was changed on its way does not match its signature", async () => {
  const aws = new AwsClient({ ...keys, service: "s3", region: "auto" });
  const signed = await aws.sign(`${base}/files/a`, { method: "PUT", body: "x" });
  const elsewhere = new Request(`${base}/files/b`, { method: "PUT", headers: signed.headers, body: "x" });
  const answer = await fetch(elsewhere);
  expect(codeOf({ status: answer.status, text: await answer.text() })).toBe("403 SignatureDoesNotMatch");
  const hash = { "x-amz-content-sha256": sha256("what was meant") };
  const other = await s3("PUT", "/files/a", "what was sent", { headers: hash });
  expect(codeOf(other)).toBe("400 XAmzContentSHA256Mismatch");
});

test("a presigned URL works until it expires", async () => {
  await s3("PUT", "/files/a", "x");
  const aws = new AwsClient({ ...keys, service: "s3", region: "auto" });
  const url = (at: Date) =>
    aws.sign(`${base}/files/a?X-Amz-Expires=60`, {
      aws: { signQuery: true, datetime: at.toISOString().replace(/[:-]|\.\d{3}/g, "") },
    });
  expect((await fetch(await url(new Date()))).status).toBe(200);
  const old = await fetch(await url(new Date(Date.now() - 120_000)));
  expect(codeOf({ status: old.status, text: await old.text() })).toBe("400 ExpiredRequest");
});

test("a token bound to one bucket hears AccessDenied for every other, there or not", async () => {
  expect(codeOf(await s3("GET", "/private/x"))).toBe("403 AccessDenied");
  expect(codeOf(await s3("GET", "/nowhere/x"))).toBe("403 AccessDenied");
  expect(codeOf(await s3("GET", "/"))).toBe("403 AccessDenied");
  expect((await s3("HEAD", "/files")).status).toBe(200);
});

test("a token for the whole account learns that a bucket does not exist", async () => {
  keys = await keysFor("bf7481a1826f439697cb59a20b22293e", {
    [`com.cloudflare.api.account.${accountId}`]: "*",
  });
  expect(codeOf(await s3("GET", "/nowhere/x"))).toBe("404 NoSuchBucket");
  expect((await s3("GET", "/")).text).toContain("<Name>private</Name>");
});

test("a token that may only read does not write", async () => {
  keys = await keysFor("6a018a9f2fc74eb6b293b0c548f38b39", {
    [`com.cloudflare.edge.r2.bucket.${accountId}_default_files`]: "*",
  });
  expect((await s3("GET", "/files?list-type=2")).status).toBe(200);
  expect(codeOf(await s3("PUT", "/files/a", "x"))).toBe("403 AccessDenied");
});

test("an ACL is refused, whatever it says", async () => {
  const answer = await s3("PUT", "/files/a", "x", { headers: { "x-amz-acl": "public-read" } });
  expect(codeOf(answer)).toBe("501 NotImplemented");
  expect(answer.text).toContain("Header 'x-amz-acl' with value 'public-read' not implemented");
  expect(clouds.world.state.cloudflare.buckets[0]?.objects).toEqual({});
});
