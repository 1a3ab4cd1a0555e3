/** The mutations of `graphql-schema.ts`, by field name. */
import { generateKeyPairSync } from "node:crypto";
import { createAddOn, planById } from "./addons.ts";
import { type AddressWish, allocate, release } from "./addresses.ts";
import { organizationById, visibleApp } from "./apps.ts";
import { Refusal } from "./errors.ts";
import { type Context, notFound, unprocessable } from "./graphql-context.ts";
import { addOnView, addressView, appView } from "./graphql-views.ts";
import { password } from "./ids.ts";
import type { AddOn, App } from "./state.ts";

export const mutations = {
  allocateIpAddress(
    {
      input,
    }: {
      input: {
        appId: string;
        type: AddressWish["type"];
        region?: string;
        network?: string;
        serviceName?: string;
      };
    },
    context: Context,
  ) {
    const { world, caller } = context;
    const app = appOf(context, input.appId);
    const address = told(() =>
      allocate(world, app, {
        type: input.type,
        region: input.region ?? "",
        network: input.network ?? "",
        serviceName: input.serviceName || null,
      }),
    );
    return {
      // The answer contains the new address at once, however late the lists are.
      app: { ...appView(world, caller, app), sharedIpAddress: app.sharedV4 },
      ipAddress: address === null ? null : addressView(world, caller, app, address),
    };
  },

  releaseIpAddress(
    { input }: { input: { appId?: string; ip?: string; ipAddressId?: string } },
    context: Context,
  ) {
    const { world, caller } = context;
    const app = appOf(context, input.appId ?? "");
    const ip = input.ip ?? app.addresses.find((a) => a.id === input.ipAddressId)?.address ?? "";
    told(() => release(world, app, ip));
    return { app: appView(world, caller, app), clientMutationId: null };
  },

  createAddOn(
    {
      input,
    }: {
      input: {
        name?: string;
        organizationId?: string;
        planId?: string;
        primaryRegion?: string;
        readRegions?: string[];
        options?: Record<string, unknown>;
        type: string;
      };
    },
    { world, caller }: Context,
  ) {
    if (input.type !== "upstash_redis") throw unprocessable(`${input.type} is not sold in the local world`);
    const org = organizationById(world, caller, input.organizationId ?? "");
    if (org === undefined) throw notFound("Organization");
    const addOn = told(() =>
      createAddOn(world, {
        name: input.name || `local-${world.state.fly.serial}`,
        orgSlug: org.slug,
        planId: input.planId ?? "",
        primaryRegion: input.primaryRegion ?? "",
        readRegions: input.readRegions ?? [],
        options: input.options ?? {},
      }),
    );
    return { addOn: addOnView(world, caller, addOn) };
  },

  updateAddOn(
    {
      input,
    }: {
      input: {
        addOnId?: string;
        planId?: string;
        readRegions?: string[];
        options?: Record<string, unknown>;
        metadata?: Record<string, unknown>;
      };
    },
    context: Context,
  ) {
    const { world, caller } = context;
    const addOn = addOnOf(context, (a) => a.id === input.addOnId);
    if (input.planId !== undefined) {
      if (planById(input.planId) === undefined) throw unprocessable("Plan is invalid");
      addOn.planId = input.planId;
    }
    if (input.readRegions !== undefined) addOn.readRegions = input.readRegions;
    if (input.options !== undefined) addOn.options = input.options;
    if (input.metadata !== undefined) addOn.metadata = input.metadata;
    world.changed();
    return { addOn: addOnView(world, caller, addOn) };
  },

  resetAddOnPassword({ input }: { input: { name: string } }, context: Context) {
    const addOn = addOnOf(context, (a) => a.name === input.name);
    addOn.password = password(context.world, 32);
    context.world.changed();
    return { addOn: addOnView(context.world, context.caller, addOn) };
  },

  deleteAddOn({ input }: { input: { name?: string; addOnId?: string } }, context: Context) {
    const addOn = addOnOf(context, (a) => a.name === input.name || a.id === input.addOnId);
    const { fly } = context.world.state;
    fly.addOns = fly.addOns.filter((a) => a !== addOn);
    context.world.changed();
    return { deletedAddOnName: addOn.name };
  },

  /** Postgres machines elect their leader through Consul. Its URL is a secret of the app. */
  enablePostgresConsul({ input }: { input: { appId?: string } }, context: Context) {
    const app = appOf(context, input.appId ?? "");
    app.consulUrl ??= `https://:${password(context.world, 36)}@consul-local.fly-shared.net/${app.name}-${app.hashId}/`;
    context.world.changed();
    return { consulUrl: app.consulUrl };
  },

  /** The first request of every command that needs a tunnel. The local Fly has no tunnel. */
  validateWireGuardPeers() {
    throw unprocessable(
      "the local Fly has no WireGuard: use a command that goes over the API, such as machine exec",
    );
  },

  /** An SSH certificate. Nothing here listens for SSH, so any key of the right form is sufficient. */
  issueCertificate(
    { input }: { input: { organizationId: string; publicKey?: string } },
    { world, caller }: Context,
  ) {
    if (organizationById(world, caller, input.organizationId) === undefined) throw notFound("Organization");
    const key = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" });
    return { certificate: `ssh-ed25519-cert-v01@openssh.com ${key.toString("base64")} local`, key: null };
  },
};

function appOf({ world, caller }: Context, name: string): App {
  const app = visibleApp(world, caller, name);
  if (app === undefined) throw notFound(`App "${name}"`);
  return app;
}

function addOnOf({ world, caller }: Context, wanted: (addOn: AddOn) => boolean): AddOn {
  const addOn = world.state.fly.addOns.find((a) => caller.orgs.includes(a.orgSlug) && wanted(a));
  if (addOn === undefined) throw notFound("AddOn");
  return addOn;
}

/** Turns a refusal of the Machines API into a GraphQL error. */
function told<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof Refusal) throw unprocessable(error.message);
    throw error;
  }
}
