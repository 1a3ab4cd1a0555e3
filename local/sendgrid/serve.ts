import { Hono } from "hono";
import type { World } from "../world.ts";

/** The local Sendgrid as an HTTP application. */
export function serveSendgrid(_world: World): Hono {
  return new Hono();
}
