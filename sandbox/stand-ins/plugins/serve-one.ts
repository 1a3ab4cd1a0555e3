import grpc from "@grpc/grpc-js";
import { channelOptions } from "./engine-log.ts";
import type { PluginService } from "./provider-server.ts";

/** A plugin's server on 127.0.0.1. */
export interface Served {
  port: number;
  /** Ends the server and all its running requests. */
  close(): Promise<void>;
}

/** Serves one plugin on a port that the system chooses. */
export async function servePlugin(service: PluginService): Promise<Served> {
  const server = new grpc.Server(channelOptions);
  server.addService(service.definition, service.handlers);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
  return {
    port,
    close: async () => {
      service.close();
      server.forceShutdown();
    },
  };
}
