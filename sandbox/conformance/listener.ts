import grpc from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";

/** A line that a plugin sends to the engine. */
export interface Line {
  severity: number;
  message: string;
  urn: string;
  ephemeral: boolean;
}

/** A server in the engine's place. It records the lines that plugins send. */
export interface Listener {
  address: string;
  lines: Line[];
  close(): void;
}

/** Listens as an engine does, on a port that the system picks. */
export async function listen(): Promise<Listener> {
  const lines: Line[] = [];
  const server = new grpc.Server();
  server.addService(rpc.EngineService as unknown as grpc.ServiceDefinition, {
    log: (call: grpc.ServerUnaryCall<LogRequest, unknown>, callback: grpc.sendUnaryData<unknown>) => {
      const { request } = call;
      lines.push({
        severity: request.getSeverity(),
        message: request.getMessage(),
        urn: request.getUrn(),
        ephemeral: request.getEphemeral(),
      });
      callback(null, new empty.Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { address: `127.0.0.1:${port}`, lines, close: () => server.forceShutdown() };
}

type LogRequest = import("@pulumi/pulumi/proto/engine_pb.js").LogRequest;
