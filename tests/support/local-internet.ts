/**
 * A doctor's world over real connections: TLS with an authority of its own, http, WebSockets and name servers, all at
 * 127.0.0.1. The inspector that looks at it is the one that looks at the internet.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext, type SecureContext } from "node:tls";
import { WebSocketServer } from "ws";
import { type Inspection, overInternet } from "../../checks/inspector.ts";
import { pageOf, type World } from "./doctor-world.ts";
import { nameServer } from "./name-server.ts";
import { authority } from "./self-signed.ts";

/** An internet that runs. */
export interface LocalInternet extends AsyncDisposable {
  /** Serves this world from now on, and looks at it. The name servers end with the look. */
  look<T>(world: World, work: (inspection: Inspection) => Promise<T>): Promise<T>;
}

const dayMs = 24 * 3_600_000;
/** A certificate of another host is what a wrong route leads to. */
const elsewhere = "elsewhere.example";

export async function localInternet(): Promise<LocalInternet> {
  let world: World;
  const { ca, certify } = authority("Let's Encrypt");
  const contextOf = (host: string): SecureContext => {
    const { daysLeft = 60, problem } = world.certificates[host] ?? {};
    const until = new Date(Date.now() + daysLeft * dayMs + 3_600_000);
    return createSecureContext(certify(problem === undefined ? host : elsewhere, until));
  };
  const respond =
    (scheme: "http" | "https"): RequestListener =>
    (request, response) => {
      const { status, headers, body } = pageOf(world, urlOf(scheme, request), request.headers);
      response.writeHead(status, headers).end(body);
    };
  const sockets = new WebSocketServer({ noServer: true });
  const plain = createServer(respond("http"));
  const web = createSecureServer(
    { SNICallback: (host, done) => done(null, contextOf(host)) },
    respond("https"),
  );
  web.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { status, headers } = pageOf(world, urlOf("https", request), request.headers);
    if (status === 101) return sockets.handleUpgrade(request, socket, head, (opened) => opened.close());
    const lines = Object.entries({ ...headers, connection: "close" }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    socket.end(`HTTP/1.1 ${status} No\r\n${lines.join("")}\r\n`);
  });
  const [port, plainPort] = await Promise.all([listening(web), listening(plain)]);

  return {
    async look(given, work) {
      world = given;
      const { zone, nameServers: servers, lame } = world;
      const isLame = servers.length > 0 && servers.every((server) => server in lame);
      using resolver = await nameServer({
        [`${zone} NS`]: servers,
        // SendGrid's zone, to which CNAMEs lead.
        "sendgrid.net NS": ["ns.sendgrid.net"],
        ...Object.fromEntries(
          [...servers, "ns.sendgrid.net"].map((server) => [`${server} A`, ["127.0.0.1"]]),
        ),
      });
      using own = await nameServer(publishedIn(world), { isAuthoritative: !isLame });
      const secure = { address: "127.0.0.1", port, plainPort, ca };
      const resolvers = [`127.0.0.1:${resolver.port}`];
      // Awaited here: the name servers end with this block.
      return await work(overInternet({ resolvers, port: own.port, secure }));
    },
    async [Symbol.asyncDispose]() {
      for (const server of [web, plain]) {
        server.closeAllConnections();
        server.close();
        await once(server, "close");
      }
    },
  };
}

/** The records of the zone. The authority of a CAA stands there alone. */
function publishedIn({ zone, records }: World): Record<string, string[]> {
  const plain = Object.entries(records)
    .filter(([, values]) => values.length > 0)
    .map(([key, values]) => [key, values.map((value) => /^0 issue "(.*)"$/.exec(value)?.[1] ?? value)]);
  return { [`${zone} SOA`]: ["ada.ns.cloudflare.com"], ...Object.fromEntries(plain) };
}

const urlOf = (scheme: "http" | "https", { headers, url }: IncomingMessage) =>
  `${scheme}://${headers.host}${url}`;

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
