/** Apps: create, find, show and destroy them. */
import type { World } from "../world.ts";
import { Refusal } from "./errors.ts";
import { hashId, serial } from "./ids.ts";
import type { App, Organization } from "./state.ts";

/** The caller: the organisations that its token has access to. */
export interface Caller {
  orgs: string[];
  email: string;
  token: string;
}

/**
 * An app that the caller has access to.
 *
 * @throws 404 `app not found` (superfly/flyctl pull 3954); 403 for an app of an organisation that the token
 *   has no access to: names are looked up globally, then the read is refused (superfly/fly-go
 *   flaps/flaps_apps.go).
 */
export function requireApp(world: World, caller: Caller, name: string): App {
  const app = world.state.fly.apps[name];
  if (app === undefined) throw new Refusal(404, "app not found");
  if (!caller.orgs.includes(app.orgSlug)) {
    throw new Refusal(403, "unauthorized");
  }
  return app;
}

/** An app for GraphQL. An app of another organisation is treated as missing. */
export function visibleApp(world: World, caller: Caller, name: string): App | undefined {
  const app = world.state.fly.apps[name];
  return app !== undefined && caller.orgs.includes(app.orgSlug) ? app : undefined;
}

/** An organisation of the caller, by slug. The slug of the personal organisation is always `personal`. */
export function findOrganization(world: World, caller: Caller, slug: string): Organization | undefined {
  const org = world.state.fly.organizations[slug];
  return org !== undefined && caller.orgs.includes(slug) ? org : undefined;
}

/** An organisation of the caller by GraphQL id. */
export function organizationById(world: World, caller: Caller, id: string): Organization | undefined {
  return Object.values(world.state.fly.organizations).find(
    (o) => o.id === id && caller.orgs.includes(o.slug),
  );
}

export interface NewApp {
  name: string;
  orgSlug: string;
  network?: string;
  role?: string;
}

/**
 * Creates an app.
 *
 * @throws 422 with the validation's sentence. superfly/flyctl quotes the character rule and "taken"
 *   (internal/command/apps/create.go, flaps/flaps_error.go); 63 is the longest DNS label, to which flyctl
 *   cuts the names that it generates itself.
 */
export function createApp(world: World, caller: Caller, wish: NewApp): App {
  const org = findOrganization(world, caller, wish.orgSlug);
  if (org === undefined) throw new Refusal(404, "organization not found");
  const { name } = wish;
  if (name === "") throw new Refusal(422, "Validation failed: Name can't be blank");
  if (!/^[a-z0-9-]+$/.test(name)) {
    throw new Refusal(422, "Validation failed: Name may only contain numbers, lowercase letters and dashes");
  }
  if (name.startsWith("-") || name.endsWith("-")) {
    throw new Refusal(422, "Validation failed: Name may not start or end with a dash");
  }
  if (name.length > 63) {
    throw new Refusal(422, "Validation failed: Name is too long (maximum is 63 characters)");
  }
  if (world.state.fly.apps[name] !== undefined) {
    throw new Refusal(422, "Validation failed: Name has already been taken", "name_taken");
  }
  const app: App = {
    id: name,
    numericId: serial(world),
    hashId: hashId(world),
    name,
    orgSlug: org.slug,
    network: wish.network || "default",
    role: wish.role ?? "",
    createdAt: world.now().toISOString(),
    secrets: {},
    secretsVersion: 0,
    addresses: [],
    sharedV4: null,
    releases: [],
    certificates: [],
    machines: {},
    volumes: {},
    logs: [],
    consulUrl: null,
  };
  world.state.fly.apps[name] = app;
  world.changed();
  return app;
}

/**
 * Destroys an app with its machines, volumes, addresses, certificates and secrets.
 * https://fly.io/docs/apps/delete/
 */
export function destroyApp(world: World, app: App): void {
  delete world.state.fly.apps[app.name];
  world.changed();
}

/** `pending` before the first machine; then `deployed` while a machine runs, `suspended` while none does. */
export function appStatus(app: App): "pending" | "deployed" | "suspended" {
  const machines = Object.values(app.machines).filter((m) => m.state !== "destroyed");
  if (machines.some((m) => m.state === "started" || m.state === "starting")) return "deployed";
  return machines.length > 0 || app.releases.length > 0 ? "suspended" : "pending";
}

/** `<hash>.<app>.fly.dev`: a CNAME to this name proves a certificate over IPv6. */
export function cnameTarget(app: App): string {
  return `${app.hashId}.${app.name}.fly.dev`;
}

/** An app as `GET /v1/apps/<name>` shows it (superfly/fly-go flaps/flaps_apps.go: App). */
export function appBody(world: World, app: App): Record<string, unknown> {
  const org = world.state.fly.organizations[app.orgSlug];
  return {
    id: app.id,
    name: app.name,
    internal_numeric_id: app.numericId,
    network: app.network,
    status: appStatus(app),
    machine_count: Object.values(app.machines).filter((m) => m.state !== "destroyed").length,
    volume_count: Object.values(app.volumes).filter((v) => v.state === "created").length,
    organization: { name: org?.name, slug: app.orgSlug, internal_numeric_id: org?.numericId },
    cname_target: cnameTarget(app),
    app_role: app.role,
  };
}
