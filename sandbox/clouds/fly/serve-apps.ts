/** The Machines API: apps, secrets, regions, and for each app its machines, volumes and certificates. */
import { Hono } from "hono";
import { z } from "zod";
import type { World } from "../world.ts";
import { allocate, release } from "./addresses.ts";
import { appBody, createApp, destroyApp, findOrganization, requireApp } from "./apps.ts";
import { Refusal } from "./errors.ts";
import type { FlyEnv } from "./fly-env.ts";
import { limitRate } from "./rate-limit.ts";
import { regions } from "./regions.ts";
import { secretBody, updateSecrets } from "./secrets.ts";
import { serveCertificates } from "./serve-certificates.ts";
import { serveMachines } from "./serve-machines.ts";
import { serveVolumes } from "./serve-volumes.ts";
import type { Address } from "./state.ts";

const newApp = z.object({
  name: z.string().default(""),
  app_name: z.string().optional(),
  org_slug: z.string().default(""),
  network: z.string().optional(),
  app_role_id: z.string().optional(),
});
const newAddress = z.looseObject({
  type: z.enum(["v4", "v6", "private_v6", "shared_v4"]),
  region: z.string().default(""),
  network: z.string().default(""),
  service_name: z.string().default(""),
});
const secretValues = z.object({ values: z.record(z.string(), z.string().nullable()) });

/** Serves all paths below /v1. */
export function serveApps(world: World): Hono<FlyEnv> {
  const app = new Hono<FlyEnv>();

  app.get("/platform/regions", (c) => c.json({ Regions: regions.map(regionBody), Nearest: "ams" }));

  app.get("/apps", (c) => {
    const slug = c.req.query("org_slug") ?? "";
    if (findOrganization(world, c.get("caller"), slug) === undefined) {
      throw new Refusal(404, "organization not found");
    }
    const role = c.req.query("app_role");
    const found = Object.values(world.state.fly.apps)
      .filter((a) => a.orgSlug === slug && (role === undefined || a.role === role))
      .map((a) => appBody(world, a));
    return c.json({ total_apps: found.length, apps: found });
  });
  app.post("/apps", async (c) => {
    const wish = newApp.parse(await c.req.json());
    const made = createApp(world, c.get("caller"), {
      name: wish.app_name ?? wish.name,
      orgSlug: wish.org_slug,
      ...(wish.network && { network: wish.network }),
      ...(wish.app_role_id && { role: wish.app_role_id }),
    });
    return c.json(appBody(world, made), 201);
  });
  app.get("/apps/:app", (c) =>
    c.json(appBody(world, requireApp(world, c.get("caller"), c.req.param("app")))),
  );
  app.delete("/apps/:app", (c) => {
    destroyApp(world, requireApp(world, c.get("caller"), c.req.param("app")));
    return c.body(null, 202);
  });

  app.get("/apps/:app/secrets", (c) => {
    const found = requireApp(world, c.get("caller"), c.req.param("app"));
    return c.json({ secrets: Object.values(found.secrets).map(secretBody) });
  });
  app.post("/apps/:app/secrets", async (c) => {
    const found = requireApp(world, c.get("caller"), c.req.param("app"));
    const { values } = secretValues.parse(await c.req.json());
    const version = updateSecrets(world, found, values);
    return c.json({ secrets: Object.values(found.secrets).map(secretBody), version });
  });
  app.get("/apps/:app/secrets/:name", (c) => {
    const found = requireApp(world, c.get("caller"), c.req.param("app"));
    const secret = found.secrets[c.req.param("name")];
    if (secret === undefined) throw new Refusal(404, "secret not found");
    return c.json(secretBody(secret));
  });
  app.post("/apps/:app/secrets/:name", async (c) => {
    const found = requireApp(world, c.get("caller"), c.req.param("app"));
    const { value } = z.object({ value: z.string() }).parse(await c.req.json());
    const name = c.req.param("name");
    const version = updateSecrets(world, found, { [name]: value });
    return c.json({ name, digest: found.secrets[name]?.digest, version });
  });
  app.delete("/apps/:app/secrets/:name", (c) => {
    const found = requireApp(world, c.get("caller"), c.req.param("app"));
    return c.json({ version: updateSecrets(world, found, { [c.req.param("name")]: null }) });
  });

  app.get("/apps/:app/ip_assignments", (c) => {
    const found = requireApp(world, c.get("caller"), c.req.param("app"));
    const own = found.addresses.map((a) => assignmentBody(a));
    const shared = {
      ip: found.sharedV4,
      region: "",
      service_name: "",
      shared: true,
      created_at: found.createdAt,
    };
    return c.json({ ips: found.sharedV4 === null ? own : [...own, shared] });
  });
  app.post("/apps/:app/ip_assignments", async (c) => {
    const found = requireApp(world, c.get("caller"), c.req.param("app"));
    const wish = newAddress.parse(await c.req.json());
    const made = allocate(world, found, { ...wish, serviceName: wish.service_name || null });
    const shared = {
      ip: found.sharedV4,
      region: "",
      service_name: "",
      shared: true,
      created_at: found.createdAt,
    };
    return c.json(made === null ? shared : assignmentBody(made));
  });
  app.delete("/apps/:app/ip_assignments/:ip", (c) => {
    const found = requireApp(world, c.get("caller"), c.req.param("app"));
    release(world, found, c.req.param("ip"));
    return c.body(null, 204);
  });

  app.use("/apps/:app/machines/*", limitRate(world));
  app.route("/apps/:app/machines", serveMachines(world));
  app.route("/apps/:app/volumes", serveVolumes(world));
  app.route("/apps/:app/certificates", serveCertificates(world));
  return app;
}

/** An address as superfly/fly-go flaps/flaps_ip_assignments.go parses it. */
function assignmentBody(address: Address): Record<string, unknown> {
  return {
    ip: address.address,
    region: address.region,
    service_name: address.serviceName ?? "",
    shared: false,
    created_at: address.createdAt,
  };
}

/** A region with the fields that `platform regions --json` shows. */
function regionBody(region: (typeof regions)[number]): Record<string, unknown> {
  return {
    code: region.code,
    name: region.name,
    latitude: region.latitude,
    longitude: region.longitude,
    geo_region: region.geo,
    gateway_available: true,
    requires_paid_plan: false,
    deprecated: false,
    capacity: 1000,
  };
}
