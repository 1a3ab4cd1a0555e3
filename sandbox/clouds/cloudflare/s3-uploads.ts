/** S3 operations on multipart uploads. */
import { newId } from "./answer.ts";
import { etagOf, storeObject } from "./r2.ts";
import type { S3Call } from "./s3-call.ts";
import { readXml, S3Refusal, xmlAnswer } from "./s3-xml.ts";
import type { Upload } from "./state.ts";

/** All parts except the last have at least 5 MiB: developers.cloudflare.com/r2/api/error-codes, 10011. */
const leastPart = 5 * 1024 * 1024;

/** CreateMultipartUpload. */
export function create({ world, bucket, key, headers }: S3Call): Response {
  const upload: Upload = {
    id: newId(),
    key,
    contentType: headers.get("content-type") ?? "application/octet-stream",
    initiatedAt: world.now().toISOString(),
    parts: {},
  };
  bucket.uploads.push(upload);
  world.changed();
  return xmlAnswer("InitiateMultipartUploadResult", { Bucket: bucket.name, Key: key, UploadId: upload.id });
}

/** UploadPart. */
export function putPart(call: S3Call): Response {
  const upload = find(call);
  const number = Number(call.query.get("partNumber"));
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw new S3Refusal(
      400,
      "InvalidArgument",
      "Part number must be an integer between 1 and 10000, inclusive",
    );
  }
  upload.parts[number] = call.body.toString("base64");
  call.world.changed();
  return new Response(null, { headers: { etag: `"${etagOf(call.body)}"` } });
}

/**
 * CompleteMultipartUpload. A list that is not in order is an error (docs.aws.amazon.com/AmazonS3/latest/API,
 * CompleteMultipartUpload: InvalidPartOrder).
 */
export function complete(call: S3Call): Response {
  const upload = find(call);
  const request = readXml(call.body.toString("utf8"), "CompleteMultipartUpload");
  const wanted = (request.Part ?? []) as { PartNumber?: string; ETag?: string }[];
  const numbers = wanted.map(({ PartNumber }) => Number(PartNumber));
  if (numbers.some((number, i) => i > 0 && number <= (numbers[i - 1] ?? 0))) {
    throw new S3Refusal(
      400,
      "InvalidPartOrder",
      "The list of parts was not in ascending order. The parts list must be specified in order by part number.",
    );
  }
  const parts = wanted.map(({ PartNumber, ETag }) => {
    const stored = upload.parts[String(PartNumber)];
    const bytes = stored === undefined ? undefined : Buffer.from(stored, "base64");
    if (bytes === undefined || etagOf(bytes) !== String(ETag).replace(/"|&quot;/g, "")) {
      throw new S3Refusal(400, "InvalidPart", "One or more of the specified parts could not be found.");
    }
    return bytes;
  });
  if (parts.length === 0)
    throw new S3Refusal(400, "MalformedXML", "The XML you provided was not well formed.");
  if (parts.slice(0, -1).some((p) => p.length < leastPart)) {
    throw new S3Refusal(
      400,
      "EntityTooSmall",
      "Your proposed upload is smaller than the minimum allowed object size.",
    );
  }
  // Code 10048, developers.cloudflare.com/r2/api/error-codes; text: apache/opendal#2904. A longer last part
  // is refused in the same words (cloudflare/cloudflare-docs pull 9549).
  const [first, last] = [parts[0]?.length ?? 0, parts.at(-1)?.length ?? 0];
  if (parts.slice(0, -1).some((p) => p.length !== first) || last > first) {
    throw new S3Refusal(400, "InvalidPart", "All non-trailing parts must have the same length.");
  }
  const { contentType } = upload;
  const object = storeObject(call.world, call.bucket, upload.key, Buffer.concat(parts), { contentType });
  call.bucket.uploads = call.bucket.uploads.filter((u) => u !== upload);
  return xmlAnswer("CompleteMultipartUploadResult", {
    Bucket: call.bucket.name,
    Key: upload.key,
    ETag: `"${object.etag}"`,
  });
}

/** AbortMultipartUpload. */
export function abort(call: S3Call): Response {
  const upload = find(call);
  call.bucket.uploads = call.bucket.uploads.filter((u) => u !== upload);
  call.world.changed();
  return new Response(null, { status: 204 });
}

/** ListMultipartUploads. */
export function list({ bucket, query }: S3Call): Response {
  const prefix = query.get("prefix") ?? "";
  const found = bucket.uploads.filter((u) => u.key.startsWith(prefix));
  const max = Math.min(1000, Number(query.get("max-uploads") ?? 1000));
  const after = found.findIndex((u) => u.id === query.get("upload-id-marker")) + 1;
  const page = found.slice(after, after + max);
  const last = page.at(-1);
  const truncated = after + max < found.length;
  return xmlAnswer("ListMultipartUploadsResult", {
    Bucket: bucket.name,
    Prefix: prefix,
    MaxUploads: max,
    IsTruncated: truncated,
    ...(truncated && { NextKeyMarker: last?.key, NextUploadIdMarker: last?.id }),
    Upload: page.map((u) => ({ Key: u.key, UploadId: u.id, Initiated: u.initiatedAt })),
  });
}

function find({ bucket, key, query }: S3Call): Upload {
  const upload = bucket.uploads.find((u) => u.id === query.get("uploadId") && u.key === key);
  if (upload === undefined) {
    throw new S3Refusal(404, "NoSuchUpload", "The specified multipart upload does not exist.");
  }
  return upload;
}
