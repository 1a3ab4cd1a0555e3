/**
 * An inspector sees more of the real internet than a visitor: certificates, and DNS records at the servers that
 * publish them, so that no cache hides a change.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { authoritativeRecords, type NameServers } from "./authoritative.ts";
import { type Certificate, certificateOf } from "./certificate.ts";
import { openVisitor, type Visitor } from "./visitor.ts";

/** Looks at a community from outside. Its records are those of the zone's own name servers. */
export interface Inspector extends Visitor {
  /** The zone that a name is in, and its name servers; none when no name above it has any. */
  nameServers(name: string): Promise<NameServers>;
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
  return current.getStore() ?? overTheInternet();
}

/** Does the work with answers other than the internet's. */
export function inInspection<T>(one: Inspection, work: () => Promise<T>): Promise<T> {
  return current.run(one, work);
}

function overTheInternet(): Inspection {
  const records = authoritativeRecords();
  return {
    limitMs: 10_000,
    open: (signal) => ({
      ask: openVisitor(undefined, signal).ask,
      resolve: (name, type) => records.resolve(name, type, signal),
      nameServers: (name) => records.nameServers(name),
      certificate: (host) => certificateOf({ host, signal }),
      signal,
    }),
  };
}
