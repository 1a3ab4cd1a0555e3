/**
 * Who asks: one engine's connection to one plugin server.
 *
 * Any number of engines are connected to the same server at once. An engine opens a connection of its own for
 * every provider instance (pulumi/pulumi: sdk/go/common/resource/plugin/provider_plugin.go), so the peer of a
 * call, `127.0.0.1:54321`, tells whose configuration holds and where log lines go.
 */

import { EngineLog, type Severity } from "./engine-log.ts";
import { type EngineProcess, engineProcess } from "./engine-process.ts";
import type { Session } from "./provider.ts";
import type { Properties } from "./values.ts";

/** A provider's session with one connection. */
export class ProviderSession {
  config: Properties = {};
  #engine: EngineProcess | undefined;
  #log: EngineLog | undefined;
  #closing = new AbortController();

  /** The engine said where it listens (`Handshake`, `Attach`): a new run begins on this connection. */
  attach(address: string): void {
    if (address === "" || this.#log?.address === address) return;
    this.close();
    this.#closing = new AbortController();
    this.#engine = undefined;
    this.#log = new EngineLog(address);
  }

  /** The engine's `Cancel`: what is under way ends, and so does at once whatever still comes. */
  cancel(): void {
    this.#closing.abort();
  }

  close(): void {
    this.cancel();
    this.#log?.close();
  }

  /** The session as one request sees it. */
  request(callCancelled: AbortSignal): Session {
    const session = this;
    return {
      get config() {
        return session.config;
      },
      cancelled: AbortSignal.any([this.#closing.signal, callCancelled]),
      engine: () => {
        this.#engine ??= engineProcess(this.#log?.address);
        return this.#engine;
      },
      log: (severity: Severity, message: string, urn: string, ephemeral = false) =>
        this.#log?.send(severity, message, { urn, ephemeral }) ?? Promise.resolve(),
    };
  }
}
