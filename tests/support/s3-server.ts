/** A bucket behind the S3 API, as far as a client that lists and reads needs one; path style. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A server with one bucket. */
export interface S3Server extends AsyncDisposable {
  /** Base URL, without the bucket. */
  url: string;
  /** Content by key. */
  objects: Map<string, string>;
  /** Keys that a list still has, and that are gone when they are asked for. */
  gone: Set<string>;
  /** The key of each request, or `list` and its prefix. */
  asked: string[];
  /** The region and key id of each signature: `auto AKID`. */
  signedFor: string[];
  /** How many objects a page of a list has. Default: 1000. */
  pageSize: number;
  /** Answers every request with this, if set. */
  refusal: { status: number; code: string } | undefined;
  /** Whether a list that goes on keeps quiet about how. Default false. */
  cutsShort: boolean;
}

/** @param bucket its name */
export async function startS3(bucket: string): Promise<S3Server> {
  const server = createServer((request, response) => {
    const { status, body, type } = answer(request);
    response.writeHead(status, { "content-type": type }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const state: S3Server = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: new Map(),
    gone: new Set(),
    asked: [],
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

  function answer({ url = "", headers }: IncomingMessage): { status: number; body: string; type: string } {
    const { pathname, searchParams } = new URL(url, state.url);
    const [, , ...path] = pathname.split("/");
    const key = path.map(decodeURIComponent).join("/");
    state.asked.push(key === "" ? `list ${searchParams.get("prefix") ?? ""}` : key);
    const [, id, region] = /Credential=([^/]+)\/\d+\/([^/]+)\/s3\//.exec(headers.authorization ?? "") ?? [];
    state.signedFor.push(`${region} ${id}`);
    if (state.refusal !== undefined) return refuse(state.refusal.status, state.refusal.code);
    if (!pathname.startsWith(`/${bucket}`)) return refuse(404, "NoSuchBucket");
    if (key === "") return xml(200, list(searchParams));
    const content = state.objects.get(key);
    return content === undefined || state.gone.has(key)
      ? refuse(404, "NoSuchKey")
      : { status: 200, body: content, type: "application/octet-stream" };
  }

  function list(query: URLSearchParams): string {
    const after = query.get("continuation-token") ?? "";
    const keys = [...state.objects.keys()]
      .sort()
      .filter((key) => key.startsWith(query.get("prefix") ?? "") && key > after);
    const page = keys.slice(0, state.pageSize);
    const goesOn = keys.length > page.length;
    const entry = (key: string) => {
      const size = Buffer.byteLength(state.objects.get(key) ?? "");
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
