/** A name server on this machine. It answers over UDP, with the records that a test gives it. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type RecordType } from "dns-packet";

/** A name server that runs. */
export interface NameServer extends Disposable {
  port: number;
}

/** What a question gets beside records. */
export interface Manner {
  /** Whether it gets an answer at all; it is told as `acme.social A`. Default: it does. */
  answers?: (question: string) => boolean;
  /** Name servers speak for their zones; resolvers do not. Default true. */
  isAuthoritative?: boolean;
}

/** @param records by name and type (`acme.social A`). A CNAME answers for any type that its name has not. */
export async function nameServer(
  records: Readonly<Record<string, readonly string[]>>,
  { answers = () => true, isAuthoritative = true }: Manner = {},
): Promise<NameServer> {
  const socket = createSocket("udp4");
  socket.on("message", (message, { port, address }) => {
    const { id, questions = [] } = decode(message);
    const [question] = questions;
    if (question === undefined) return;
    const name = question.name.toLowerCase();
    if (!answers(`${name} ${question.type}`)) return;
    const own = records[`${name} ${question.type}`];
    const type = own === undefined ? "CNAME" : question.type;
    const found = own ?? records[`${name} CNAME`] ?? [];
    const exists = Object.keys(records).some((key) => key.startsWith(`${name} `));
    const flags = (isAuthoritative ? AUTHORITATIVE_ANSWER : 0) | (exists ? 0 : nxdomain);
    const answer = encode({
      type: "response",
      ...(id !== undefined && { id }),
      flags,
      questions,
      answers: found.map((value) => recordOf(name, type, value)),
    });
    socket.send(answer, port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { port: socket.address().port, [Symbol.dispose]: () => void socket.close() };
}

/** RFC 1035 4.1.1 */
const nxdomain = 3;

function recordOf(name: string, type: RecordType, value: string): Answer {
  const head = { name, ttl: 60, class: "IN" as const };
  // A long TXT comes in pieces.
  if (type === "TXT") return { ...head, type, data: value.match(/.{1,255}/g) ?? [] };
  // The authority that may issue.
  if (type === "CAA") return { ...head, type, data: { tag: "issue", value } };
  if (type === "SOA") return { ...head, type, data: { ...zeroes, mname: value, rname: `dns.${value}` } };
  return { ...head, type, data: value } as Answer;
}

const zeroes = { serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 1 };
