/** SendGrid's API v3 as one HTTP application. Paths are relative to `/v3`. */
import { Hono } from "hono";
import type { World } from "../world.ts";
import { SendgridRefusal } from "./answer.ts";
import { serveApiKeys } from "./api-keys.ts";
import { authentication, type Caller, need } from "./auth.ts";
import { serveDomains } from "./domains.ts";
import { serveLinks } from "./links.ts";
import { assignableScopes, givenScopes } from "./scopes.ts";
import { serveSenders } from "./senders.ts";
import { serveSuppressions } from "./suppressions.ts";
import { serveTracking } from "./tracking.ts";

export function serveSendgrid(world: World): Hono {
  const app = new Hono<Caller>();
  app.onError((error, c) => {
    if (error instanceof SendgridRefusal) return c.json({ errors: error.complaints }, error.status);
    console.error(error);
    return c.json({ errors: [{ field: null, message: "internal server error" }] }, 500);
  });
  app.use("*", authentication(world));
  app.route("/whitelabel/domains", serveDomains(world));
  app.route("/whitelabel/links", serveLinks(world));
  app.route("/tracking_settings", serveTracking(world));
  app.route("/verified_senders", serveSenders(world));
  app.route("/api_keys", serveApiKeys(world));
  app.route("/suppression", serveSuppressions(world));
  // All scopes of the calling key: twilio/sendgrid-oai spec/yaml/tsg_scopes_v3.yaml.
  app.get("/scopes", (c) =>
    c.json({ scopes: [...new Set([...(c.get("key").scopes ?? assignableScopes), ...givenScopes])] }),
  );
  app.get("/user/account", (c) => {
    need(c, "user.account.read");
    return c.json({ type: "paid", reputation: 100 });
  });
  // docs.sendgrid.com, api-reference/users-api/retrieve-your-credit-balance
  app.get("/user/credits", (c) => {
    need(c, "user.credits.read");
    const { total, remain } = world.state.sendgrid.credits ?? { total: 100, remain: 100 };
    const used = total - remain;
    return c.json({ remain, total, overage: 0, used, reset_frequency: "daily" });
  });
  app.get("/user/username", (c) => {
    need(c, "user.username.read");
    const { username, id } = world.state.sendgrid.user;
    return c.json({ username, user_id: id });
  });
  app.get("/user/email", (c) => {
    need(c, "user.email.read");
    return c.json({ email: world.state.sendgrid.user.email });
  });
  app.all("*", (c) => c.json({ errors: [{ field: null, message: "not found" }] }, 404));
  return app as unknown as Hono;
}
