import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { XMLBuilder, XMLParser } from "fast-xml-parser";
import { OperatorError } from "../shared/operator-error.ts";
import { patiently } from "../shared/patience.ts";
import { repeat } from "../shared/repeat.ts";
import { isUntrusted, untrustedFix } from "../shared/untrusted.ts";
import { asCloudSays } from "../shared/waiting.ts";

/** Address and credentials of one bucket. */
export interface BucketKey {
  bucket: string;
  /** The S3 API, without the bucket. */
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Default: `auto`, R2's only one. */
  region?: string;
  /** Whose S3 it is, in errors. Default: R2. */
  service?: string;
}

/** An object of a bucket. */
export interface StoredObject {
  key: string;
  bytes: number;
}

/** What is known about a call that S3 did not grant. */
interface Refusal {
  /** Default: R2. */
  service?: string;
  call: string;
  /** HTTP status; undefined when no answer came, or none that can be read. */
  status: number | undefined;
  /** S3's error code, e.g. `NoSuchBucket`. */
  code?: string;
  message: string;
  headers?: Record<string, string>;
}

/**
 * Permanent refusals by S3's error code, and what to do about each. Asking R2 again does not change them.
 *
 * @see https://developers.cloudflare.com/r2/api/error-codes/
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const lastingAnswers: Readonly<Record<string, string>> = {
  RequestTimeTooSkewed:
    "set this machine's clock: R2 refuses requests that are more than 15 minutes off (Linux: timedatectl set-ntp true; " +
    "macOS: System Settings, General, Date & Time, set automatically), then run it again",
  SignatureDoesNotMatch:
    "the secret does not belong to the key. For a key of your own: pulumi config set --secret mastiff:r2SecretAccessKey <the secret " +
    "of mastiff:r2AccessKeyId>, or, for the backups, mastiff:backupSecretAccessKey. For a generated key whose token was rolled in the dashboard: give r2Token of mastiff:rotate another word (docs/operations.md, “Rotation”)",
  InvalidArgument:
    "the key is malformed: mastiff:r2AccessKeyId (of the backups: mastiff:backupAccessKeyId) must be 32 hexadecimal " +
    "digits, the id of an R2 token",
  InvalidRegionName: "the key's region is not one of R2's: that is an error in Mastiff, please report it",
};

/** Refusals that may pass (a new key and a new bucket take a moment), and what to do when they do not. */
const slowAnswers: Readonly<Record<string, string>> = {
  Unauthorized:
    "R2 does not know the token: it was deleted or has expired. For a generated token: pulumi up --refresh creates it again. For a key of " +
    "your own: check mastiff:r2AccessKeyId (of the backups: mastiff:backupAccessKeyId), or create another in the dashboard (R2, Manage API tokens)",
  AccessDenied:
    "the token is not for this bucket: it must name the bucket and its jurisdiction (mastiff:bucket, of the " +
    "backups mastiff:backup.bucket; mastiff:bucketJurisdiction), with Object Read & Write",
  NoSuchBucket:
    "there is no bucket of this name in this jurisdiction: check mastiff:bucket (of the backups: mastiff:backup.bucket) " +
    "and mastiff:bucketJurisdiction",
};

/** A call that S3 refused or did not answer, in words for an operator. */
export class S3Error extends OperatorError {
  readonly status: number | undefined;
  /** S3's error code; empty when there was none. */
  readonly code: string;
  /** What is wrong, without what to do about it. */
  readonly words: string;
  /** What to do about it; undefined when that depends on the call. */
  readonly fix: string | undefined;
  readonly headers: Record<string, string>;

  constructor({ service = "R2", call, status, code = "", message, headers = {} }: Refusal) {
    const what = status === undefined ? "no answer" : `HTTP ${status}${code ? ` ${code}` : ""}`;
    const words = `${service} did not grant ${call} (${what})${message ? `: ${message}` : ""}`;
    const passes = isPassing(status) && !isUntrusted(message);
    const fix = passes
      ? "run it again: it continues where it stopped"
      : (lastingAnswers[code] ?? slowAnswers[code] ?? (isUntrusted(message) ? untrustedFix : undefined));
    super(fix === undefined ? words : `${words}\n  fix     ${fix}`);
    this.name = "S3Error";
    this.status = status;
    this.code = code;
    this.words = words;
    this.fix = fix;
    this.headers = headers;
  }

