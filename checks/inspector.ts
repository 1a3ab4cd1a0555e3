/**
 * An inspector sees more of the real internet than a visitor: certificates, and DNS records at the servers that
 * publish them, so that no cache hides a change.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import {
  type AuthoritativeRecords,
  authoritativeRecords,
  type Internet,
  type NameServers,
} from "./authoritative.ts";
import { type Certificate, certificateOf } from "./certificate.ts";
import { openVisitor, type Reach, type Visitor } from "./visitor.ts";

/** Looks at a community from outside. Its records are those of the zone's own name servers. */
export interface Inspector extends Visitor {
  /** The zone that a name is in, and its name servers; none when no name above it has any. */
  nameServers(name: string): Promise<NameServers>;
  /** How each name server of a name's zone answers for it: in words, undefined where it does so well. */
  lameness(name: string): ReturnType<AuthoritativeRecords["lameness"]>;
  /** What a host presents at port 443, whether it can be trusted or not. */
  certificate(host: string): Promise<Certificate>;
  /** Aborts when nobody waits for the answer any more. */
  signal: AbortSignal;
}

/** Where the inspectors of one examination come from. */
export interface Inspection {
  /** @param signal ends what is still asked */
  open(signal: AbortSignal): Inspector;
  /** How long one check may take. */
  limitMs: number;
}

const current = new AsyncLocalStorage<Inspection>();

/** The inspection of the current run. Default: of the internet, ten seconds for each check. */
export function inspection(): Inspection {
  return current.getStore() ?? overInternet();
}

/** Does the work with answers other than the internet's. */
export function inInspection<T>(one: Inspection, work: () => Promise<T>): Promise<T> {
  return current.run(one, work);
}

/**
 * Real connections, TLS and DNS.
 *
 * @param where another internet than the one that everybody has. Default: that one
 * @param limitMs for each check
 */
export function overInternet(where: Internet & Reach = {}, limitMs = 10_000): Inspection {
  const records = authoritativeRecords(where);
  return {
    limitMs,
    open: (signal) => ({
      ask: openVisitor(where, signal).ask,
      resolve: (name, type) => records.resolve(name, type, signal),
      nameServers: (name) => records.nameServers(name),
      lameness: (name) => records.lameness(name, signal),
      certificate: (host) => certificateOf({ host, signal, ...where.secure }),
      signal,
    }),
  };
}

/**
 * An internet at one address, which is told the host and the scheme by headers and answers DNS over HTTP. It has neither TLS
 * nor name servers: the checks of table.ts are those that can be asked there.
 *
 * @param url its base, such as http://127.0.0.1:4640
 */
export function overLocalInternet(url: string, limitMs = 10_000): Inspection {
  const missing = async (): Promise<never> => {
    throw new Error(`${url} has neither TLS nor name servers`);
  };
  return {
    limitMs,
    open: (signal) => ({
      ...openVisitor({ local: url }, signal),
      nameServers: missing,
      lameness: missing,
      certificate: missing,
      signal,
    }),
  };
}
