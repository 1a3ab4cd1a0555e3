/**
 * The local Fly as an HTTP application: GraphQL at /graphql, the Machines API below /v1, the ui API below
 * /api/v1. flyctl finds it by FLY_API_BASE_URL, FLY_FLAPS_BASE_URL and FLY_UIEX_BASE_URL.
 */
import { Hono, type MiddlewareHandler } from "hono";
import { z } from "zod";
import type { World } from "../world.ts";
import type { Caller } from "./apps.ts";
import { Refusal } from "./errors.ts";
import type { FlyEnv } from "./fly-env.ts";
import { answerGraphql, type GraphqlRequest } from "./graphql.ts";
import { settle } from "./lifecycle.ts";
import { pass } from "./rate-limit.ts";
import { serveApps } from "./serve-apps.ts";
import { serveUi } from "./serve-ui.ts";

export function serveFly(world: World): Hono {
  const app = new Hono<FlyEnv>();
  app.use("*", async (_c, next) => {
    await settle(world);
    await next();
    await settle(world);
  });
  app.post("/graphql", async (c) => {
    const caller = callerOf(world, c.req.header("authorization"));
    if (caller === undefined) {
      // flyctl prints this text for a bad token (superfly/flyctl issue 4913).
      const message = "You must be authenticated to view this.";
      return c.json({ data: null, errors: [{ message, extensions: { code: "UNAUTHORIZED" } }] });
    }
    const request = await c.req.json<GraphqlRequest>();
    const { appName, name } = request.variables ?? {};
    const about = appName ?? name;
    if (typeof about === "string") pass(world, about, "POST", "/graphql");
    return c.json(await answerGraphql(world, caller, request));
  });
  app.use("/v1/*", authenticated(world));
  app.use("/api/v1/*", authenticated(world));
  app.route("/v1", serveApps(world));
  app.route("/api/v1", serveUi(world));
  app.notFound((c) => c.json({ error: "404 page not found" }, 404));
  app.onError((error, c) => {
    if (error instanceof Refusal) return Response.json(error.body(), { status: error.status });
    if (error instanceof z.ZodError) {
      const issue = error.issues[0];
      return c.json({ error: `invalid request: ${issue?.path.join(".")}: ${issue?.message}` }, 400);
    }
    if (error instanceof SyntaxError) return c.json({ error: `invalid JSON: ${error.message}` }, 400);
    throw error;
  });
  return app as unknown as Hono;
}

function authenticated(world: World): MiddlewareHandler<FlyEnv> {
  return async (c, next) => {
    const caller = callerOf(world, c.req.header("authorization"));
    if (caller === undefined) throw new Refusal(401, "unauthenticated");
    c.set("caller", caller);
    await next();
  };
}

/**
 * The caller that a request's token belongs to. flyctl sends `Bearer <token>` to GraphQL and the ui API, and
 * `FlyV1 <token>` to the Machines API. Several tokens are joined by commas (superfly/fly-go: tokens/).
 */
function callerOf(world: World, header: string | undefined): Caller | undefined {
  const text = (header ?? "").replace(/^(Bearer|FlyV1) /, "").replace(/^FlyV1 /, "");
  for (const token of text.split(",")) {
    const known = world.state.fly.tokens[token.trim()];
    if (known !== undefined) return { ...known, token };
  }
  return undefined;
}
