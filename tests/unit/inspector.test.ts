import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { type AuthoritativeRecords, authoritativeRecords } from "../../checks/authoritative.ts";
import { certificateOf } from "../../checks/certificate.ts";
import { type NameServer, nameServer } from "../support/name-server.ts";
import { selfSigned } from "../support/self-signed.ts";

const ending: (() => void)[] = [];
afterEach(() => {
  for (const end of ending.splice(0)) end();
});
const never = new AbortController().signal;

describe("records", () => {
  /** A resolver, which has old answers, and the name servers that it leads to. */
  async function internet(
    cached: Record<string, string[]>,
    published: Record<string, string[]>,
    answers?: (question: string) => boolean,
  ): Promise<AuthoritativeRecords> {
    const resolver = await ended(nameServer({ "ns.example A": ["127.0.0.1"], ...cached }));
    const { port } = await ended(nameServer(published, { ...(answers && { answers }) }));
    return authoritativeRecords({ resolvers: [`127.0.0.1:${resolver.port}`], port });
  }
  async function ended(starting: Promise<NameServer>): Promise<NameServer> {
    const server = await starting;
    ending.push(() => server[Symbol.dispose]());
    return server;
  }
  const zone = { "acme.social NS": ["ns.example"] };

  test("are those of the zone's name servers, not those of a cache", async () => {
    const { resolve } = await internet(
      { ...zone, "acme.social A": ["192.0.2.1"] },
      { "acme.social A": ["203.0.113.9", "203.0.113.10"], "acme.social CAA": ["letsencrypt.org"] },
    );
    expect((await resolve("acme.social", "A", never)).sort()).toEqual(["203.0.113.10", "203.0.113.9"]);
    expect(await resolve("acme.social", "CAA", never)).toEqual(['0 issue "letsencrypt.org"']);
    expect(await resolve("acme.social", "AAAA", never)).toEqual([]);
    expect(await resolve("nobody.acme.social", "A", never)).toEqual([]);
  });

  test("that are long come in pieces, and are put together", async () => {
    const text = `v=DMARC1; p=none; ${"x".repeat(300)}`;
    const { resolve } = await internet(zone, { "_dmarc.acme.social TXT": [text] });
    expect(await resolve("_dmarc.acme.social", "TXT", never)).toEqual([text]);
  });

  test("at a CNAME are those of the zone where it leads", async () => {
    const { resolve } = await internet(
      { ...zone, "mail.example NS": ["ns.example"] },
      { "s1.acme.social CNAME": ["s1.mail.example"], "s1.mail.example TXT": ["k=rsa; p=MIGf"] },
    );
    expect(await resolve("s1.acme.social", "TXT", never)).toEqual(["k=rsa; p=MIGf"]);
    expect(await resolve("s1.acme.social", "CNAME", never)).toEqual(["s1.mail.example"]);
  });

  test.each([
    ["assets.dogs.acme.social", { zone: "acme.social", servers: ["ns.example"] }],
    // A resolver's answer about an alias is that of another zone.
    ["www.acme.social", { zone: "acme.social", servers: ["ns.example"] }],
    ["nowhere.example", { zone: "nowhere.example", servers: [] }],
  ])("of %s are in the zone above it that has name servers", async (name, expected) => {
    const alias = { "www.acme.social CNAME": ["other.example"], "www.acme.social NS": ["ns.other.example"] };
    const { nameServers } = await internet({ ...zone, ...alias }, {});
    expect(await nameServers(name)).toEqual(expected);
  });

  test("that nobody answers for are waited for no longer than the check may take", async () => {
    const over = new AbortController();
    const { resolve } = await internet(zone, {}, () => {
      over.abort();
      return false;
    });
    await expect(resolve("acme.social", "A", over.signal)).rejects.toThrow(
      "ns.example: ECANCELLED for A of acme.social",
    );
  });
});

describe("a name server", () => {
  const lamenessAt = async (
    records: Record<string, string[]>,
    manner: Parameters<typeof nameServer>[1],
    signal = never,
  ) => {
    using resolver = await nameServer({ "acme.social NS": ["ns.example"], "ns.example A": ["127.0.0.1"] });
    using own = await nameServer(records, manner);
    const { lameness } = authoritativeRecords({ resolvers: [`127.0.0.1:${resolver.port}`], port: own.port });
    // Awaited here: the servers end with this function.
    return await lameness("dogs.acme.social", signal);
  };
  const soa = { "acme.social SOA": ["ns.example"] };

  test.each<
    [what: string, records: Record<string, string[]>, isAuthoritative: boolean, problem: string | undefined]
  >([
    ["speaks for its zone", soa, true, undefined],
    ["has what it says from elsewhere", soa, false, "its answer is not authoritative"],
    ["does not know the zone", {}, true, "NXDOMAIN"],
  ])("that %s", async (_what, records, isAuthoritative, problem) => {
    expect(await lamenessAt(records, { isAuthoritative })).toEqual([{ server: "ns.example", problem }]);
  });

  test("that says nothing is waited for no longer than the check may take", async () => {
    const over = new AbortController();
    const answers = () => {
      over.abort();
      return false;
    };
    expect(await lamenessAt(soa, { answers }, over.signal)).toEqual([
      { server: "ns.example", problem: "no answer" },
    ]);
  });
});

describe("a certificate", () => {
  async function listening(server: Server): Promise<number> {
    server.listen(0, "localhost");
    await once(server, "listening");
    ending.push(() => server.close());
    return (server.address() as AddressInfo).port;
  }

  test("is read although browsers refuse it, with the days that it has left", async () => {
    const until = new Date(Date.now() + (10 * 24 + 1) * 3_600_000);
    until.setMilliseconds(0);
    const server = createTlsServer(selfSigned("localhost", { issuer: "Test Authority", until }), (socket) => {
      socket.on("error", () => {});
    });
    const port = await listening(server);
    expect(await certificateOf({ host: "localhost", port, signal: never })).toEqual({
      daysLeft: 10,
      until: until.toISOString(),
      issuer: "Test Authority",
      problem: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
  });

  test("of a host that says nothing is waited for no longer than the check may take", async () => {
    const over = new AbortController();
    const server = createServer((socket) => {
      ending.push(() => socket.destroy());
      socket.on("error", () => {});
      over.abort();
    });
    const port = await listening(server);
    await expect(certificateOf({ host: "localhost", port, signal: over.signal })).rejects.toThrow(
      "no answer in time",
    );
  });

  test("of a host that listens to nobody is an error", async () => {
    const server = createServer();
    const port = await listening(server);
    server.close();
    await once(server, "close");
    await expect(certificateOf({ host: "localhost", port, signal: never })).rejects.toThrow("ECONNREFUSED");
  });
});
