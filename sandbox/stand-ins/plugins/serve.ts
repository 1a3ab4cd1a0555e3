import { cloudflareProvider } from "./cloudflare/provider.ts";
import { commandProvider } from "./command/provider.ts";
import { languageHost } from "./nodejs/host.ts";
import { providerService } from "./provider-server.ts";
import { randomProvider } from "./random/provider.ts";
import { servePlugin } from "./serve-one.ts";
import { tlsProvider } from "./tls/provider.ts";

/** The servers of all plugins. */
export interface Plugins {
  /** Port on 127.0.0.1 by plugin name: nodejs, random, tls, command, cloudflare. */
  ports: Record<string, number>;
  /** Ends all servers and all their running requests. */
  close(): Promise<void>;
}

/**
 * Serves the engine's plugins, each on its own port that the system chooses.
 *
 * An engine attaches to them by `PULUMI_DEBUG_LANGUAGES=nodejs:PORT` and
 * `PULUMI_DEBUG_PROVIDERS=random:PORT,tls:PORT,…`. Any number of engines may be attached at the same time.
 */
export async function servePlugins(): Promise<Plugins> {
  const providers = [randomProvider(), tlsProvider(), commandProvider(), cloudflareProvider()];
  const services = new Map([
    ["nodejs", languageHost()],
    ...providers.map((provider) => [provider.name, providerService(provider)] as const),
  ]);
  const served = await Promise.all(
    [...services].map(async ([name, service]) => ({ name, ...(await servePlugin(service)) })),
  );
  return {
    ports: Object.fromEntries(served.map(({ name, port }) => [name, port])),
    close: async () => {
      await Promise.all(served.map(({ close }) => close()));
    },
  };
}
