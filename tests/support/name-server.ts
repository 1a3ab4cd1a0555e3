/** A name server on this machine. It answers over UDP, with the records that a test gives it. */
import { createSocket } from "node:dgram";
import { once } from "node:events";

/** Record types by number. https://www.iana.org/assignments/dns-parameters */
const types: Record<number, string> = { 1: "A", 2: "NS", 5: "CNAME", 16: "TXT", 28: "AAAA", 257: "CAA" };
const numberOf = (type: string) => Number(Object.entries(types).find(([, name]) => name === type)?.[0]);

/** A name server that runs. */
export interface NameServer extends Disposable {
  port: number;
}

/**
 * @param records by name and type (`acme.social A`). A CNAME answers for any type that its name has not.
 * @param answers whether a question gets an answer; it is told as `acme.social A`
 */
export async function nameServer(
  records: Readonly<Record<string, readonly string[]>>,
  answers: (question: string) => boolean = () => true,
): Promise<NameServer> {
  const socket = createSocket("udp4");
  socket.on("message", (message, { port, address }) => {
    const { name, type, end } = questionIn(message);
    if (!answers(`${name} ${type}`)) return;
    const own = records[`${name} ${type}`];
    const found = own ?? records[`${name} CNAME`] ?? [];
    const exists = Object.keys(records).some((key) => key.startsWith(`${name} `));
    const head = Buffer.alloc(12);
    message.copy(head, 0, 0, 2);
    head.writeUInt16BE(exists ? 0x8580 : 0x8583, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(found.length, 6);
    const kind = own === undefined ? "CNAME" : type;
    const body = found.map((value) => recordOf(kind, value));
    socket.send(Buffer.concat([head, message.subarray(12, end), ...body]), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { port: socket.address().port, [Symbol.dispose]: () => void socket.close() };
}

function questionIn(message: Buffer): { name: string; type: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString("ascii", at + 1, at + 1 + length));
    at += length + 1;
  }
  const number = message.readUInt16BE(at + 1);
  return { name: labels.join(".").toLowerCase(), type: types[number] ?? String(number), end: at + 5 };
}

/** A record of the name in the question: pointer, type, class, TTL, data. */
function recordOf(type: string, value: string): Buffer {
  const data = dataOf(type, value);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(numberOf(type), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function dataOf(type: string, value: string): Buffer {
  if (type === "A") return Buffer.from(value.split(".").map(Number));
  if (type === "TXT") return Buffer.concat((value.match(/.{1,255}/g) ?? []).map(counted));
  // The authority that may issue.
  if (type === "CAA") return Buffer.concat([Buffer.from([0]), counted("issue"), Buffer.from(value)]);
  return Buffer.concat([...value.split(".").map(counted), Buffer.from([0])]);
}

const counted = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
