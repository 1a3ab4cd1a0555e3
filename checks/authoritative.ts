/** DNS records from the name servers of their zone, not from a cache. */
import { Resolver } from "node:dns/promises";
import { authorityOf } from "./authority.ts";
import { reasonOf } from "./reason.ts";
import type { RecordType } from "./visitor.ts";

/** A zone as the internet delegates it. */
export interface NameServers {
  zone: string;
  /** Host names, without the final dot. */
  servers: string[];
}

/** Records at their source. Answers about zones are kept for as long as this is. */
export interface AuthoritativeRecords {
  nameServers(name: string): Promise<NameServers>;
  /** How each name server of the zone of this name answers for it: in words, undefined where it does so well. */
  lameness(name: string, signal: AbortSignal): Promise<{ server: string; problem: string | undefined }[]>;
  /** None for a name that does not exist. A CNAME is followed, unless it is what is asked for. */
  resolve(name: string, type: RecordType, signal: AbortSignal): Promise<string[]>;
}

/** Where to begin. */
export interface Internet {
  /** Resolvers that find the way to a zone, each with its port. Default: this machine's. */
  resolvers?: readonly string[];
  /** Port of the name servers. Default: 53. */
  port?: number;
}

/** How long one server may take to answer, and how often it is asked. */
const patience = { timeout: 1_500, tries: 2 };

/** CNAMEs that lead on; as many as other resolvers follow. */
const longestChain = 8;

/** Opens an empty cache. */
export function authoritativeRecords({ resolvers, port = 53 }: Internet = {}): AuthoritativeRecords {
  const own = new Resolver(patience);
  if (resolvers !== undefined) own.setServers(resolvers);
  const zones = new Map<string, Promise<string[]>>();
  const addresses = new Map<string, Promise<string | undefined>>();

  const serversOf = (zone: string) =>
    kept(zones, zone, async () => {
      const [servers, alias] = await Promise.all([
        orNone(own.resolveNs(zone)),
        orNone(own.resolveCname(zone)),
      ]);
      // A resolver follows a CNAME and gives the name servers of where it leads. No zone begins at a CNAME.
      return alias.length > 0 ? [] : servers;
    });

  /** One for each server: every further one takes its time when none answers. */
  const addressOf = (server: string) =>
    kept(addresses, server, async () => {
      const [v4] = await orNone(own.resolve4(server));
      return v4 ?? (await orNone(own.resolve6(server)))[0];
    });

  async function nameServers(name: string): Promise<NameServers> {
    for (let zone = name; zone.includes("."); zone = zone.slice(zone.indexOf(".") + 1)) {
      const servers = await serversOf(zone);
      if (servers.length > 0) return { zone, servers };
    }
    return { zone: name, servers: [] };
  }

  async function lameness(name: string, signal: AbortSignal) {
    const { zone, servers } = await nameServers(name);
    return Promise.all(
      servers.map(async (server) => {
        try {
          const address = await addressOf(server);
          if (address === undefined) return { server, problem: "it has no address" };
          const { code, isAuthoritative } = await authorityOf(zone, { address, port }, signal);
          if (code !== "NOERROR") return { server, problem: code };
          return { server, problem: isAuthoritative ? undefined : "its answer is not authoritative" };
        } catch (error) {
          return { server, problem: reasonOf(error) };
        }
      }),
    );
  }

  async function resolve(
    name: string,
    type: RecordType,
    signal: AbortSignal,
    chain = longestChain,
  ): Promise<string[]> {
    const { servers } = await nameServers(name);
    if (servers.length === 0) return [];
    const at = new Resolver(patience);
    const stop = () => at.cancel();
    signal.addEventListener("abort", stop, { once: true });
    try {
      const reached = await Promise.all(servers.map(addressOf));
      const known = reached.filter((address) => address !== undefined);
      if (known.length === 0) throw new Error(`${servers.join(" and ")} have no address`);
      at.setServers(known.map((address) => `${address.includes(":") ? `[${address}]` : address}:${port}`));
      signal.throwIfAborted();
      const found = await orNone(queries[type](at, name));
      if (found.length > 0 || type === "CNAME" || chain === 0) return found;
      const [target] = await orNone(at.resolveCname(name));
      return target === undefined ? [] : resolve(target, type, signal, chain - 1);
    } catch (error) {
      if (!isDnsError(error)) throw error;
      throw new Error(`${servers.join(" and ")}: ${error.code} for ${type} of ${name}`, { cause: error });
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  return { nameServers, lameness, resolve: (name, type, signal) => resolve(name, type, signal) };
}

/** Asks for the records of a type, and gives them as text. */
const queries: Record<RecordType, (at: Resolver, name: string) => Promise<string[]>> = {
  A: (at, name) => at.resolve4(name),
  AAAA: (at, name) => at.resolve6(name),
  CNAME: (at, name) => at.resolveCname(name),
  // A long TXT comes in pieces.
  TXT: async (at, name) => (await at.resolveTxt(name)).map((pieces) => pieces.join("")),
  MX: async (at, name) => (await at.resolveMx(name)).map(({ exchange }) => exchange),
  CAA: async (at, name) =>
    (await at.resolveCaa(name)).flatMap(({ critical, issue }) =>
      issue === undefined ? [] : [`${critical} issue "${issue}"`],
    ),
};

/** No such name, or none of that type: an answer, which Node reports as errors. */
const nothing = new Set(["ENOTFOUND", "ENODATA"]);

async function orNone(answer: Promise<string[]>): Promise<string[]> {
  try {
    return await answer;
  } catch (error) {
    if (isDnsError(error) && nothing.has(error.code)) return [];
    throw error;
  }
}

function isDnsError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

function kept<T>(cache: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const known = cache.get(key) ?? ask();
  cache.set(key, known);
  return known;
}
