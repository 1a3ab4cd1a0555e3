/** The queries of `graphql-schema.ts`, by field name. */
import { GraphQLError } from "graphql";
import { plans, provider } from "./addons.ts";
import { findOrganization, organizationById, visibleApp } from "./apps.ts";
import { type Context, notFound } from "./graphql-context.ts";
import { addOnView, appView, organizationView, regionView, regionViews } from "./graphql-views.ts";
import { latestTag } from "./images.ts";
import { findRegion } from "./regions.ts";

interface Page {
  first?: number;
  after?: string;
}

export const queries = {
  viewer(_: unknown, { caller }: Context) {
    return { __typename: "Macaroon", email: caller.email, name: null };
  },

  organizations(args: { admin?: boolean; type?: string } & Page, { world, caller }: Context) {
    const nodes = caller.orgs
      .map((slug) => world.state.fly.organizations[slug])
      .filter((o) => o !== undefined)
      .filter((o) => args.type === undefined || o.type === args.type)
      .map((o) => organizationView(world, caller, o));
    return { nodes };
  },

  organization(args: { id?: string; name?: string; slug?: string }, { world, caller }: Context) {
    const slug = args.slug ?? args.name;
    const org =
      args.id === undefined
        ? findOrganization(world, caller, slug ?? "")
        : organizationById(world, caller, args.id);
    if (org === undefined) throw notFound("Organization");
    return organizationView(world, caller, org);
  },

  app(args: { name?: string; id?: string }, { world, caller }: Context) {
    const name = args.name ?? args.id ?? "";
    const app = visibleApp(world, caller, name);
    if (app === undefined) throw notFound(`App "${name}"`);
    return appView(world, caller, app);
  },

  apps(args: { organizationId?: string; role?: string } & Page, { world, caller }: Context) {
    const wanted =
      args.organizationId === undefined ? undefined : organizationById(world, caller, args.organizationId);
    if (args.organizationId !== undefined && wanted === undefined) throw notFound("Organization");
    const found = Object.values(world.state.fly.apps)
      .filter((a) => caller.orgs.includes(a.orgSlug))
      .filter((a) => wanted === undefined || a.orgSlug === wanted.slug)
      .filter((a) => args.role === undefined || a.role === args.role)
      .sort((a, b) => a.name.localeCompare(b.name));
    const from = args.after ? Number(args.after) : 0;
    const to = from + (args.first ?? found.length);
    return {
      nodes: found.slice(from, to).map((a) => appView(world, caller, a)),
      pageInfo: { hasNextPage: to < found.length, endCursor: to < found.length ? String(to) : null },
    };
  },

  appNameAvailable({ name }: { name: string }, { world }: Context) {
    return world.state.fly.apps[name] === undefined;
  },

  canPerformBluegreenDeployment: () => true,

  nearestRegion: () => regionView(findRegion("ams") as NonNullable<ReturnType<typeof findRegion>>),

  platform: () => ({ requestRegion: "ams", regions: regionViews() }),

  latestImageTag({ repository }: { repository: string }) {
    const image = latestTag(repository);
    if (image === undefined) throw notFound("Image");
    return `${image.repository}:${image.tag}@${image.digest}`;
  },

  postgresAttachments: () => ({ nodes: [] }),

  addOnProvider({ name }: { name: string }) {
    if (name !== provider.name) throw notFound("AddOnProvider");
    return provider;
  },

  addOnPlans({ type }: { type?: string }) {
    return { nodes: type === undefined || type === "upstash_redis" ? plans : [] };
  },

  addOns({ type }: { type?: string }, { world, caller }: Context) {
    const nodes = world.state.fly.addOns
      .filter((a) => caller.orgs.includes(a.orgSlug) && (type === undefined || a.type === type))
      .map((a) => addOnView(world, caller, a));
    return { nodes };
  },

  addOn(args: { id?: string; name?: string; provider?: string }, { world, caller }: Context) {
    const addOn = world.state.fly.addOns.find(
      (a) => caller.orgs.includes(a.orgSlug) && (a.id === args.id || a.name === args.name),
    );
    if (addOn === undefined)
      throw new GraphQLError("Could not find AddOn", { extensions: { code: "NOT_FOUND" } });
    return addOnView(world, caller, addOn);
  },
};
