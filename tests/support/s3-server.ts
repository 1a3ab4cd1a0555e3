/** A bucket behind the S3 API, as far as the operator's commands need one; path style. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A server with one bucket. */
export interface S3Server extends AsyncDisposable {
  /** Base URL, without the bucket. */
  url: string;
  /** Content by key. */
  objects: Map<string, string | Buffer>;
  /** Parts of uploads that are not complete, by key. */
  uploads: Map<string, Buffer[]>;
  /** Keys that a list still has, and that are gone when they are asked for. */
  gone: Set<string>;
  /** The key of each request, or `list` and its prefix. */
  asked: string[];
  /** Method, key and query of each request, in its order. */
  calls: string[];
  /** The region and key id of each signature: `auto AKID`. */
  signedFor: string[];
  /** How many objects a page of a list has. Default: 1000. */
  pageSize: number;
  /** Answers every request with this, if set: those of one method, where it names one. */
  refusal: { status: number; code: string; method?: string } | undefined;
  /** Whether a list that goes on keeps quiet about how. Default false. */
  cutsShort: boolean;
}

interface Answer {
  status: number;
  body: string | Buffer;
  type: string;
  etag?: string;
}

/** @param bucket its name */
export async function startS3(bucket: string): Promise<S3Server> {
  const server = createServer(async (request, response) => {
    const { status, body, type, etag } = answer(request, await buffer(request));
    response.writeHead(status, { "content-type": type, ...(etag && { etag }) }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const state: S3Server = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: new Map(),
    uploads: new Map(),
    gone: new Set(),
    asked: [],
    calls: [],
    signedFor: [],
    pageSize: 1000,
    refusal: undefined,
    cutsShort: false,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  const xml = (status: number, body: string) => ({ status, body, type: "application/xml" });
  const refuse = (status: number, code: string) =>
    xml(status, `<Error><Code>${code}</Code><Message>No.</Message></Error>`);

  function answer({ url = "", method = "", headers }: IncomingMessage, sent: Buffer): Answer {
    const { pathname, searchParams } = new URL(url, state.url);
    const [, , ...path] = pathname.split("/");
    const key = path.map(decodeURIComponent).join("/");
    state.asked.push(key === "" ? `list ${searchParams.get("prefix") ?? ""}` : key);
    state.calls.push(`${method} ${key}${url.includes("?") ? url.slice(url.indexOf("?")) : ""}`);
    const [, id, region] = /Credential=([^/]+)\/\d+\/([^/]+)\/s3\//.exec(headers.authorization ?? "") ?? [];
    state.signedFor.push(`${region} ${id}`);
    const { refusal } = state;
    if (refusal !== undefined && (refusal.method ?? method) === method)
      return refuse(refusal.status, refusal.code);
    if (!pathname.startsWith(`/${bucket}`)) return refuse(404, "NoSuchBucket");
    if (searchParams.has("uploads") || searchParams.has("uploadId"))
      return ofUpload(method, key, searchParams, sent);
    if (key === "" && method === "POST") {
      for (const [, gone = ""] of sent.toString().matchAll(/<Key>(.*?)<\/Key>/g)) state.objects.delete(gone);
      return xml(200, "<DeleteResult/>");
    }
    if (key === "") return xml(200, list(searchParams));
    if (method === "PUT") {
      state.objects.set(key, sent);
      return { status: 200, body: "", type: "text/plain" };
    }
    const content = state.objects.get(key);
    if (content === undefined || state.gone.has(key)) return refuse(404, "NoSuchKey");
    const [, last] = /^bytes=0-(\d+)$/.exec(headers.range ?? "") ?? [];
    const type = "application/octet-stream";
    if (last === undefined) return { status: 200, body: content, type };
    return { status: 206, body: Buffer.from(content).subarray(0, Number(last) + 1), type };
  }

  function ofUpload(method: string, key: string, query: URLSearchParams, sent: Buffer): Answer {
    const parts = state.uploads.get(key);
    if (method === "GET") {
      const uploads = [...state.uploads.keys()].map(
        (one) => `<Upload><Key>${one}</Key><UploadId>1</UploadId></Upload>`,
      );
      return xml(200, `<ListMultipartUploadsResult>${uploads.join("")}</ListMultipartUploadsResult>`);
    }
    if (method === "POST" && query.has("uploads")) {
      state.uploads.set(key, []);
      const result = "InitiateMultipartUploadResult";
      return xml(200, `<${result}><UploadId>1</UploadId></${result}>`);
    }
    if (parts === undefined) return refuse(404, "NoSuchUpload");
    if (method === "PUT") {
      parts[Number(query.get("partNumber")) - 1] = sent;
      return { status: 200, body: "", type: "text/plain", etag: `"${query.get("partNumber")}"` };
    }
    state.uploads.delete(key);
    if (method === "DELETE") return { status: 204, body: "", type: "text/plain" };
    state.objects.set(key, Buffer.concat(parts));
    return xml(200, "<CompleteMultipartUploadResult/>");
  }

  function list(query: URLSearchParams): string {
    const after = query.get("continuation-token") ?? "";
    const keys = [...state.objects.keys()]
      .sort()
      .filter((key) => key.startsWith(query.get("prefix") ?? "") && key > after);
    const page = keys.slice(0, state.pageSize);
    const goesOn = keys.length > page.length;
    const entry = (key: string) => {
      const size = Buffer.from(state.objects.get(key) ?? "").length;
      return `<Contents><Key>${encodeURIComponent(key)}</Key><Size>${size}</Size></Contents>`;
    };
    // A token is the client's to return as it is: this one has what XML and URLs escape.
    const token = `${page.at(-1)}&+/=`.replace("&", "&amp;");
    return [
      `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${goesOn}</IsTruncated>`,
      ...(goesOn && !state.cutsShort ? [`<NextContinuationToken>${token}</NextContinuationToken>`] : []),
      ...page.map(entry),
      "</ListBucketResult>",
    ].join("");
  }
  return state;
}
