import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { serveCloudflare } from "../clouds/cloudflare/serve.ts";
import { Faults } from "../clouds/faults.ts";
import { serveFly } from "../clouds/fly/serve.ts";
import { openFront } from "../clouds/front.ts";
import { openWorld, type World } from "../clouds/world.ts";

/** A fresh local Fly that listens, with its world and its faults. */
export interface FlyClouds {
  url: string;
  world: World;
  faults: Faults;
  close(): void;
}

/** Serves Fly and Cloudflare. Fly checks certificates against Cloudflare's records. No other cloud is served. */
export async function serveFlyClouds(): Promise<FlyClouds> {
  const world = openWorld();
  const faults = new Faults();
  const cloudflare = new Hono().route("/client/v4", serveCloudflare(world));
  const front = openFront(world, faults, { fly: serveFly(world), cloudflare });
  const server = createAdaptorServer({
    fetch: (request, env) => front(request, () => env.incoming.socket?.destroy()),
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the local Fly listens on no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    world,
    faults,
    close() {
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
    },
  };
}
