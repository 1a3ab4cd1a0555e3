import { createHash } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { XMLBuilder, XMLParser } from "fast-xml-parser";
import { OperatorError } from "../dynamic/operator-error.ts";

/** How one bucket is reached. */
export interface BucketKey {
  bucket: string;
  /** The S3 API, without the bucket. */
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** An answer that S3 refused. */
export class S3Error extends OperatorError {
  readonly status: number;
  /** S3's own word, e.g. `NoSuchBucket`; empty when there was none. */
  readonly code: string;

  constructor(call: string, status: number, code: string, message: string) {
    super(
      `R2 did not grant ${call} (HTTP ${status}${code ? ` ${code}` : ""})${message ? `: ${message}` : ""}`,
    );
    this.name = "S3Error";
    this.status = status;
    this.code = code;
  }
}

const LISTS = new Set(["Contents", "Upload", "Error", "Deleted"]);
const parser = new XMLParser({ isArray: (name) => LISTS.has(name), parseTagValue: false });
const builder = new XMLBuilder({});

/**
 * The few calls of the S3 API that a bucket's beginning and end take, path style, region `auto`.
 *
 * @see https://developers.cloudflare.com/r2/api/s3/api/
 */
export class Bucket {
  readonly #aws: AwsClient;
  readonly #url: string;
  readonly name: string;

  constructor({ bucket, endpoint, accessKeyId, secretAccessKey }: BucketKey) {
    // Retries: aws4fetch repeats 429 and 5xx itself, from 50 ms doubling.
    this.#aws = new AwsClient({ accessKeyId, secretAccessKey, service: "s3", region: "auto", retries: 6 });
    this.#url = `${endpoint.replace(/\/+$/, "")}/${bucket}`;
    this.name = bucket;
  }

  /** Whether the key opens the bucket. @throws S3Error when it does not. */
  async open(): Promise<void> {
    await this.#call("GET", "list-type=2&max-keys=1");
  }

  /** Keys of up to 1000 objects, in the order of their names. */
  async keys(): Promise<string[]> {
    const { ListBucketResult: list } = await this.#call("GET", "list-type=2&max-keys=1000&encoding-type=url");
    // Asked for because XML cannot hold every key; only decoded when the answer says that it was done.
    const plain = (key: string) =>
      list?.EncodingType === "url" ? decodeURIComponent(key.replace(/\+/g, " ")) : key;
    return contents(list?.Contents).map((object) => plain(String(object.Key)));
  }

  /** Deletes up to 1000 objects in one call. @throws S3Error when one of them stays. */
  async delete(keys: string[]): Promise<void> {
    const body = builder.build({ Delete: { Object: keys.map((Key) => ({ Key })), Quiet: true } });
    const { DeleteResult: result } = await this.#call("POST", "delete", body);
    const failed = contents(result?.Error)[0];
    if (failed)
      throw new S3Error(`delete of ${failed.Key}`, 200, String(failed.Code), String(failed.Message));
  }

  /** Unfinished multipart uploads, up to 1000. */
  async uploads(): Promise<{ key: string; id: string }[]> {
    const { ListMultipartUploadsResult: list } = await this.#call("GET", "uploads=");
    return contents(list?.Upload).map((upload) => ({ key: String(upload.Key), id: String(upload.UploadId) }));
  }

  /** Ends an unfinished upload; one that is gone is fine. */
  async abort({ key, id }: { key: string; id: string }): Promise<void> {
    const path = key.split("/").map(encodeURIComponent).join("/");
    try {
      await this.#call("DELETE", `uploadId=${encodeURIComponent(id)}`, undefined, `/${path}`);
    } catch (error) {
      if (!(error instanceof S3Error && error.code === "NoSuchUpload")) throw error;
    }
  }

  // The answer's shape is S3's; what is read of it is checked where it is read.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  async #call(method: string, query: string, body?: string, path = ""): Promise<Record<string, any>> {
    // Deleting many objects asks for a digest of the list (S3 API, DeleteObjects).
    const md5 = body === undefined ? {} : { "content-md5": createHash("md5").update(body).digest("base64") };
    const headers = body === undefined ? {} : { "content-type": "application/xml", ...md5 };
    const signal = AbortSignal.timeout(60_000);
    const answer = await this.#aws.fetch(`${this.#url}${path}?${query}`, { method, body, headers, signal });
    const text = await answer.text();
    const xml = text.trimStart().startsWith("<") ? parser.parse(text) : {};
    if (answer.ok) return xml;
    const { Code = "", Message = "" } = xml.Error?.[0] ?? {};
    throw new S3Error(
      `${method} ${this.name}?${query.split("&")[0]}`,
      answer.status,
      String(Code),
      String(Message),
    );
  }
}

function contents(list: unknown): Record<string, unknown>[] {
  return Array.isArray(list) ? list : [];
}
