/**
 * `/tracking_settings`: settings of the whole account. Shapes: twilio/sendgrid-oai
 * spec/yaml/tsg_tracking_settings_v3.yaml.
 */
import { Hono } from "hono";
import type { World } from "../world.ts";
import { checkFields, jsonBody } from "./answer.ts";
import { type Caller, need } from "./auth.ts";

export function serveTracking(world: World): Hono<Caller> {
  const app = new Hono<Caller>();
  const slot = () => world.state.sendgrid.tracking;

  app.get("/", (c) => {
    need(c, "tracking_settings.read");
    const title = (name: string, text: string, description: string, enabled: boolean) => ({
      name,
      title: text,
      description,
      enabled,
    });
    return c.json({
      result: [
        title("open", "Open Tracking", "Appends an invisible image to HTML emails.", slot().open.enabled),
        title("click", "Click Tracking", "Overwrites every link.", slot().click.enabled),
      ],
    });
  });

  app.get("/click", (c) => {
    need(c, "tracking_settings.click.read");
    return c.json(slot().click);
  });
  app.patch("/click", async (c) => {
    need(c, "tracking_settings.click.update");
    const body = await jsonBody(c);
    checkFields(body, { enabled: "boolean", enable_text: "boolean" });
    if (typeof body.enabled === "boolean") slot().click.enabled = body.enabled;
    if (typeof body.enable_text === "boolean") slot().click.enable_text = body.enable_text;
    world.changed();
    return c.json(slot().click);
  });

  app.get("/open", (c) => {
    need(c, "tracking_settings.open.read");
    return c.json(slot().open);
  });
  app.patch("/open", async (c) => {
    need(c, "tracking_settings.open.update");
    const body = await jsonBody(c);
    checkFields(body, { enabled: "boolean" });
    if (typeof body.enabled === "boolean") slot().open.enabled = body.enabled;
    world.changed();
    return c.json(slot().open);
  });
  return app;
}
