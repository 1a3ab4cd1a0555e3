/**
 * Upstash Redis: plans, provider, databases. Plans and prices: superfly/docs upstash/redis.html.md; ids:
 * superfly/flyctl internal/command/redis/plans.go.
 */
import type { World } from "../world.ts";
import { Refusal } from "./errors.ts";
import { opaqueId, password, serial } from "./ids.ts";
import { findRegion } from "./regions.ts";
import type { AddOn } from "./state.ts";

/** A plan as `ListAddOnPlans` shows it; `pricePerMonth` in cents. */
export interface Plan {
  id: string;
  name: string;
  displayName: string;
  description: string;
  maxDataSize: string;
  pricePerMonth: number;
}

const fixed = (size: string, dollars: number, bandwidth: string, readRegion: number): Plan => ({
  id: `flyio_fixed_${size.toLowerCase()}`,
  name: `flyio_fixed_${size.toLowerCase()}`,
  displayName: `Fixed ${size}`,
  description: `$${dollars}/mo + $${readRegion}/read region, ${bandwidth} bandwidth`,
  maxDataSize: size.replace(/(?<=\d)(?=[A-Z])/, " "),
  pricePerMonth: dollars * 100,
});

export const plans: readonly Plan[] = [
  {
    id: "ekQ85Yjkw155ohQ5ALYq0M",
    name: "flyio_pay_as_you_go",
    displayName: "Pay-as-you-go",
    description: "$0.20 per 100K commands",
    maxDataSize: "10 GB",
    pricePerMonth: 0,
  },
  fixed("250MB", 10, "50 GB", 5),
  fixed("1GB", 20, "100 GB", 10),
  fixed("5GB", 100, "500 GB", 50),
  fixed("10GB", 200, "1 TB", 100),
  fixed("50GB", 400, "5 TB", 200),
];

export function planById(id: string): Plan | undefined {
  return plans.find((p) => p.id === id);
}

/** The provider's description, which flyctl asks for before it creates a database. */
export const provider = {
  id: "upstash_redis",
  name: "upstash_redis",
  displayName: "Upstash Redis",
  tosUrl: "https://upstash.com/static/trust/terms.pdf",
  tosAgreement: null,
  asyncProvisioning: false,
  autoProvision: false,
  selectName: true,
  selectRegion: true,
  selectReplicaRegions: true,
  detectPlatform: false,
  resourceName: "database",
  nameSuffix: null,
  beta: false,
  internal: false,
  provisioningInstructions: null,
  excludedRegions: [],
};

/** Creates a database. Names are unique in all of Fly, because the host name is `fly-<name>.upstash.io`. */
export function createAddOn(
  world: World,
  wish: {
    name: string;
    orgSlug: string;
    planId: string;
    primaryRegion: string;
    readRegions: string[];
    options: Record<string, unknown>;
  },
): AddOn {
  if (!/^[a-z0-9-]+$/.test(wish.name)) {
    throw new Refusal(422, "Name may only contain numbers, lowercase letters and dashes");
  }
  if (world.state.fly.addOns.some((a) => a.name === wish.name)) {
    throw new Refusal(422, "Name has already been taken");
  }
  if (planById(wish.planId) === undefined) throw new Refusal(422, "Plan is invalid");
  for (const code of [wish.primaryRegion, ...wish.readRegions]) {
    if (findRegion(code) === undefined) throw new Refusal(422, `Region ${code} is invalid`);
  }
  const addOn: AddOn = {
    ...wish,
    id: opaqueId(world, "addon_"),
    type: "upstash_redis",
    metadata: {},
    password: password(world, 32),
    privateIp: `fdaa:0:${wish.orgSlug.length}:0:1::${(serial(world) % 65536).toString(16)}`,
    createdAt: world.now().toISOString(),
  };
  world.state.fly.addOns.push(addOn);
  world.changed();
  return addOn;
}

/** Plain `redis:`: there is no TLS inside the private network. */
export function publicUrl(addOn: AddOn): string {
  return `redis://default:${addOn.password}@${addOnHost(addOn)}:6379`;
}

/** The host name by which apps of the same organisation reach the database. */
export function addOnHost(addOn: AddOn): string {
  return `fly-${addOn.name}.upstash.io`;
}
