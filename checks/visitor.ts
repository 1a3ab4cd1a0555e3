/**
 * A visitor who looks at a community from outside: requests pages and resolves names. The same checks run
 * over the real internet and over a local one. The local internet gets by Host header and X-Forwarded-Proto
 * what a browser conveys by address and TLS.
 */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
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
  /** @throws Error when there is no answer in ten seconds, or no such host. */
  ask(url: string, headers?: Record<string, string>): Promise<Answer>;
  /** The public answers, TXT unquoted; none for a name that does not exist. */
  resolve(name: string, type: RecordType): Promise<string[]>;
}

const limitMs = 10_000;

/**
 * A visitor who finds hosts by their real addresses, or at `local` (e.g. http://127.0.0.1:4640).
 *
 * @param signal ends what is still asked
 */
export function openVisitor(local?: string, signal?: AbortSignal): Visitor {
  const ask: Visitor["ask"] = (url, headers = {}) =>
    send(new URL(url), headers, local && new URL(local), signal);
  return { ask, resolve: (name, type) => resolveOverHttps(ask, name, type) };
}

function send(
  url: URL,
  headers: Record<string, string>,
  local: URL | "" | undefined,
  stop: AbortSignal | undefined,
): Promise<Answer> {
  const limit = AbortSignal.timeout(limitMs);
  const secure = url.protocol === "https:" || url.protocol === "wss:";
  const told = local ? { host: url.host, "x-forwarded-proto": secure ? "https" : "http" } : {};
  const request = secure && !local ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request({
      hostname: local ? local.hostname : url.hostname,
      port: local ? local.port : url.port || (secure ? 443 : 80),
      path: `${url.pathname}${url.search}`,
      headers: { "user-agent": "Mastiff (+checks)", ...told, ...headers },
      signal: stop === undefined ? limit : AbortSignal.any([limit, stop]),
      // A new connection each time: the other side could close a reused one just then.
      agent: false,
    });
    sent.once("response", (message) => read(message).then(reachedAnybody).then(resolve, reject));
    // 101: the other side agreed to speak WebSocket, which is all that is asked here.
    sent.once("upgrade", (message, socket) => {
      socket.destroy();
      resolve({ status: message.statusCode ?? 0, headers: headersOf(message), body: "" });
    });
    sent.once("error", (error) => {
      const late = error.name === "TimeoutError" || error.name === "AbortError";
      reject(new Error(late ? `no answer in ${limitMs / 1000} s` : reasonOf(error), { cause: error }));
    });
    sent.end();
  });
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
