/** The ui API below /api/v1: organisations, builds, releases, logs (superfly/flyctl: internal/uiex). */
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { World } from "../world.ts";
import { findOrganization, requireApp } from "./apps.ts";
import { Refusal } from "./errors.ts";
import type { FlyEnv } from "./fly-env.ts";
import { serial } from "./ids.ts";
import { page } from "./logs.ts";
import { createRelease, releaseBody } from "./releases.ts";
import type { Organization, Release } from "./state.ts";

const newRelease = z.looseObject({
  app_name: z.string(),
  definition: z.record(z.string(), z.unknown()).nullish(),
  image: z.string().default(""),
  strategy: z
    .enum(["BLUEGREEN", "CANARY", "IMMEDIATE", "ROLLING", "ROLLING_ONE", "SIMPLE"])
    .default("ROLLING"),
});
const releaseChange = z.looseObject({
  status: z.enum(["pending", "running", "complete", "failed", "interrupted"]),
});

/** Serves all paths below /api/v1. */
export function serveUi(world: World): Hono<FlyEnv> {
  const api = new Hono<FlyEnv>();
  const appOf = (c: Context<FlyEnv>, name?: string) =>
    requireApp(world, c.get("caller"), name ?? c.req.param("app") ?? "");

  api.get("/organizations", (c) => {
    const own = c.get("caller").orgs.map((slug) => world.state.fly.organizations[slug]);
    return c.json({ organizations: own.filter((o) => o !== undefined).map(organizationBody) });
  });
  api.get("/organizations/:org", (c) => {
    const org = findOrganization(world, c.get("caller"), c.req.param("org"));
    if (org === undefined) throw new Refusal(404, "organization not found");
    return c.json({ organization: organizationBody(org) });
  });

  api.post("/builds", async (c) => {
    const { app_name } = z.looseObject({ app_name: z.string() }).parse(await c.req.json());
    appOf(c, app_name);
    return c.json({ id: serial(world), status: "started", wallclock_time_ms: 0 });
  });
  api.post("/builds/finish", async (c) => {
    const build = z.looseObject({ build_id: z.number(), status: z.string() }).parse(await c.req.json());
    return c.json({ id: build.build_id, status: build.status, wallclock_time_ms: 1 });
  });

  api.get("/releases/all_current", (c) => {
    const own = Object.values(world.state.fly.apps).filter((a) => c.get("caller").orgs.includes(a.orgSlug));
    const stamps = own.map((a) => [a.name, a.releases.at(-1)?.createdAt] as const);
    return c.json(Object.fromEntries(stamps.filter(([, at]) => at !== undefined)));
  });
  api.post("/releases", async (c) => {
    const wish = newRelease.parse(await c.req.json());
    const app = appOf(c, wish.app_name);
    const release = createRelease(world, app, {
      definition: wish.definition ?? {},
      image: wish.image,
      strategy: wish.strategy,
    });
    return c.json({ release: releaseBody(world, release) }, 201);
  });
  api.patch("/releases/:id", async (c) => {
    const release = findRelease(world, c);
    release.status = releaseChange.parse(await c.req.json()).status;
    world.changed();
    return c.json(releaseBody(world, release));
  });

  api.get("/apps/:app/releases", (c) => {
    const limit = Number(c.req.query("limit") ?? 25);
    const newest = [...appOf(c).releases].reverse().slice(0, limit);
    return c.json({ releases: newest.map((r) => releaseBody(world, r)) });
  });
  api.get("/apps/:app/releases/current", (c) => {
    const current = appOf(c)
      .releases.filter((r) => r.status === "complete")
      .at(-1);
    if (current === undefined) throw new Refusal(404, "no current release");
    return c.json(releaseBody(world, current));
  });
  api.get("/apps/:app/logs", (c) => {
    const { data, nextToken } = page(world, appOf(c), {
      token: c.req.query("next_token") ?? "",
      instance: c.req.query("instance") ?? "",
      region: c.req.query("region") ?? "",
    });
    return c.json({ data, meta: { next_token: nextToken } });
  });
  return api;
}

function findRelease(world: World, c: Context<FlyEnv>): Release {
  for (const app of Object.values(world.state.fly.apps)) {
    const release = app.releases.find((r) => r.id === c.req.param("id"));
    if (release === undefined) continue;
    requireApp(world, c.get("caller"), app.name);
    return release;
  }
  throw new Refusal(404, "release not found");
}

function organizationBody(org: Organization): Record<string, unknown> {
  return {
    id: org.id,
    internal_numeric_id: org.numericId,
    slug: org.slug,
    raw_slug: org.slug,
    paid_plan: true,
    personal: org.type === "PERSONAL",
    billing_status: "CURRENT",
    provisions_beta_extensions: false,
    name: org.name,
    billable: true,
    remote_builder_image: "",
  };
}
