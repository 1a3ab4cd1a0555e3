/**
 * Fly's objects as GraphQL shows them. A field that is costly, or that leads to other objects, is a function.
 */
import type { World } from "../world.ts";
import { planById, provider, publicUrl } from "./addons.ts";
import { isListed } from "./addresses.ts";
import { appStatus, type Caller, cnameTarget, visibleApp } from "./apps.ts";
import { findImage, type Image } from "./images.ts";
import { type Region, regions } from "./regions.ts";
import type { AddOn, Address, App, Machine, Organization, Release } from "./state.ts";

type View = Record<string, unknown>;

/** An organisation. All local organisations have a paid plan, as a community needs. */
export function organizationView(world: World, caller: Caller, org: Organization): View {
  return {
    id: org.id,
    internalNumericId: String(org.numericId),
    slug: org.slug,
    rawSlug: org.slug,
    name: org.name,
    type: org.type,
    paidPlan: true,
    billable: true,
    billingStatus: "CURRENT",
    viewerRole: "admin",
    provisionsBetaExtensions: false,
    addOnSsoLink: null,
    extensionSsoLink: null,
    remoteBuilderImage: "",
    remoteBuilderApp: null,
    allowedReplaySourceOrgSlugs: [],
    allowAllCrossNetworkReplays: false,
    addOns: ({ type }: { type?: string }) => ({
      nodes: world.state.fly.addOns
        .filter((a) => a.orgSlug === org.slug && (type === undefined || a.type === type))
        .map((a) => addOnView(world, caller, a)),
    }),
  };
}

export function appView(world: World, caller: Caller, app: App): View {
  const org = world.state.fly.organizations[app.orgSlug] as Organization;
  const current = app.releases.at(-1);
  const status = appStatus(app);
  const settled = app.releases.filter((r) => r.status === "complete").at(-1) ?? current;
  return {
    id: app.id,
    internalNumericId: app.numericId,
    name: app.name,
    appUrl: app.addresses.length > 0 || app.sharedV4 !== null ? `https://${app.name}.fly.dev` : null,
    addOns: { nodes: [] },
    cnameTarget: cnameTarget(app),
    config: { definition: settled?.definition ?? {} },
    createdAt: app.createdAt,
    currentRelease: current === undefined ? null : releaseView(world, current),
    currentReleaseUnprocessed: current === undefined ? null : unprocessedView(world, current),
    deployed: status !== "pending",
    egressIpAddresses: { nodes: [] },
    hostIssues: { nodes: [] },
    hostname: `${app.name}.fly.dev`,
    image: ({ ref }: { ref: string }) => imageView(findImage(ref), ref),
    imageDetails: () => {
      const machine = liveMachines(app)[0];
      return machine === undefined ? null : versionView(findImage(machine.config.image));
    },
    ipAddresses: { nodes: addressNodes(world, caller, app) },
    machines: () => ({ nodes: liveMachines(app).map((m) => machineView(world, caller, app, m)) }),
    network: app.network === "default" ? null : app.network,
    networkId: null,
    organization: () => organizationView(world, caller, org),
    platformVersion: "machines",
    releasesUnprocessed: ({ first, status: wanted }: { first?: number; status?: string }) => ({
      nodes: [...app.releases]
        .reverse()
        .filter((r) => wanted === undefined || r.status === wanted)
        .slice(0, first ?? app.releases.length)
        .map((r) => unprocessedView(world, r)),
    }),
    role: app.role === "" ? null : { name: app.role },
    secrets: Object.values(app.secrets).map(({ name, digest, createdAt }) => ({ name, digest, createdAt })),
    services: [],
    sharedIpAddress: isListed(world, app.sharedV4At) ? app.sharedV4 : null,
    status,
    version: current?.version ?? 0,
  };
}

function liveMachines(app: App): Machine[] {
  return Object.values(app.machines).filter((m) => m.state !== "destroyed");
}

