/** Managed Postgres below /api/v1: superfly/flyctl internal/uiex/mpg/v1 (the list) and v2 (all the rest). */
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { World } from "../world.ts";
import { findOrganization, requireApp } from "./apps.ts";
import {
  clusterBody,
  createCluster,
  createDatabase,
  createUser,
  credentialsBody,
  requireCluster,
} from "./clusters.ts";
import { Refusal } from "./errors.ts";
import type { FlyEnv } from "./fly-env.ts";
import { serial } from "./ids.ts";
import { regions } from "./regions.ts";
import type { Organization } from "./state.ts";

const newCluster = z.looseObject({
  name: z.string().min(1),
  region: z.string(),
  plan: z.string(),
  pg_major_version: z.string().default("17"),
  storage_in_gb: z.number().int().min(1).default(10),
});

/** Organisation's and clusters' routes. */
export function serveClusters(world: World): Hono<FlyEnv> {
  const api = new Hono<FlyEnv>();
  const orgOf = (c: Context<FlyEnv>): Organization => {
    const org = findOrganization(world, c.get("caller"), c.req.param("org") ?? "");
    if (org === undefined) throw new Refusal(404, "organization not found");
    return org;
  };
  const find = (c: Context<FlyEnv>) => requireCluster(world, c.get("caller"), c.req.param("id") ?? "");
  const detail = (c: Context<FlyEnv>) => {
    const cluster = find(c);
    return c.json({ data: clusterBody(world, cluster), credentials: credentialsBody(world, cluster) });
  };

  // The v1 list holds clusters of both versions.
  api.get("/organizations/:org/postgres", (c) => {
    const { slug } = orgOf(c);
    const own = world.state.fly.clusters.filter((x) => x.orgSlug === slug);
    return c.json({ data: own.map((x) => clusterBody(world, x)) });
  });
  api.get("/organizations/:org/postgres/deleted", (c) => {
    orgOf(c);
    return c.json({ data: [] });
  });
  api.get("/organizations/:org/postgresv2/regions", (c) => {
    orgOf(c);
    return c.json({ data: regions.map((r) => ({ code: r.code, available: r.managedPostgres })) });
  });
  api.post("/organizations/:org/postgresv2", async (c) => {
    const { slug } = orgOf(c);
    const wish = newCluster.parse(await c.req.json());
    const made = createCluster(world, {
      name: wish.name,
      orgSlug: slug,
      region: wish.region,
      plan: wish.plan,
      disk: wish.storage_in_gb,
      pgMajor: wish.pg_major_version,
    });
    return c.json({ ok: true, data: clusterBody(world, made) }, 201);
  });
  api.get("/organizations/:org/postgresv2/:id", detail);
  api.get("/postgresv2/:id", detail);
  api.get("/postgres/:id", detail);
  for (const path of ["/organizations/:org/postgresv2/:id", "/organizations/:org/postgres/:id"]) {
    api.delete(path, (c) => {
      const cluster = find(c);
      const { fly } = world.state;
      fly.clusters = fly.clusters.filter((x) => x !== cluster);
      world.changed();
      return c.body(null, 202);
    });
  }

  api.get("/postgresv2/:id/databases", (c) =>
    c.json({ data: Object.keys(find(c).data.databases).map((name) => ({ name })) }),
  );
  api.post("/postgresv2/:id/databases", async (c) => {
    const { name } = z.object({ name: z.string() }).parse(await c.req.json());
    createDatabase(world, find(c), name);
    return c.json({ data: { name } }, 201);
  });
  api.get("/postgresv2/:id/users", (c) =>
    c.json({ data: Object.entries(find(c).users).map(([name, { role }]) => ({ name, role })) }),
  );
  api.post("/postgresv2/:id/users", async (c) => {
    const { username, role } = z.object({ username: z.string(), role: z.string() }).parse(await c.req.json());
    createUser(world, find(c), username, role);
    return c.json({ data: { name: username, role } }, 201);
  });
  api.delete("/postgresv2/:id/users/:user", (c) => {
    const cluster = find(c);
    const name = c.req.param("user");
    if (cluster.users[name] === undefined) throw new Refusal(404, "user not found");
    delete cluster.users[name];
    delete cluster.data.roles[name];
    world.changed();
    return c.body(null, 204);
  });
  api.get("/postgresv2/:id/users/:user/credentials", (c) => {
    const name = c.req.param("user");
    const user = find(c).users[name];
    if (user === undefined) throw new Refusal(404, "user not found");
    return c.json({ data: { username: name, password: user.password } });
  });

  api.post("/postgresv2/:id/attachments", async (c) => {
    const cluster = find(c);
    const { app_name } = z.object({ app_name: z.string() }).parse(await c.req.json());
    const app = requireApp(world, c.get("caller"), app_name);
    if (!cluster.attachedApps.includes(app.name)) cluster.attachedApps.push(app.name);
    world.changed();
    const attached = {
      id: serial(world),
      app_id: app.numericId,
      managed_service_id: 1,
      attached_at: world.now().toISOString(),
    };
    return c.json({ data: attached }, 201);
  });
  api.delete("/postgresv2/:id/attachments/:app", (c) => {
    const cluster = find(c);
    const name = c.req.param("app");
    if (!cluster.attachedApps.includes(name)) throw new Refusal(404, "attachment not found");
    cluster.attachedApps = cluster.attachedApps.filter((a) => a !== name);
    world.changed();
    return c.json({ data: { message: `${name} was detached` } });
  });
  return api;
}
