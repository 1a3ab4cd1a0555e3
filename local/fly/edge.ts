import type { World } from "../world.ts";

/** Fly's proxy: finds app and machine by address and host. */
export async function serveHost(
  _world: World,
  _address: string,
  _host: string,
  _scheme: "http" | "https",
  _request: Request,
): Promise<Response> {
  return new Response(null, { status: 502 });
}
