import { join } from "node:path";
import { type Plugins, servePlugins } from "../local/plugins/serve.ts";
import { ProviderClient } from "./plugin-client.ts";
import { type PluginProcess, startPlugin } from "./plugin-process.ts";
import type { OfficialParts, Side } from "./question.ts";

let ours: Promise<Plugins> | undefined;
const officials = new Map<string, Promise<PluginProcess>>();

/** Our plugin servers, one set for all questions. */
export function ourPlugins(): Promise<Plugins> {
  ours ??= servePlugins();
  return ours;
}

/**
 * Ask a provider over a connection of its own, configured as the engine configures one.
 *
 * @param name such as `random`.
 */
export async function withProvider<Answer>(
  official: OfficialParts,
  name: string,
  side: Side,
  ask: (client: ProviderClient) => Promise<Answer>,
): Promise<Answer> {
  const client = new ProviderClient(await addressOf(official, name, side));
  try {
    await client.handshake();
    await client.configure();
    return await ask(client);
  } finally {
    client.close();
  }
}

/** Where a provider listens; the official one is started once, and again when it has crashed. */
export async function addressOf(official: OfficialParts, name: string, side: Side): Promise<string> {
  if (side === "ours") return `127.0.0.1:${(await ourPlugins()).ports[name]}`;
  const running = await officials.get(name);
  if (running !== undefined && !running.ended()) return running.address;
  const started = startPlugin(join(official.bin, `pulumi-resource-${name}`), []);
  officials.set(name, started);
  return (await started).address;
}

const endings: (() => void)[] = [];

/** Has something ended together with the sides. */
export function closeAtEnd(end: () => void): void {
  endings.push(end);
}

/** End everything that the questions have started. */
export async function closeSides(): Promise<void> {
  for (const end of endings.splice(0)) end();
  await Promise.all([...officials.values()].map(async (plugin) => (await plugin).close()));
  officials.clear();
  await (await ours)?.close();
  ours = undefined;
}
