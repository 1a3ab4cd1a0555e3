import grpc from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/engine_pb.js";

/** Messages up to the size that the engine itself takes (pulumi/pulumi: sdk/go/common/util/rpcutil/serve.go). */
export const channelOptions: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
};

export type Severity = "debug" | "info" | "warning" | "error";

const severities = {
  debug: messages.LogSeverity.DEBUG,
  info: messages.LogSeverity.INFO,
  warning: messages.LogSeverity.WARNING,
  error: messages.LogSeverity.ERROR,
};

export interface LineOptions {
  /** The resource that the line is about; empty = the stack. */
  urn?: string;
  /** Lines of one stream are shown as one text. */
  stream?: number;
  /** Shown while the resource is worked on, and not kept. */
  ephemeral?: boolean;
}

/** The engine's own service, as far as a plugin speaks to it: lines for the user's screen. */
export class EngineLog {
  readonly address: string;
  readonly #client: InstanceType<typeof rpc.EngineClient>;
  #last: Promise<void> = Promise.resolve();

  /** @param address host and port where the engine listens, as `Handshake` tells it. */
  constructor(address: string) {
    this.address = address;
    this.#client = new rpc.EngineClient(address, grpc.credentials.createInsecure(), channelOptions);
  }

  /** Send one line. Lines arrive in the order of the calls; resolves when the engine has taken this one. */
  send(severity: Severity, message: string, options: LineOptions = {}): Promise<void> {
    const request = new messages.LogRequest();
    request.setSeverity(severities[severity]);
    request.setMessage(message);
    request.setUrn(options.urn ?? "");
    request.setStreamid(options.stream ?? 0);
    request.setEphemeral(options.ephemeral ?? false);
    // An engine that is gone takes no lines: nobody is left to tell.
    this.#last = this.#last.then(() => new Promise((resolve) => this.#client.log(request, () => resolve())));
    return this.#last;
  }

  /** Resolves when all lines so far have been taken. */
  drained(): Promise<void> {
    return this.#last;
  }

  close(): void {
    this.#client.close();
  }
}
