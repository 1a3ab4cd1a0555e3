/**
 * `/suppression/<list>`: addresses to which SendGrid sends nothing any more. Shapes: twilio/sendgrid-oai
 * spec/yaml/tsg_suppressions_v3.yaml. Only what reads a list is here: nobody's mails bounce in a local world.
 */
import { Hono } from "hono";
import type { World } from "../world.ts";
import { type Caller, need } from "./auth.ts";

export function serveSuppressions(world: World): Hono<Caller> {
  const app = new Hono<Caller>();
  for (const list of ["bounces", "blocks", "spam_reports"] as const) {
    const entries = () => world.state.sendgrid.suppressions?.[list] ?? [];
    app.get(`/${list}`, (c) => {
      need(c, `suppression.${list}.read`);
      const since = Number(c.req.query("start_time") ?? 0);
      return c.json(entries().filter(({ created }) => created >= since));
    });
    app.get(`/${list}/:email`, (c) => {
      need(c, `suppression.${list}.read`);
      return c.json(entries().filter(({ email }) => email === c.req.param("email")));
    });
  }
  return app;
}
