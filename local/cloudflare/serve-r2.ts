import { Hono } from "hono";
import type { World } from "../world.ts";

/** The S3 API of the local R2, path style. */
export function serveR2(_world: World): Hono {
  return new Hono();
}
