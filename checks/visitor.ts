/**
 * A visitor who looks at a community from outside: requests pages and resolves names. The same checks run
 * over the real internet and over a local one. The local internet gets by Host header and X-Forwarded-Proto
 * what a browser conveys by address and TLS.
 */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { WebSocket } from "ws";
import { reasonOf } from "./reason.ts";

/** An answer to a request. Header names are lower-case. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Types of records that are asked for. */
export type RecordType = "A" | "AAAA" | "CAA" | "CNAME" | "MX" | "TXT";

/** Looks at a community from outside. Redirects are answers, not followed. */
export interface Visitor {
  /** With the scheme wss it shakes hands for a WebSocket: status 101 is one that opens. @throws Error when there is no answer in ten seconds, or no such host. */
  ask(url: string, headers?: Record<string, string>): Promise<Answer>;
  /** The public answers, TXT unquoted; none for a name that does not exist. */
  resolve(name: string, type: RecordType): Promise<string[]>;
}

/** Where a visitor finds the hosts. Default: at their addresses on the internet. */
export interface Reach {
  /** A local internet without TLS and names, e.g. http://127.0.0.1:4640: headers tell it the host and the scheme. */
  local?: string;
  /** An internet of its own: all hosts are at one address, and an authority of its own vouches for them. */
  secure?: {
    address: string;
    /** Port for https and WebSockets. */
    port: number;
    /** Port for http. */
    plainPort: number;
    /** The authority's certificate, in PEM. */
    ca: string;
  };
}

const limitMs = 10_000;

/** @param signal ends what is still asked */
export function openVisitor(reach: Reach = {}, signal?: AbortSignal): Visitor {
  const ask: Visitor["ask"] = (address, headers = {}) => {
    const url = new URL(address);
    const call = callOf(url, headers, reach, signal);
    return url.protocol === "wss:" ? openSocket(call) : send(call);
  };
  return { ask, resolve: (name, type) => resolveOverHttps(ask, name, type) };
}

/** A request, as Node's clients and that of WebSockets take it. */
interface Call extends RequestOptions {
  protocol: "http:" | "https:";
  hostname: string;
  port: string | number;
  path: string;
}

function callOf(
  url: URL,
  headers: Record<string, string>,
  { local, secure }: Reach,
  stop: AbortSignal | undefined,
): Call {
  const isSecure = url.protocol === "https:" || url.protocol === "wss:";
  const limit = AbortSignal.timeout(limitMs);
  const common = {
    path: `${url.pathname}${url.search}`,
    signal: stop === undefined ? limit : AbortSignal.any([limit, stop]),
    // A new connection each time: the other side could close a reused one just then.
    agent: false,
  } as const;
  const said = { "user-agent": "Mastiff (+checks)", ...headers };
  if (local !== undefined) {
    const { hostname, port } = new URL(local);
    const told = { host: url.host, "x-forwarded-proto": isSecure ? "https" : "http" };
    return { ...common, protocol: "http:", hostname, port, headers: { ...told, ...said } };
  }
  const protocol = isSecure ? "https:" : "http:";
  const port = url.port || (isSecure ? 443 : 80);
  if (secure === undefined) return { ...common, protocol, hostname: url.hostname, port, headers: said };
  const { address, ca } = secure;
  return {
    ...common,
    protocol,
    hostname: address,
    port: isSecure ? secure.port : secure.plainPort,
    ca,
    servername: url.hostname,
    headers: { host: url.host, ...said },
  };
}

function send(call: Call): Promise<Answer> {
  const request = call.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(call);
    sent.once("response", (message) => read(message).then(reachedAnybody).then(resolve, reject));
    sent.once("error", (error) => reject(unanswered(error)));
    sent.end();
  });
}

/** Shakes hands as an app that opens a stream does, and closes at once. */
function openSocket({ protocol, hostname, port, path, ...options }: Call): Promise<Answer> {
  const url = `${protocol === "https:" ? "wss:" : "ws:"}//${hostname}:${port}${path}`;
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, options);
    let headers: Record<string, string> = {};
    socket.once("upgrade", (message) => {
      headers = headersOf(message);
    });
    socket.once("open", () => {
      socket.terminate();
      resolve({ status: 101, headers, body: "" });
    });
    socket.once("unexpected-response", (_request, message) => {
      read(message).then(reachedAnybody).then(resolve, reject);
    });
    socket.once("error", (error) => reject(unanswered(error)));
  });
}

function unanswered(error: Error): Error {
  const late = error.name === "TimeoutError" || error.name === "AbortError";
  return new Error(late ? `no answer in ${limitMs / 1000} s` : reasonOf(error), { cause: error });
}

/** The local internet has no packets to drop: a header reports what would have failed before HTTP. */
function reachedAnybody(answer: Answer): Answer {
  const problem = answer.headers["x-local-error"];
  if (problem !== undefined) throw new Error(problem);
  return answer;
}

async function read(message: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return {
    status: message.statusCode ?? 0,
    headers: headersOf(message),
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

function headersOf(message: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
}

/** Record types by number. https://www.iana.org/assignments/dns-parameters */
const numbers: Record<RecordType, number> = { A: 1, CNAME: 5, MX: 15, TXT: 16, AAAA: 28, CAA: 257 };

/**
 * DNS over HTTPS in its JSON form, so that what this machine's resolver has cached does not matter.
 * https://developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/make-api-requests/dns-json/
 */
async function resolveOverHttps(ask: Visitor["ask"], name: string, type: RecordType): Promise<string[]> {
  const url = `https://cloudflare-dns.com/dns-query?name=${encodeURIComponent(name)}&type=${type}`;
  const answer = await ask(url, { accept: "application/dns-json" });
  if (answer.status !== 200) throw new Error(`cloudflare-dns.com answered ${answer.status}`);
  const { Answer = [] } = JSON.parse(answer.body) as { Answer?: { type: number; data: string }[] };
  return Answer.filter((record) => record.type === numbers[type]).map((record) => unquoted(record.data));
}

/** A long TXT comes in several quoted pieces. */
function unquoted(data: string): string {
  const pieces = data.match(/"((?:[^"\\]|\\.)*)"/g);
  return pieces === null ? data.replace(/\.$/, "") : pieces.map((piece) => piece.slice(1, -1)).join("");
}
