import { join } from "node:path";
import type { PluginService } from "../stand-ins/plugins/provider-server.ts";
import { type Served, servePlugin } from "../stand-ins/plugins/serve-one.ts";
import { closeAtEnd } from "./endings.ts";
import { ProviderClient } from "./plugin-client.ts";
import { type PluginProcess, startPlugin } from "./plugin-process.ts";
import type { OfficialParts, Side } from "./question.ts";

/**
 * A stand-in plugin. Each comparison names its own one, so that it depends only on that plugin's sources
 * (comparisons.ts).
 */
export interface StandIn {
  /** The engine's name, such as `random`. */
  name: string;
  service(): PluginService;
}

const ours = new Map<string, Promise<Served>>();
const officials = new Map<string, Promise<PluginProcess>>();
closeAtEnd(closeSides);

/** The port of a stand-in plugin on 127.0.0.1. One server answers all questions. */
export async function ourPort({ name, service }: StandIn): Promise<number> {
  const served = ours.get(name) ?? servePlugin(service());
  ours.set(name, served);
  return (await served).port;
}

/** Asks a provider over a connection of its own, configured as the engine does it. */
export async function withProvider<Answer>(
  official: OfficialParts,
  standIn: StandIn,
  side: Side,
  ask: (client: ProviderClient) => Promise<Answer>,
): Promise<Answer> {
  const client = new ProviderClient(await addressOf(official, standIn, side));
  try {
    await client.handshake();
    await client.configure();
    return await ask(client);
  } finally {
    client.close();
  }
}

/**
 * Address of a provider. The official one is started once, and again after a crash.
 *
 * @param copy number of the official provider's process.
 */
export async function addressOf(
  official: OfficialParts,
  standIn: StandIn,
  side: Side,
  copy = 0,
): Promise<string> {
  if (side === "ours") return `127.0.0.1:${await ourPort(standIn)}`;
  const key = `${standIn.name} ${copy}`;
  const running = await officials.get(key);
  if (running !== undefined && !running.ended()) return running.address;
  const started = startPlugin(join(official.bin, `pulumi-resource-${standIn.name}`), []);
  officials.set(key, started);
  return (await started).address;
}

/** Ends every plugin that the questions have started. */
export async function closeSides(): Promise<void> {
  const started = [...officials.values(), ...ours.values()];
  officials.clear();
  ours.clear();
  await Promise.all(started.map(async (one) => (await one).close()));
}
