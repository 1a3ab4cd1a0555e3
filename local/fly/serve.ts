import { Hono } from "hono";
import type { World } from "../world.ts";

/** The local Fly as an HTTP application. */
export function serveFly(_world: World): Hono {
  return new Hono();
}
