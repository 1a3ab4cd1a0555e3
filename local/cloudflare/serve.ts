import { Hono } from "hono";
import type { World } from "../world.ts";

/** The local Cloudflare as an HTTP application. */
export function serveCloudflare(_world: World): Hono {
  return new Hono();
}
