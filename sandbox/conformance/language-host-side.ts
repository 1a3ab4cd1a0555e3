import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { languageHost } from "../stand-ins/plugins/nodejs/host.ts";
import type { Files } from "./engine.ts";
import { HostClient } from "./host-client.ts";
import type { Json } from "./plugin-client.ts";
import { type PluginProcess, startPlugin } from "./plugin-process.ts";
import type { OfficialParts, Side } from "./question.ts";
import { reduced } from "./shape.ts";
import { ourPort, type StandIn } from "./sides.ts";

const standIn: StandIn = { name: "nodejs", service: languageHost };

/** The language host of a side, for a project on the engine. */
export function hostOf(side: Side): "official" | StandIn {
  return side === "official" ? side : standIn;
}

/** Asks a language host about a project. */
export async function withHost(
  official: OfficialParts,
  side: Side,
  files: Files,
  ask: (host: HostClient, folder: string) => Promise<Json>,
): Promise<Json> {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  let host: PluginProcess | undefined;
  let address: string;
  if (side === "official") {
    host = await startPlugin(join(official.bin, "pulumi-language-nodejs"), []);
    address = host.address;
  } else {
    address = `127.0.0.1:${await ourPort(standIn)}`;
  }
  const client = new HostClient(address);
  try {
    return reduced(await ask(client, folder), (text) =>
      text.replaceAll(folder, "{folder}").replace(/\b\d+(?:\.\d+)?m?s\b/g, "{time}"),
    );
  } finally {
    client.close();
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
