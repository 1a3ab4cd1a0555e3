/**
 * AWS Signature Version 4, checked on the server's side: the server builds the canonical form of the request,
 * signs it with the secret that R2 knows, and compares the signatures.
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { S3Refusal } from "./s3-xml.ts";

/** The signature of a request, and what it covers. */
export interface Signature {
  accessKeyId: string;
  date: string;
  region: string;
  service: string;
  /** Names of signed headers, lower case, in order. */
  signedHeaders: string[];
  signature: string;
  /** `YYYYMMDDTHHMMSSZ`. */
  timestamp: string;
  /** Lifetime of a presigned URL in seconds; undefined: signed by header. */
  expiresSeconds?: number;
  payloadHash: string;
}

/** Regions that R2 accepts: developers.cloudflare.com/r2/api/s3/api, "Bucket region". */
const regions = ["auto", "us-east-1", "", "wnam", "enam", "weur", "eeur", "apac", "oc"];

/**
 * Reads the signature of a request, from its header or its query.
 *
 * @throws S3Refusal in R2's words when the signature is missing or malformed.
 */
export function readSignature(request: Request): Signature {
  const url = new URL(request.url);
  const query = url.searchParams;
  const presigned = query.has("X-Amz-Signature");
  const header = request.headers.get("authorization");
  if (!presigned && header === null) throw new S3Refusal(400, "InvalidArgument", "Authorization");
  const part = (name: string) => new RegExp(`${name}=([^,\\s]+)`).exec(header ?? "")?.[1] ?? "";
  const credential = presigned ? (query.get("X-Amz-Credential") ?? "") : part("Credential");
  const [accessKeyId = "", date = "", region = "", service = "", end = ""] = credential.split("/");
  const algorithm = presigned ? query.get("X-Amz-Algorithm") : header?.split(" ")[0];
  if (algorithm !== "AWS4-HMAC-SHA256" || end !== "aws4_request" || service !== "s3") {
    throw new S3Refusal(400, "InvalidArgument", "Authorization");
  }
  if (!/^[0-9a-f]{32}$/.test(accessKeyId)) {
    if (accessKeyId.length !== 32) {
      const length = `Credential access key has length ${accessKeyId.length}, should be 32`;
      throw new S3Refusal(400, "InvalidArgument", length);
    }
    throw new S3Refusal(401, "Unauthorized", "Unauthorized");
  }
  if (!regions.includes(region)) {
    const known = regions.filter((r) => r !== "" && r !== "us-east-1").join(", ");
    throw new S3Refusal(
      400,
      "InvalidRegionName",
      `The region name '${region}' is not valid. Must be one of: ${known}`,
    );
  }
  return {
    accessKeyId,
    date,
    region,
    service,
    signedHeaders: (presigned ? (query.get("X-Amz-SignedHeaders") ?? "") : part("SignedHeaders")).split(";"),
    signature: presigned ? (query.get("X-Amz-Signature") ?? "") : part("Signature"),
    timestamp: (presigned ? query.get("X-Amz-Date") : request.headers.get("x-amz-date")) ?? "",
    ...(presigned && { expiresSeconds: Number(query.get("X-Amz-Expires") ?? 0) }),
    payloadHash: request.headers.get("x-amz-content-sha256") ?? (presigned ? "UNSIGNED-PAYLOAD" : ""),
  };
}

/**
 * Checks the signature, its time, and the body's digest if the signature contains one. The time is the
 * machine's own, not the world's, because it is compared with the client's clock.
 *
 * @param aheadMs how far the server's clock is ahead of the machine's
 * @throws S3Refusal
 */
export function checkSignature(
  request: Request,
  body: Buffer,
  signed: Signature,
  secret: string,
  aheadMs: number,
): void {
  const at = Date.parse(
    signed.timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
  );
  const age = Date.now() + aheadMs - at;
  if (signed.expiresSeconds !== undefined) {
    if (!(age <= signed.expiresSeconds * 1000))
      throw new S3Refusal(400, "ExpiredRequest", "Request has expired");
  } else if (!(Math.abs(age) <= 15 * 60 * 1000)) {
    const skewed = "The difference between the request time and the server's time is too large.";
    throw new S3Refusal(403, "RequestTimeTooSkewed", skewed);
  }
  const scope = `${signed.date}/${signed.region}/${signed.service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", signed.timestamp, scope, sha256(canonicalRequest(request, signed))];
  const key = [signed.date, signed.region, signed.service, "aws4_request"].reduce<Buffer | string>(
    (k, step) => hmac(k, step),
    `AWS4${secret}`,
  );
  const expected = hmac(key, toSign.join("\n")).toString("hex");
  if (!same(expected, signed.signature)) {
    throw new S3Refusal(
      403,
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your secret access key and signing method.",
    );
  }
  const hash = signed.payloadHash;
  // R2 does not accept a body in signed chunks: developers.cloudflare.com/r2/api/s3/api, "Implemented
  // object-level operations".
  if (hash.startsWith("STREAMING-")) throw new S3Refusal(501, "NotImplemented", `${hash} not implemented`);
  if (hash !== "UNSIGNED-PAYLOAD" && hash !== sha256(body)) {
    throw new S3Refusal(
      400,
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
}

function canonicalRequest(request: Request, signed: Signature): string {
  const url = new URL(request.url);
  const query = [...url.searchParams]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map((pair) => pair.join("="));
  const headers = signed.signedHeaders.map((name) => {
    const value = request.headers.get(name) ?? (name === "host" ? url.host : "");
    return `${name}:${value.trim().replace(/\s+/g, " ")}\n`;
  });
  return [
    request.method,
    encode(decodeURIComponent(url.pathname)).replaceAll("%2F", "/"),
    query.join("&"),
    headers.join(""),
    signed.signedHeaders.join(";"),
    signed.payloadHash,
  ].join("\n");
}

/** RFC 3986: encodes everything except letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
