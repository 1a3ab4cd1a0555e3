/** Whether a name server answers for a zone itself: the bit AA, which Node's resolver does not show (RFC 1035 4.1.1). */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { type DecodedPacket, decode, encode } from "dns-packet";

/** A name server, and where it can be asked. */
export interface NameServerAt {
  address: string;
  port: number;
}

/** What a server answered: a code of RFC 1035 or 2136 (`NOERROR`, `REFUSED`), and whether it speaks for the zone. */
export interface Authority {
  code: string;
  isAuthoritative: boolean;
}

/** UDP loses packets. */
const tries = 2;
const waitMs = 1_500;

/** @param signal ends the wait @throws Error when there is no answer */
export async function authorityOf(
  zone: string,
  { address, port }: NameServerAt,
  signal: AbortSignal,
): Promise<Authority> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
    const over = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
    try {
      const question = encode({
        type: "query",
        id: attempt,
        flags: 0,
        questions: [{ type: "SOA", name: zone }],
      });
      socket.send(question, port, address);
      const [message] = (await once(socket, "message", { signal: over })) as [Buffer];
      const answer = decode(message) as DecodedPacket & { rcode: string };
      return { code: answer.rcode, isAuthoritative: answer.flag_aa };
    } catch (error) {
      if (attempt === tries || signal.aborted || !over.aborted)
        throw over.aborted ? new Error("no answer", { cause: error }) : error;
    } finally {
      socket.close();
    }
  }
}
