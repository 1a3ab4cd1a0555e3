/** Cloudflare's API v4 as one HTTP application. Paths are relative to `/client/v4`. */
import { Hono } from "hono";
import type { World } from "../world.ts";
import { answer, answerPage, isId, noRoute, Refusal } from "./answer.ts";
import { authentication, type Caller } from "./auth.ts";
import { serveBotManagement } from "./bot-management.ts";
import { serveBuckets } from "./buckets.ts";
import { serveDnsRecords } from "./dns-records.ts";
import { serveRulesets } from "./rulesets.ts";
import { serveSettings } from "./settings.ts";
import { serveTokens, verify } from "./tokens.ts";
import { serveZones } from "./zones.ts";

export function serveCloudflare(world: World): Hono {
  const app = new Hono<Caller>();

  app.onError((error, c) => {
    const refused = error instanceof Refusal;
    if (!refused) console.error(error);
    const complaints = refused ? error.complaints : [{ code: 10001, message: "internal server error" }];
    return c.json(
      { success: false, errors: complaints, messages: [], result: null },
      refused ? error.status : 500,
      {
        ...(world.state.cloudflare.dials.retryHints && { "x-should-retry": "false" }),
        ...(refused && error.headers),
      },
    );
  });

  // An invalid identifier is refused before authentication, because it has no route.
  app.use("/zones/:zone/*", async (c, next) => {
    if (!isId(c.req.param("zone"))) throw noRoute(c.req.path, 400);
    await next();
  });
  app.use("/accounts/:account/*", async (c, next) => {
    if (!isId(c.req.param("account"))) throw noRoute(c.req.path, 400);
    await next();
  });
  app.use("*", authentication(world));

  app.get("/user/tokens/verify", (c) => verify(c, "user"));
  app.get("/accounts", (c) => {
    const own = c.get("token").accountId;
    const visible = world.state.cloudflare.accounts.filter((a) => own === undefined || a.id === own);
    return answerPage(
      c,
      visible.map((a) => ({ ...a, type: "standard" })),
      { default: 20, min: 5, max: 50 },
    );
  });
  app.get("/accounts/:account", (c) => {
    const account = world.state.cloudflare.accounts.find((a) => a.id === c.req.param("account"));
    const own = c.get("token").accountId;
    if (account === undefined || (own !== undefined && own !== account.id)) {
      throw new Refusal(403, [{ code: 9109, message: "Unauthorized to access requested resource" }]);
    }
    return answer(c, { ...account, type: "standard" });
  });
  app.route("/accounts/:account/tokens", serveTokens(world));
  app.route("/accounts/:account/r2/buckets", serveBuckets(world));
  app.route("/zones/:zone/bot_management", serveBotManagement(world));
  app.route("/zones/:zone/dns_records", serveDnsRecords(world));
  app.route("/zones/:zone/settings", serveSettings(world));
  app.route("/zones/:zone/rulesets", serveRulesets(world));
  app.route("/zones", serveZones(world));
  app.all("*", (c) => {
    throw noRoute(c.req.path);
  });
  return app as unknown as Hono;
}
