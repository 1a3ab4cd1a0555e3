import { createAdaptorServer } from "@hono/node-server";
import { allClouds } from "./all-clouds.ts";
import { Faults } from "./faults.ts";
import { openFront } from "./front.ts";
import { openWorld, type World, type WorldOptions } from "./world.ts";

/** The running clouds. */
export interface Clouds {
  url: string;
  world: World;
  close(): void;
}

/**
 * Serves the clouds on 127.0.0.1.
 *
 * @param port 0 takes a free one.
 * @throws when the port is taken.
 */
export async function serveClouds(port: number, options: WorldOptions = {}): Promise<Clouds> {
  const world = openWorld(options);
  const faults = new Faults();
  const front = openFront(world, faults, allClouds(world, faults));
  const server = createAdaptorServer({
    fetch: (request, env) => front(request, () => env.incoming.socket?.destroy()),
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the clouds' server has no port");
  const url = `http://127.0.0.1:${address.port}`;
  if (world.real !== undefined) world.real.internet = url;
  return {
    url,
    world,
    close() {
      world.real?.stop();
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
    },
  };
}
