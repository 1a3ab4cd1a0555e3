import * as argv from "../call/argv.ts";
import { DriverError, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { say, tell } from "../call/progress.ts";
import { from, type Task } from "../kind.ts";
import type { AddressesOutput, AddressesSpec, LeavingAddress, Observation } from "../spec.ts";
import { isPublic, list, type PublicType, typesOf } from "./app.ts";
import { find } from "./ownership.ts";

/**
 * The addresses that DNS points to, and the release of those that DNS no longer points to.
 *
 * An app whose kind of IPv4 changes has both kinds for a time. The DNS records change before this runs, but
 * resolvers keep the old answer for its TTL, and browsers a little longer.
 *
 *   in DNS ──records changed──► leaving, until the TTL has passed ──the next run──► released
 *   never in DNS (made by hand) ──────────────────────────────────────────────────► released
 *
 * Only the kind of IPv4 that is not asked for is handled here. app.ts handles two addresses of one kind.
 */
/** The TTL "auto", 300 s (developers.cloudflare.com/dns/manage-dns-records/reference/ttl), plus 60 s. */
const dnsMs = 360_000;

export async function ensure({ spec, previous, fly }: Task<AddressesSpec>): Promise<AddressesOutput> {
  const { app, v4 = null, v6 = null } = spec;
  const others = await othersOf(fly, spec);
  if (others.includes(v4 ?? ""))
    throw new DriverError({
      what: `DNS points to the IPv4 ${v4} of ${app}, which is not of the kind that mastiff:dedicatedIpv4 asks for.`,
      setIn: "mastiff:dedicatedIpv4",
      fix: "run pulumi up again: the app gets the right address first",
      retry: retry.yes,
    });
  const known = leavingOf(previous);
  const inDns = [from(previous, "v4"), from(previous, "v6")];
  const now = Date.now();
  const leaving: LeavingAddress[] = [];
  const due: string[] = [];
  for (const address of others) {
    const before = known.find((one) => one.address === address);
    // Without an earlier output, assume that DNS pointed to the address.
    const wasInDns = previous === undefined || inDns.includes(address);
    if (before !== undefined && Date.parse(before.from) > now) leaving.push(before);
    else if (before === undefined && wasInDns)
      leaving.push({ address, from: new Date(now + dnsMs).toISOString() });
    else due.push(address);
  }
  for (const one of leaving)
    tell(
      app,
      `${one.address} stays for now: resolvers may have it cached until ${one.from}, and a pulumi up after that releases it`,
    );
  if (due.length > 0) {
    say(app, `releasing ${due.join(", ")}`);
    await fly.repeatable(argv.ipsRelease(app, due), { app });
  }
  return { app, v4, v6, leaving };
}

/** Does nothing: Fly releases the addresses with their app. */
export async function destroy(): Promise<void> {}

export async function observe({ spec, previous, fly }: Task<AddressesSpec>): Promise<Observation> {
  // The whole app is missing, and the app's own observation says so.
  if ((await find(fly, spec)) === undefined) return { exists: false, differences: [] };
  const known = [
    from(previous, "v4"),
    from(previous, "v6"),
    ...leavingOf(previous).map((one) => one.address),
  ];
  const surplus = (await othersOf(fly, spec)).filter((address) => !known.includes(address));
  return { exists: true, differences: surplus.map((address) => `address ${address} is one too many`) };
}

/** Public addresses of a kind that the spec does not ask for. */
async function othersOf(fly: Fly, spec: AddressesSpec): Promise<string[]> {
  const wanted: PublicType[] = typesOf({ publicAddresses: true, dedicatedV4: spec.dedicatedV4 });
  return (await list(fly, spec.app))
    .filter((one) => isPublic(one.Type) && !wanted.includes(one.Type))
    .map((one) => one.Address);
}

function leavingOf(previous: unknown): LeavingAddress[] {
  const leaving = from(previous, "leaving");
  return Array.isArray(leaving) ? (leaving as LeavingAddress[]) : [];
}