function machineView(world: World, caller: Caller, app: App, machine: Machine): View {
  return {
    id: machine.id,
    name: machine.name,
    app: () => appView(world, caller, app),
    config: machine.config,
    state: machine.state,
    region: machine.region,
    createdAt: machine.createdAt,
    ips: { nodes: [{ family: "v6", kind: "privatenet", ip: machine.privateIp, maskSize: 112 }] },
    host: { id: "local" },
    egressIpAddresses: { nodes: [] },
  };
}

/** An app's addresses, as far as lists show them yet. */
function addressNodes(world: World, caller: Caller, app: App): View[] {
  const own = app.addresses.filter((a) => isListed(world, a.createdAt));
  const nodes = own.map((a) => addressView(world, caller, app, a));
  const isTwice = world.state.fly.dials.sharedV4InList && isListed(world, app.sharedV4At);
  if (app.sharedV4 === null || !isTwice) return nodes;
  const shared = { id: "ip_shared", address: app.sharedV4, type: "shared_v4", region: "global" };
  return [
    ...nodes,
    { ...shared, createdAt: app.sharedV4At ?? app.createdAt, network: null, serviceName: null },
  ];
}

/** An address. The shared IPv4 is not an address here: it is the app's `sharedIpAddress`. */
export function addressView(world: World, caller: Caller, app: App, address: Address): View {
  const org = world.state.fly.organizations[app.orgSlug] as Organization;
  return {
    id: address.id,
    address: address.address,
    type: address.type,
    region: address.region,
    createdAt: address.createdAt,
    network:
      address.type === "private_v6"
        ? { name: address.network, organization: () => organizationView(world, caller, org) }
        : null,
    serviceName: address.serviceName,
  };
}

function releaseView(world: World, release: Release): View {
  return {
    id: release.id,
    version: release.version,
    reason: release.reason,
    description: release.description,
    status: release.status,
    inProgress: release.status === "running" || release.status === "pending",
    evaluationId: null,
    createdAt: release.createdAt,
    user: { __typename: "User", ...world.state.fly.user },
  };
}

function unprocessedView(world: World, release: Release): View {
  return {
    ...releaseView(world, release),
    stable: release.status === "complete",
    imageRef: release.image,
    configDefinition: release.definition,
  };
}

function imageView(image: Image | undefined, ref: string): View | null {
  if (image === undefined) return null;
  return {
    id: `img_${image.digest.slice(7, 19)}`,
    digest: image.digest,
    ref: ref.split("@")[0],
    compressedSizeFull: String(image.sizeBytes),
    manifest: {},
  };
}

/** An image, with registry and digest as separate fields. */
function versionView(image: Image | undefined): View | null {
  if (image === undefined) return null;
  const { registry, repository, tag, digest, version } = image;
  return { registry, repository, tag, digest, version: `v${version}` };
}

export function regionView(region: Region): View {
  const { code, name, latitude, longitude } = region;
  return {
    code,
    name,
    latitude,
    longitude,
    gatewayAvailable: true,
    requiresPaidPlan: false,
    deprecated: false,
  };
}

export function regionViews(): View[] {
  return regions.map(regionView);
}

/** An Upstash database with its password: whoever has access to the add-on may read the password. */
export function addOnView(world: World, caller: Caller, addOn: AddOn): View {
  const org = world.state.fly.organizations[addOn.orgSlug] as Organization;
  return {
    id: addOn.id,
    name: addOn.name,
    addOnPlan: planById(addOn.planId),
    addOnProvider: provider,
    app: () => {
      const app = visibleApp(world, caller, addOn.name);
      return app === undefined ? null : appView(world, caller, app);
    },
    environment: {},
    errorMessage: null,
    metadata: addOn.metadata,
    options: addOn.options,
    organization: () => organizationView(world, caller, org),
    password: addOn.password,
    primaryRegion: addOn.primaryRegion,
    privateIp: addOn.privateIp,
    publicUrl: publicUrl(addOn),
    readRegions: addOn.readRegions,
    ssoLink: null,
    status: "ready",
  };
}
