/** S3 operations on objects. */
import { objectBytes, sortedKeys, storeObject } from "./r2.ts";
import type { S3Call } from "./s3-call.ts";
import { readXml, S3Refusal, xmlAnswer } from "./s3-xml.ts";
import type { StoredObject } from "./state.ts";

/** HeadBucket. */
export function headBucket({ bucket }: S3Call): Response {
  return new Response(null, { headers: { "x-amz-bucket-region": bucket.location.toLowerCase() } });
}

/** GetBucketLocation. */
export function bucketLocation({ bucket }: S3Call): Response {
  return xmlAnswer("LocationConstraint", { "#text": bucket.location.toUpperCase() });
}

/** PutObject. */
export function put({ world, bucket, key, headers, body }: S3Call): Response {
  // developers.cloudflare.com/r2/platform/limits: keys up to 1,024 bytes, metadata up to 8,192.
  if (Buffer.byteLength(key) > 1024) {
    throw new S3Refusal(400, "KeyTooLongError", "Your key is too long.");
  }
  const contentType = headers.get("content-type");
  const object = storeObject(world, bucket, key, body, {
    ...(contentType !== null && { contentType }),
    metadata: metadataOf(headers),
    headers: keptHeaders(headers),
  });
  return new Response(null, { headers: { etag: `"${object.etag}"` } });
}

/** GetObject, as a whole or one range. */
export function get(call: S3Call): Response {
  const object = find(call);
  const range = /^bytes=(\d*)-(\d*)$/.exec(call.headers.get("range") ?? "");
  if (range === null) return new Response(objectBytes(object), { headers: factsOf(object) });
  const [, from = "", to = ""] = range;
  const start = from === "" ? Math.max(0, object.size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? object.size - 1 : Math.min(Number(to), object.size - 1);
  if (start > end) throw new S3Refusal(416, "InvalidRange", "The requested range is not satisfiable");
  return new Response(objectBytes(object).subarray(start, end + 1), {
    status: 206,
    headers: {
      ...factsOf(object),
      "content-length": String(end - start + 1),
      "content-range": `bytes ${start}-${end}/${object.size}`,
    },
  });
}

/** HeadObject. */
export function head(call: S3Call): Response {
  return new Response(null, { headers: factsOf(find(call)) });
}

/** DeleteObject: 204, even if the object does not exist. */
export function remove({ world, bucket, key }: S3Call): Response {
  delete bucket.objects[key];
  world.changed();
  return new Response(null, { status: 204 });
}

/** DeleteObjects: up to 1,000 keys. */
export function removeMany({ world, bucket, body }: S3Call): Response {
  const request = readXml(body.toString("utf8"), "Delete");
  const keys = ((request.Object ?? []) as { Key?: string }[]).map((o) => o.Key);
  if (keys.length === 0 || keys.length > 1000 || keys.some((k) => k === undefined)) {
    throw new S3Refusal(
      400,
      "MalformedXML",
      "The XML you provided was not well formed or did not validate against our published schema.",
    );
  }
  for (const key of keys) delete bucket.objects[String(key)];
  world.changed();
  const quiet = request.Quiet === "true";
  return xmlAnswer("DeleteResult", quiet ? {} : { Deleted: keys.map((Key) => ({ Key })) });
}

/** ListObjectsV2 (`list-type=2`) and ListObjects: prefix, delimiter, pages of up to 1,000. */
export function list({ bucket, query }: S3Call): Response {
  const second = query.get("list-type") === "2";
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const asked = query.get("max-keys");
  const max = asked === null ? 1000 : Number(asked);
  if (!Number.isInteger(max) || max < 0)
    throw new S3Refusal(400, "InvalidMaxKeys", "MaxKeys params must be positive integer <= 1000.");
  const token = query.get("continuation-token");
  const after =
    token === null
      ? (query.get(second ? "start-after" : "marker") ?? "")
      : Buffer.from(token, "base64url").toString("utf8");
  // XML cannot represent every key: with `encoding-type=url` keys are percent-encoded.
  const encoded = query.get("encoding-type") === "url";
  const shown = (text: string) => (encoded ? encodeURIComponent(text).replaceAll("%2F", "/") : text);
  const contents: Record<string, unknown>[] = [];
  const groups = new Set<string>();
  let last = "";
  let truncated = false;
  for (const key of sortedKeys(bucket)) {
    if (
      !key.startsWith(prefix) ||
      (after !== "" && Buffer.compare(Buffer.from(key), Buffer.from(after)) <= 0)
    ) {
      continue;
    }
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const group = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    // A group that was on an earlier page is skipped.
    if (group !== undefined && (groups.has(group) || after.startsWith(group))) continue;
    if (contents.length + groups.size >= Math.min(max, 1000)) {
      truncated = max > 0;
      break;
    }
    last = group ?? key;
    if (group !== undefined) groups.add(group);
    else contents.push(entry(shown(key), bucket.objects[key] as StoredObject));
  }
  return xmlAnswer("ListBucketResult", {
    Name: bucket.name,
    Prefix: shown(prefix),
    ...(encoded && { EncodingType: "url" }),
    ...(delimiter !== "" && { Delimiter: delimiter }),
    MaxKeys: Math.min(max, 1000),
    ...(second && { KeyCount: contents.length + groups.size }),
    IsTruncated: truncated,
    ...(truncated &&
      (second ? { NextContinuationToken: Buffer.from(last).toString("base64url") } : { NextMarker: last })),
    Contents: contents,
    CommonPrefixes: [...groups].map((group) => ({ Prefix: shown(group) })),
  });
}

function entry(key: string, object: StoredObject): Record<string, unknown> {
  return {
    Key: key,
    LastModified: object.uploadedAt,
    ETag: `"${object.etag}"`,
    Size: object.size,
    StorageClass: "STANDARD",
  };
}

function find({ bucket, key }: S3Call): StoredObject {
  const object = bucket.objects[key];
  if (object === undefined) throw new S3Refusal(404, "NoSuchKey", "The specified key does not exist.");
  return object;
}

function factsOf(object: StoredObject): Record<string, string> {
  return {
    "content-type": object.contentType,
    "content-length": String(object.size),
    etag: `"${object.etag}"`,
    "last-modified": new Date(object.uploadedAt).toUTCString(),
    "accept-ranges": "bytes",
    ...object.headers,
    ...Object.fromEntries(Object.entries(object.metadata).map(([k, v]) => [`x-amz-meta-${k}`, v])),
  };
}

/** The `x-amz-meta-*` headers of an upload. */
export function metadataOf(headers: Headers): Record<string, string> {
  const found = [...headers].filter(([name]) => name.startsWith("x-amz-meta-"));
  return Object.fromEntries(found.map(([name, value]) => [name.slice("x-amz-meta-".length), value]));
}

/** HTTP headers that are stored with an object. */
export function keptHeaders(headers: Headers): Record<string, string> {
  const names = ["cache-control", "content-disposition", "content-encoding", "content-language", "expires"];
  return Object.fromEntries(names.flatMap((n) => (headers.has(n) ? [[n, headers.get(n) as string]] : [])));
}