  /** Whether the refusal is permanent: asking again would bring the same answer after any wait. */
  get isLasting(): boolean {
    return lastingAnswers[this.code] !== undefined || this.fix === untrustedFix;
  }
}

/** Whether a failure may pass by itself. */
function isPassing(status: number | undefined): boolean {
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

const TRIES = 6;

const LISTS = new Set(["Contents", "Upload", "Error", "Deleted"]);
const parser = new XMLParser({ isArray: (name) => LISTS.has(name), parseTagValue: false });
const builder = new XMLBuilder({});

/** What {@link Bucket.upload} tells, and how large its parts are. */
interface Uploading {
  begun(upload: { key: string; id: string }): Promise<void>;
  told(bytes: number): void;
  partBytes?: number;
}

/**
 * The few calls of the S3 API that open a bucket, read it, write it and empty it; path style.
 *
 * @see https://developers.cloudflare.com/r2/api/s3/api/
 */
export class Bucket {
  readonly #aws: AwsClient;
  readonly #url: string;
  readonly #service: string;
  readonly #signal: AbortSignal | undefined;
  readonly name: string;

  /** @param signal ends all calls. Default: each ends by its own time limit */
  constructor(key: BucketKey, signal?: AbortSignal) {
    const { bucket, endpoint, accessKeyId, secretAccessKey, region = "auto", service = "R2" } = key;
    this.#aws = new AwsClient({ accessKeyId, secretAccessKey, service: "s3", region });
    this.#url = `${endpoint.replace(/\/+$/, "")}/${bucket}`;
    this.#service = service;
    this.#signal = signal;
    this.name = bucket;
  }

  /** Whether the key opens the bucket. @throws S3Error when it does not. */
  async open(): Promise<void> {
    await this.#call("GET", "list-type=2&max-keys=1", { root: "ListBucketResult" });
  }

  /** Keys of up to 1000 objects that begin so, in the order of their names. */
  async keys(prefix = ""): Promise<string[]> {
    const { objects } = await this.#page(prefix === "" ? "" : within(prefix));
    return objects.map(({ key }) => key);
  }

  /** All objects whose keys begin so, in the order of their keys, however many they are. */
  async list(prefix: string): Promise<StoredObject[]> {
    const found: StoredObject[] = [];
    for (let more = ""; ; ) {
      const { objects, next } = await this.#page(`${within(prefix)}${more}`);
      found.push(...objects);
      if (next === undefined) return found;
      more = `&continuation-token=${encodeURIComponent(next)}`;
    }
  }

  /** The content of an object that is a small text. */
  async text(key: string): Promise<string> {
    return (await this.bytes(key)).toString();
  }

  /** The content of a small object. @param first how many bytes of its beginning are asked for. Default: all */
  async bytes(key: string, first?: number): Promise<Buffer> {
    const headers: Record<string, string> = first === undefined ? {} : { range: `bytes=0-${first - 1}` };
    return (await this.#call("GET", "", { path: pathOf(key), headers })).bytes;
  }

  /**
   * A URL that reads one object without the key of the bucket. Nothing is asked: the URL is signed here.
   *
   * @param seconds how long it works; a week at most
   * @see https://developers.cloudflare.com/r2/api/s3/presigned-urls/
   */
  async presigned(key: string, seconds: number): Promise<string> {
    const url = `${this.#url}${pathOf(key)}?X-Amz-Expires=${seconds}`;
    return (await this.#aws.sign(url, { method: "GET", aws: { signQuery: true } })).url;
  }

  /** Stores a small object. @param type its media type */
  async put(key: string, content: string, type: string): Promise<void> {
    await this.#call("PUT", "", { path: pathOf(key), body: content, headers: { "content-type": type } });
  }

  /**
   * Stores an object of any size, in parts. When that fails, no part stays.
   *
   * @param read gives so many bytes from an offset, and fewer only at the end
   * @param begun hears what `abort` needs to remove the parts, before there is one
   * @param told hears how many bytes are stored
   * @param partBytes size of a part, of which S3 allows 10,000. Default: 64 MiB
   */
  async upload(
    key: string,
    read: (offset: number, bytes: number) => Promise<Uint8Array>,
    { begun, told, partBytes = 64 * 1024 * 1024 }: Uploading,
  ): Promise<void> {
    const path = pathOf(key);
    const root = "InitiateMultipartUploadResult";
    const { xml } = await this.#call("POST", "uploads=", { path, root });
    const id = String(xml[root]?.UploadId);
    const upload = `uploadId=${encodeURIComponent(id)}`;
    const parts: { PartNumber: number; ETag: string | null }[] = [];
    try {
      await begun({ key, id });
      for (let offset = 0; ; ) {
        const body = await read(offset, partBytes);
        if (body.length === 0 && parts.length > 0) break;
        const PartNumber = parts.length + 1;
        const { headers } = await this.#call("PUT", `partNumber=${PartNumber}&${upload}`, { path, body });
        parts.push({ PartNumber, ETag: headers.get("etag") });
        offset += body.length;
        told(offset);
      }
      const body = builder.build({ CompleteMultipartUpload: { Part: parts } });
      await this.#call("POST", upload, { path, root: "CompleteMultipartUploadResult", body });
    } catch (error) {
      // The answer to the first try was lost after the bucket acted. Who reads the object compares its digest.
      if (error instanceof S3Error && error.code === "NoSuchUpload" && parts.length > 0) return;
      await this.abort({ key, id }).catch(() => undefined);
      throw error;
    }
  }

  /** Up to 1000 objects. `next` is the token of the page after it; undefined: it is the last. */
  async #page(query: string): Promise<{ objects: StoredObject[]; next: string | undefined }> {
    const root = "ListBucketResult";
    const { xml } = await this.#call("GET", `list-type=2&max-keys=1000&encoding-type=url${query}`, { root });
    const list = xml[root];
    // URL encoding is requested because XML cannot hold every key. Keys are decoded only when the answer says
    // that they are encoded.
    const plain = (key: string) =>
      list?.EncodingType === "url" ? decodeURIComponent(key.replace(/\+/g, " ")) : key;
    const objects = contents(list?.Contents).map(({ Key, Size }) => ({
      key: plain(String(Key)),
      bytes: Number(Size),
    }));
    if (list?.IsTruncated !== "true") return { objects, next: undefined };
    if (list.NextContinuationToken !== undefined) return { objects, next: list.NextContinuationToken };
    const message = "the list is cut short, and does not say how it goes on";
    throw new S3Error({ service: this.#service, call: `GET ${this.name}`, status: undefined, message });
  }

  /** Deletes up to 1000 objects in one call. @throws S3Error when one of them stays. */
  async delete(keys: string[]): Promise<void> {
    const body = builder.build({ Delete: { Object: keys.map((Key) => ({ Key })), Quiet: true } });
    const { xml } = await this.#call("POST", "delete", { root: "DeleteResult", body });
    const failed = contents(xml.DeleteResult?.Error)[0];
    if (failed) {
      const call = `delete of ${failed.Key}`;
      const refusal = { service: this.#service, call, status: 200, code: String(failed.Code) };
      throw new S3Error({ ...refusal, message: String(failed.Message) });
    }
  }

  /** Unfinished multipart uploads, up to 1000. */
  async uploads(): Promise<{ key: string; id: string }[]> {
    const root = "ListMultipartUploadsResult";
    const { xml } = await this.#call("GET", "uploads=", { root });
    return contents(xml[root]?.Upload).map((upload) => ({
      key: String(upload.Key),
      id: String(upload.UploadId),
    }));
  }

  /** Aborts an unfinished upload, and succeeds when it is already gone. */
  async abort({ key, id }: { key: string; id: string }): Promise<void> {
    try {
      await this.#call("DELETE", `uploadId=${encodeURIComponent(id)}`, { path: pathOf(key) });
    } catch (error) {
      if (!(error instanceof S3Error && error.code === "NoSuchUpload")) throw error;
    }
  }

  /**
   * Makes a call, and retries it after failures that may pass. All calls here may be repeated: they list, read, store
   * or remove named things. An upload that is begun twice leaves one without parts, which the bucket gives up.
   *
   * @throws S3Error for anything but 2xx, and for an answer that lacks its root element or is cut short: half a list
   *   would pass for an empty bucket.
   */
  #call(method: string, query: string, how: Call): Promise<Answer> {
    const signal = this.#signal;
    return repeat(() => this.#once(method, query, how), {
      tries: TRIES,
      passes: (error) =>
        error instanceof S3Error && isPassing(error.status) && !error.isLasting && !signal?.aborted,
      waitMs: asCloudSays,
      ...(signal && { pause: (ms) => setTimeout(ms, undefined, { signal }) }),
    });
  }

  async #once(method: string, query: string, { root, body, path = "", headers: own }: Call): Promise<Answer> {
    // The S3 API requires a digest of the list for DeleteObjects. Elsewhere it finds what was damaged on its way.
    const md5: Record<string, string> =
      body === undefined ? {} : { "content-md5": createHash("md5").update(body).digest("base64") };
    const type: Record<string, string> =
      typeof body === "string" ? { "content-type": "application/xml" } : {};
    const headers = { ...type, ...md5, ...own };
    const service = this.#service;
    const call = `${method} ${this.name}${query === "" ? path : `?${query.split("&")[0]}`}`;
    const url = `${this.#url}${path}${query === "" ? "" : `?${query}`}`;
    const signed = await this.#aws.sign(url, { method, body, headers });
    // A part of an upload takes so long on a line of 2 Mbit/s.
    const limit = AbortSignal.timeout(patiently(body instanceof Uint8Array ? 300_000 : 60_000));
    let answer: Response;
    let bytes: Buffer;
    try {
      const signal = this.#signal === undefined ? limit : AbortSignal.any([limit, this.#signal]);
      answer = await fetch(signed, { signal });
      bytes = Buffer.from(await answer.arrayBuffer());
    } catch (error) {
      throw new S3Error({ service, call, status: undefined, message: whyNone(error) });
    }
    const xml = root === undefined && answer.ok ? {} : readXml(bytes.toString());
    if (answer.ok && (root === undefined || xml?.[root] !== undefined))
      return { bytes, headers: answer.headers, xml: xml ?? {} };
    if (answer.ok)
      throw new S3Error({ service, call, status: undefined, message: `the answer was not a ${root}` });
    const { Code = "", Message = "" } = (xml?.Error as Record<string, unknown>[] | undefined)?.[0] ?? {};
    const refusal = { service, call, status: answer.status, code: String(Code), message: String(Message) };
    throw new S3Error({ ...refusal, headers: Object.fromEntries(answer.headers) });
  }
}

/** An answer that grants a call. */
interface Answer {
  bytes: Buffer;
  headers: Headers;
  /** The elements of an answer that is XML. */
  // The shape is S3's; what is read of it is checked where it is read.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  xml: Record<string, any>;
}

/** The part of a query that asks for keys that begin so. */
function within(prefix: string): string {
  return `&prefix=${encodeURIComponent(prefix)}`;
}

/** The path of an object in its bucket. */
function pathOf(key: string): string {
  return `/${key.split("/").map(encodeURIComponent).join("/")}`;
}

/** The parts of a call, and the root element that its answer must have. */
interface Call {
  root?: string;
  /** A text is XML, unless `headers` say otherwise. */
  body?: string | Uint8Array;
  path?: string;
  headers?: Record<string, string>;
}

/** An answer's elements; undefined for an answer that is not XML, or not complete. */
function readXml(text: string): Record<string, unknown> | undefined {
  try {
    return text.trimStart().startsWith("<") ? parser.parse(text, true) : undefined;
  } catch {
    return undefined;
  }
}

/** Why no answer came: the system's error code (ECONNRESET), or that it took too long. */
function whyNone(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string } };
  if (name === "TimeoutError") return "it took too long";
  return cause?.code ?? message;
}

function contents(list: unknown): Record<string, unknown>[] {
  return Array.isArray(list) ? list : [];
}
