import * as argv from "../call/argv.ts";
import { DriverError, isPassing, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import { from, gone, type Task } from "../kind.ts";
import type { AppOutput, AppSpec, Observation } from "../spec.ts";
import { claim, destroyOwned, find, takeBack as takeBackApp } from "./ownership.ts";
import { isIntact, reseal, type Sealed } from "./seal.ts";

export interface Address {
  Address: string;
  Type: "v4" | "shared_v4" | "v6" | "private_v6" | "egress_v4" | "egress_v6";
  CreatedAt: string;
}
export type PublicType = "v4" | "shared_v4" | "v6";

/** Makes an app with our mark and with one public address of each kind that the spec asks for. */
export async function ensure({ spec, previous, fly }: Task<AppSpec>): Promise<AppOutput> {
  refuseNewName(spec.app, previous);
  const { secrets } = await claim(fly, spec, undefined, previous);
  const wanted = typesOf(spec);
  const addresses = await withEach(fly, spec.app, wanted);
  // flyctl itself retries a 502, and each call adds an address. One of each kind stays: the one that DNS
  // points to.
  const kept = wanted.map((type) => choose(addresses, type, [from(previous, "v4"), from(previous, "v6")]));
  // The other kind of IPv4 is not released here: DNS may still point to it (addresses.ts).
  const surplus = addresses.filter(
    (one) => isPublic(one.Type) && !kept.includes(one) && (wanted.length === 0 || wanted.includes(one.Type)),
  );
  if (surplus.length > 0) {
    const names = surplus.map((one) => one.Address);
    say(spec.app, `releasing ${names.join(", ")}`);
    await fly.repeatable(argv.ipsRelease(spec.app, names), { app: spec.app });
  }
  const left = addresses.filter((one) => isPublic(one.Type) && !wanted.includes(one.Type));
  const result = output(spec.app, kept);
  if (wanted.length > 0 && left.length > 0) result.leaving = left.map((one) => one.Address);
  if (wanted.length > 0) await reseal(fly, spec.app, secrets, [sealed(result)]);
  return result;
}

/** Seal over the addresses in the output: a later look notices other addresses, even without state. */
function sealed({ v4, v6 }: AppOutput): Sealed {
  return { prefix: "MASTIFF_ADDRESSES_", text: `${v4} ${v6}` };
}

export async function destroy({ spec, previous, fly }: Task<AppSpec>): Promise<void> {
  await destroyOwned(fly, spec, undefined, undefined, previous);
}

export async function takeBack({ spec, fly }: Task<AppSpec>): Promise<void> {
  await takeBackApp(fly, spec);
}

export async function observe({ spec, previous, fly }: Task<AppSpec>): Promise<Observation> {
  const found = await find(fly, spec);
  if (found === undefined) return gone(`app ${spec.app}`);
  const addresses = await list(fly, spec.app);
  const differences: string[] = [];
  // The address in the last output still exists, but config now asks for the other kind of IPv4.
  const given = addresses.find((one) => one.Address === from(previous, "v4"));
  const isSwitch = given !== undefined && !typesOf(spec).some((type) => type === given.Type);
  for (const type of typesOf(spec)) {
    if (!(isSwitch && type !== "v6") && !addresses.some((one) => one.Type === type))
      differences.push(`${words[type]} was released`);
  }
  for (const [key, known] of [
    ["v4", from(previous, "v4")],
    ["v6", from(previous, "v6")],
  ] as const) {
    if (typeof known !== "string" || addresses.some((one) => one.Address === known)) continue;
    const already = differences.some((text) => text.includes(key === "v4" ? "IPv4" : "IPv6"));
    if (!already)
      differences.push(`${key === "v4" ? "IPv4" : "IPv6"} address ${known} was replaced by another`);
  }
  const wanted = typesOf(spec);
  const now = output(
    spec.app,
    addresses.filter((one) => wanted.some((type) => type === one.Type)),
  );
  if (
    differences.length === 0 &&
    !isSwitch &&
    isIntact(found.secrets, sealed(now)) === false &&
    isOnePerKind(addresses)
  )
    differences.push("its public addresses are not those that it was given");
  const identity = differences.length > 0;
  if (found.owner !== "ours") differences.push(`app ${spec.app} does not carry this stack's mark`);
  for (const one of addresses) {
    const first = addresses.find((other) => other.Type === one.Type);
    if (isPublic(one.Type) && (wanted.length === 0 || wanted.includes(one.Type)) && first !== one)
      differences.push(`address ${one.Address} is one too many`);
  }
  return {
    exists: true,
    differences,
    identity,
  };
}

const words: Record<PublicType, string> = {
  v4: "its dedicated IPv4 address",
  shared_v4: "its shared IPv4 address",
  v6: "its IPv6 address",
};

/** With two addresses of one kind, the seal does not tell which of them was in the output. */
function isOnePerKind(addresses: readonly Address[]): boolean {
  const types = addresses.map((one) => one.Type).filter(isPublic);
  return new Set(types).size === types.length;
}

export function typesOf({
  publicAddresses,
  dedicatedV4,
}: Pick<AppSpec, "publicAddresses" | "dedicatedV4">): PublicType[] {
  return publicAddresses ? ["v6", dedicatedV4 ? "v4" : "shared_v4"] : [];
}

export function isPublic(type: Address["Type"]): type is PublicType {
  return type === "v4" || type === "shared_v4" || type === "v6";
}

/** The app's public addresses as they are now. */
export async function ipsOf(fly: Fly, app: string): Promise<AppOutput> {
  return output(
    app,
    (await list(fly, app)).filter((one) => isPublic(one.Type)),
  );
}

/**
 * Each address once. The shared IPv4 is a field of the app, which flyctl adds to the list of addresses
 * (fly-go: resource_ip_addresses.go). Where Fly's own list has it too, the address has two rows, and
 * releasing one row releases the address.
 */
export async function list(fly: Fly, app: string): Promise<Address[]> {
  const rows = await fly.json<Address[]>(argv.ipsList(app), { app });
  return rows.filter((row, i) => rows.findIndex((other) => other.Address === row.Address) === i);
}

/** Allocates an address of each type that the app lacks. @returns all addresses */
async function withEach(fly: Fly, app: string, types: readonly PublicType[]): Promise<Address[]> {
  // An app that this run has made has no address.
  const before = fly.made.has(app) ? [] : await list(fly, app);
  let missing = types.filter((type) => !hasType(before, type));
  for (const type of missing) await allocate(fly, app, type);
  if (missing.length === 0) return before;
  const look = async () => {
    const addresses = await list(fly, app);
    missing = types.filter((type) => !hasType(addresses, type));
    return missing.length === 0 ? addresses : undefined;
  };
  // Lists lag behind an allocation.
  const waitMs = (attempt: number) => Math.min(125 * 2 ** attempt, 4000);
  const addresses = await fly.repeat(look, { limitMs: 30_000, waitMs });
  if (addresses !== undefined) return addresses;
  const type = missing.map((one) => words[one]).join(" and ");
  throw new DriverError({
    what: `Fly has given app ${app} ${type}, but did not list it within half a minute.`,
    fix: "check whether Fly has an incident:  https://status.flyio.net",
    retry: retry.yes,
  });
}

function hasType(addresses: readonly Address[], type: PublicType): boolean {
  return addresses.some((one) => one.Type === type);
}

/** Each call adds an address, even one that seems to fail: list before each retry. */
async function allocate(fly: Fly, app: string, type: PublicType): Promise<void> {
  const call =
    type === "v6" ? argv.ipsAllocateV6(app) : argv.ipsAllocateV4(app, type === "v4" ? "dedicated" : "shared");
  say(app, `allocating ${words[type]}`);
  await fly.repeat(() => fly.once(call, { app }), {
    tries: 5,
    passes: isPassing,
    look: async () => (hasType(await list(fly, app), type) ? "listed" : undefined),
  });
}

/** The address in the last output, else the oldest. */
function choose(addresses: readonly Address[], type: PublicType, known: readonly unknown[]): Address {
  const ofType = addresses
    .filter((one) => one.Type === type)
    .sort((a, b) => a.CreatedAt.localeCompare(b.CreatedAt) || a.Address.localeCompare(b.Address));
  const chosen = ofType.find((one) => known.includes(one.Address)) ?? ofType[0];
  if (chosen === undefined) throw new Error(`no ${type} address right after one was allocated`);
  return chosen;
}

function output(app: string, addresses: readonly Address[]): AppOutput {
  const v6 = addresses.find((one) => one.Type === "v6")?.Address ?? null;
  const v4 = addresses.find((one) => one.Type !== "v6")?.Address ?? null;
  return { app, v4, v6 };
}

/** A new name would create a second app, and nothing would manage the old app and its data any more. */
export function refuseNewName(app: string, previous: unknown, key = "app"): void {
  const before = from(previous, key);
  if (typeof before !== "string" || before === app) return;
  throw new DriverError({
    what: `The Fly app "${before}" cannot be renamed to "${app}": Fly has no rename.`,
    setIn: "mastiff:app (by default derived from mastiff:domain)",
    fix: [
      `keep the name:  pulumi config set mastiff:app ${before}`,
      "or bring up another stack with the new name and move the data there",
    ],
    retry: retry.no,
  });
}
