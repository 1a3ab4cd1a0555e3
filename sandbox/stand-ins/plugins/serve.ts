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
  /** End all servers, and whatever they have running. */
  close(): Promise<void>;
}

/**
 * Serve the engine's plugins, each on a port of its own that the system picks.
 *
 * An engine takes them by `PULUMI_DEBUG_LANGUAGES=nodejs:PORT` and
 * `PULUMI_DEBUG_PROVIDERS=random:PORT,tls:PORT,…`; any number of engines may do so at once.
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
