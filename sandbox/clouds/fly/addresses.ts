/**
 * Addresses of apps. Public addresses are anycast. Many apps share the shared IPv4, which routes by host
 * name. `private_v6` is a Flycast address inside one organisation's network.
 * https://fly.io/docs/networking/services/
 */
import { createHash } from "node:crypto";
import type { World } from "../world.ts";
import { Refusal } from "./errors.ts";
import { opaqueId, serial } from "./ids.ts";
import { findRegion } from "./regions.ts";
import type { Address, App } from "./state.ts";

/** The shared IPv4 of all apps in the local world. */
const sharedAddress = "66.241.124.10";

/** A request for an address. `network` is for Flycast addresses. */
export interface AddressWish {
  type: "v4" | "v6" | "private_v6" | "shared_v4";
  region: string;
  network: string;
  serviceName: string | null;
}

/** Adds an address. Each call adds another address, except for the shared IPv4: an app has at most one. */
export function allocate(world: World, app: App, wish: AddressWish): Address | null {
  const { type, region } = wish;
  if (region !== "" && region !== "global" && findRegion(region) === undefined) {
    throw new Refusal(422, `region ${region} not found`);
  }
  if (type === "shared_v4") {
    app.sharedV4 = sharedAddress;
    app.sharedV4At = world.now().toISOString();
    world.changed();
    return null;
  }
  const number = serial(world);
  const address: Address = {
    id: opaqueId(world, "ip_"),
    address: write(world, app, type, number),
    type,
    region: region === "" ? "global" : region,
    createdAt: world.now().toISOString(),
    network: wish.network || app.network,
    serviceName: wish.serviceName,
  };
  app.addresses.push(address);
  world.changed();
  return address;
}

function write(world: World, app: App, type: Address["type"], number: number): string {
  const low = (number % 65536).toString(16);
  if (type === "v4") return `137.66.${Math.floor(number / 250) % 250}.${(number % 250) + 1}`;
  if (type === "v6") return `2a09:8280:1::${(number % 255).toString(16)}:${low}:0`;
  return `${networkPrefix(world, app)}:0:1::${low}`;
}

/** The 6PN prefix of an app's organisation and network: `fdaa:<network>`. https://fly.io/docs/networking/private-networking/ */
export function networkPrefix(world: World, app: App): string {
  const org = world.state.fly.organizations[app.orgSlug];
  // 0 is the organisation's default network. A digest, so that other names are other networks.
  const custom =
    app.network === "default"
      ? 0
      : 1 + (createHash("sha256").update(app.network).digest().readUInt16BE(0) % 65_535);
  return `fdaa:${custom.toString(16)}:${((org?.numericId ?? 0) * 16).toString(16)}`;
}

/** How long a real list lacks an address that was just allocated, in milliseconds. No published figure. */
const listLagMs = 1500;

/** Whether a list of addresses already shows an address that was allocated at this time. */
export function isListed(world: World, allocatedAt: string | undefined): boolean {
  const lag = Math.max(world.state.fly.dials.listLagMs, listLagMs * world.latencyScale);
  return lag === 0 || world.now().getTime() - Date.parse(allocatedAt ?? "1970") >= lag;
}

/** Releases an address. */
export function release(world: World, app: App, ip: string): void {
  if (app.sharedV4 === ip) app.sharedV4 = null;
  else {
    const index = app.addresses.findIndex((a) => a.address === ip);
    if (index === -1) throw new Refusal(404, `Could not find IP address ${ip}`);
    app.addresses.splice(index, 1);
  }
  world.changed();
}

/** The addresses at which the public internet reaches the app. */
export function publicAddresses(app: App): { a: string[]; aaaa: string[] } {
  const of = (type: Address["type"]) => app.addresses.filter((x) => x.type === type).map((x) => x.address);
  return { a: [...of("v4"), ...(app.sharedV4 === null ? [] : [app.sharedV4])], aaaa: of("v6") };
}
