/** `/zones/:zone/bot_management`: Bot Fight Mode, the only part of bot management in a free plan. */
import { Hono } from "hono";
import type { World } from "../world.ts";
import { answer, jsonBody, refusal } from "./answer.ts";
import { type Caller, zoneOf } from "./auth.ts";
import type { Zone } from "./state.ts";

/**
 * GET and PUT, each with the zone's whole configuration: developers.cloudflare.com/api/resources/bot_management.
 * Fields of a free plan: cloudflare/cloudflare-typescript src/resources/bot-management.ts, BotFightModeConfiguration.
 */
export function serveBotManagement(world: World): Hono<Caller> {
  const app = new Hono<Caller>();

  app.get("/", (c) => answer(c, wire(zoneOf(world, c, ["Bot Management Read", "Bot Management Write"]))));
  app.put("/", async (c) => {
    const zone = zoneOf(world, c, ["Bot Management Write"]);
    // Code and text are a guess (docs/fidelity/cloudflare.md).
    const bad = () => refusal(400, 1000, "Invalid value for fight_mode");
    const body = await jsonBody(c, bad);
    if (body.fight_mode !== undefined) {
      if (typeof body.fight_mode !== "boolean") throw bad();
      zone.fightMode = body.fight_mode;
    }
    world.changed();
    return answer(c, wire(zone));
  });

  function wire(zone: Zone): Record<string, unknown> {
    return {
      enable_js: zone.fightMode === true,
      fight_mode: zone.fightMode === true,
      using_latest_model: true,
    };
  }
  return app;
}
