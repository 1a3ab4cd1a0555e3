/**
 * One engine's connection to one plugin server.
 *
 * Any number of engines are connected to the same server. An engine opens a separate connection for every
 * provider instance (pulumi/pulumi: sdk/go/common/resource/plugin/provider_plugin.go). So the peer of a call,
 * `127.0.0.1:54321`, determines its configuration and the engine for its log lines.
 */

import { EngineLog, type Severity } from "./engine-log.ts";
import { type EngineProcess, engineProcess } from "./engine-process.ts";
import type { Session } from "./provider.ts";
import type { Properties } from "./values.ts";

/** The session of a provider with one connection. */
export class ProviderSession {
  config: Properties = {};
  #engine: EngineProcess | undefined;
  #log: EngineLog | undefined;
  #closing = new AbortController();

  /** The engine has sent its address (`Handshake`, `Attach`): a new run begins on this connection. */
  attach(address: string): void {
    if (address === "" || this.#log?.address === address) return;
    this.close();
    this.#closing = new AbortController();
    this.#engine = undefined;
    this.#log = new EngineLog(address);
  }

  /** The engine's `Cancel`: running requests end, and later requests end immediately. */
  cancel(): void {
    this.#closing.abort();
  }

  close(): void {
    this.cancel();
    this.#log?.close();
  }

  /** The session for one request. */
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
