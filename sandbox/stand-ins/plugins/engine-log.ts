import grpc from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/engine_pb.js";

/** The size limit of messages is the engine's own (pulumi/pulumi: sdk/go/common/util/rpcutil/serve.go). */
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
  /** The resource of the line. Empty: the stack. */
  urn?: string;
  /** Lines of one stream are displayed as one text. */
  stream?: number;
  /** The line is displayed only during work on the resource. */
  ephemeral?: boolean;
}

/** Client of the engine's service. Plugins use it only for lines on the user's screen. */
export class EngineLog {
  readonly address: string;
  readonly #client: InstanceType<typeof rpc.EngineClient>;
  #last: Promise<void> = Promise.resolve();

  /** @param address host and port of the engine's service, from `Handshake`. */
  constructor(address: string) {
    this.address = address;
    this.#client = new rpc.EngineClient(address, grpc.credentials.createInsecure(), channelOptions);
  }

  /** Sends one line. Lines arrive in the order of the calls. Resolves when the engine has accepted the line. */
  send(severity: Severity, message: string, options: LineOptions = {}): Promise<void> {
    const request = new messages.LogRequest();
    request.setSeverity(severities[severity]);
    request.setMessage(message);
    request.setUrn(options.urn ?? "");
    request.setStreamid(options.stream ?? 0);
    request.setEphemeral(options.ephemeral ?? false);
    // If the engine has ended, there is nobody to show the line to.
    this.#last = this.#last.then(() => new Promise((resolve) => this.#client.log(request, () => resolve())));
    return this.#last;
  }

  /** Resolves when the engine has accepted all lines so far. */
  drained(): Promise<void> {
    return this.#last;
  }

  close(): void {
    this.#client.close();
  }
}
