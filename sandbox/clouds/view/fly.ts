/** Organisations with their apps, databases and add-ons, as the page shows them. */
import { addOnHost, planById } from "../fly/addons.ts";
import { appStatus } from "../fly/apps.ts";
import { certificateStatus } from "../fly/certificates.ts";
import { diskOf } from "../fly/situation.ts";
import type { App, Certificate, Organization } from "../fly/state.ts";
import type { Database } from "../mastodon/database.ts";
import type { World } from "../world.ts";
import { type JobView, jobsView, type MachineView, machinesView } from "./fly-machine.ts";
import type { Redact } from "./redact.ts";

/** A database on a Postgres server. */
export interface DatabaseView {
  name: string;
  owner: string;
  /** `4.7`; `4.6 → 4.7` between the two halves of an upgrade; null when Mastodon is not in this database. */
  schema: string | null;
  accounts: string[];
}

/** A certificate: issued, or what it waits for. */
export interface CertificateView {
  hostname: string;
  issued: boolean;
  status: string;
  waitsFor: string;
}

export interface AppView {
  name: string;
  status: string;
  machines: MachineView[];
  jobs: JobView[];
  addresses: { address: string; kind: "IPv4" | "shared IPv4" | "IPv6" | "private" }[];
  certificates: CertificateView[];
  volumes: { id: string; name: string; sizeGb: number; region: string; machine: string | null }[];
  databases: DatabaseView[];
  /** `17.2`; null when the app is not a Postgres server. */
  postgres: string | null;
  /** Names only. */
  secrets: string[];
  /** Newest first. */
  releases: { version: number; status: string; image: string; at: string; strategy: string }[];
}

/** An add-on: a service that Fly runs for its customers. */
export interface AddOnView {
  name: string;
  plan: string;
  region: string;
  host: string;
}

/** An organisation; `ours`: the operator's token has access to it. */
export interface OrganizationView {
  slug: string;
  name: string;
  ours: boolean;
  apps: AppView[];
  redis: AddOnView[];
}

export interface FlyView {
  organizations: OrganizationView[];
}

/** How many releases of an app are shown. */
const releasesShown = 5;

/** The local Fly, without values of secrets, environments and passwords. */
export function flyView(world: World, redact: Redact): FlyView {
  const { organizations, tokens } = world.state.fly;
  const ours = new Set(Object.values(tokens).flatMap((token) => token.orgs));
  return {
    organizations: Object.values(organizations).map((org) =>
      organizationView(world, org, ours.has(org.slug), redact),
    ),
  };
}

function organizationView(
  world: World,
  { slug, name }: Organization,
  ours: boolean,
  redact: Redact,
): OrganizationView {
  const { apps, addOns } = world.state.fly;
  return {
    slug,
    name,
    ours,
    apps: Object.values(apps)
      .filter((app) => app.orgSlug === slug)
      .map((app) => appView(world, app, redact)),
    redis: addOns
      .filter((addOn) => addOn.orgSlug === slug)
      .map((addOn) => ({
        name: addOn.name,
        plan: planById(addOn.planId)?.displayName ?? addOn.planId,
        region: addOn.primaryRegion,
        host: addOnHost(addOn),
      })),
  };
}

function appView(world: World, app: App, redact: Redact): AppView {
  const server = postgresOf(app);
  return {
    name: app.name,
    status: appStatus(app),
    machines: machinesView(world, app),
    jobs: jobsView(app, redact),
    addresses: addressesView(app),
    certificates: app.certificates.map((certificate) => certificateView(world, app, certificate)),
    volumes: Object.values(app.volumes)
      .filter((volume) => volume.state === "created")
      .map(({ id, name, sizeGb, region, machineId }) => ({ id, name, sizeGb, region, machine: machineId })),
    databases: server === undefined ? [] : databasesView(server),
    postgres: server?.version ?? null,
    secrets: Object.keys(app.secrets).sort(),
    releases: app.releases
      .slice(-releasesShown)
      .reverse()
      .map(({ version, status, image, createdAt, strategy }) => ({
        version,
        status,
        image: image.replace(/@sha256:[0-9a-f]+$/, ""),
        at: createdAt,
        strategy,
      })),
  };
}

function addressesView(app: App): AppView["addresses"] {
  const kinds = { v4: "IPv4", v6: "IPv6", private_v6: "private" } as const;
  return [
    ...app.addresses.map(({ address, type }) => ({ address, kind: kinds[type] })),
    ...(app.sharedV4 === null ? [] : [{ address: app.sharedV4, kind: "shared IPv4" as const }]),
  ];
}

function certificateView(world: World, app: App, certificate: Certificate): CertificateView {
  const issued = certificate.issuedAt !== null;
  return {
    hostname: certificate.hostname,
    issued,
    status: certificateStatus(world, app, certificate),
    waitsFor: issued ? "" : (certificate.errors[0]?.message ?? "Fly's next check"),
  };
}

/** The Postgres server on one of the app's machines, if there is one. */
function postgresOf(app: App): Database | undefined {
  for (const machine of Object.values(app.machines)) {
    const server = machine.state === "destroyed" ? undefined : diskOf(app, machine).postgres;
    if (server !== undefined) return server;
  }
  return undefined;
}

/** Without the databases of the server itself: `postgres`, and repmgr's. */
function databasesView(server: Database): DatabaseView[] {
  return Object.entries(server.databases)
    .filter(([name]) => name !== "postgres" && name !== "repmgr")
    .map(([name, { owner, mastodon }]) => ({
      name,
      owner,
      schema:
        mastodon === undefined
          ? null
          : mastodon.pre === mastodon.post
            ? mastodon.pre
            : `${mastodon.post} → ${mastodon.pre}`,
      accounts: mastodon?.accounts.map((account) => `${account.username} (${account.role})`) ?? [],
    }));
}
