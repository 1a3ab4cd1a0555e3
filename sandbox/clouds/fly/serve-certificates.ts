/** `/v1/apps/<app>/certificates`: superfly/docs machines/api/certificates-resource, superfly/fly-go flaps_certificates.go. */
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { World } from "../world.ts";
import { requireApp } from "./apps.ts";
import {
  addCertificate,
  certificateBody,
  certificateSummary,
  check,
  checkAll,
  removeCertificate,
  requireCertificate,
} from "./certificates.ts";
import { Refusal } from "./errors.ts";
import type { FlyEnv } from "./fly-env.ts";

/** Maximum number of host names in one page of the list. */
const pageSize = 50;

/** Serves all paths below an app's /certificates. */
export function serveCertificates(world: World): Hono<FlyEnv> {
  const api = new Hono<FlyEnv>();
  const appOf = (c: Context<FlyEnv>) => requireApp(world, c.get("caller"), c.req.param("app") ?? "");
  const hostOf = (c: Context<FlyEnv>) => decodeURIComponent(c.req.param("host") ?? "");

  api.get("/", (c) => {
    const app = appOf(c);
    const filter = c.req.query("filter") ?? "";
    const from = Number(c.req.query("cursor") ?? 0);
    const to = from + Math.min(Number(c.req.query("limit") ?? pageSize), pageSize);
    checkAll(world, app);
    const found = app.certificates.filter((x) => x.hostname.includes(filter));
    return c.json({
      certificates: found.slice(from, to).map((x) => certificateSummary(world, app, x)),
      ...(to < found.length && { next_cursor: String(to) }),
      total_count: found.length,
    });
  });
  api.post("/acme", async (c) => {
    const app = appOf(c);
    const { hostname } = z.object({ hostname: z.string() }).parse(await c.req.json());
    return c.json(certificateBody(world, app, addCertificate(world, app, hostname), false), 201);
  });
  api.post("/custom", (c) => {
    appOf(c);
    throw new Refusal(501, "custom certificates are not served here");
  });
  api.get("/:host", (c) => {
    const app = appOf(c);
    checkAll(world, app);
    return c.json(certificateBody(world, app, requireCertificate(app, hostOf(c)), false));
  });
  api.post("/:host/check", (c) => {
    const app = appOf(c);
    const certificate = requireCertificate(app, hostOf(c));
    check(world, app, certificate);
    return c.json(certificateBody(world, app, certificate, true));
  });
  for (const path of ["/:host", "/:host/acme"]) {
    api.delete(path, (c) => {
      removeCertificate(world, appOf(c), hostOf(c));
      return c.body(null, 204);
    });
  }
  return api;
}
