/** Calls the stand-ins for the engine's plugins as an engine does. */

import grpc from "@grpc/grpc-js";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import rpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { decode, encode, type Properties } from "../stand-ins/plugins/values.ts";

/** A line that a plugin sends to the engine. */
export interface Line {
  message: string;
  urn: string;
}

/** A server in the engine's place. */
export interface EngineEnd extends AsyncDisposable {
  address: string;
  lines: Line[];
}

/** Listens as an engine does. */
export async function engineEnd(): Promise<EngineEnd> {
  const lines: Line[] = [];
  const server = new grpc.Server();
  server.addService(engineRpc.EngineService as unknown as grpc.ServiceDefinition, {
    log: (call: grpc.ServerUnaryCall<LogRequest, unknown>, callback: grpc.sendUnaryData<unknown>) => {
      lines.push({ message: call.request.getMessage(), urn: call.request.getUrn() });
      callback(null, new empty.Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    address: `127.0.0.1:${port}`,
    lines,
    [Symbol.asyncDispose]: async () => server.forceShutdown(),
  };
}

type LogRequest = import("@pulumi/pulumi/proto/engine_pb.js").LogRequest;

/** An engine's connection to one provider. */
export interface Connection extends Disposable {
  /** Returns the failures. */
  check(type: string, news: Properties): Promise<{ property: string; reason: string }[]>;
  create(type: string, inputs: Properties, name?: string): Promise<{ id: string; outputs: Properties }>;
  delete(type: string, state: Properties): Promise<void>;
  invoke(token: string, args: Properties): Promise<Properties>;
  cancel(): Promise<void>;
}

/** Connects to a provider. Makes a handshake when an engine's address is given. */
export async function connect(port: number | undefined, engineAddress?: string): Promise<Connection> {
  const client = new rpc.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
    // A connection of its own, like that of an engine. By default, clients in one process share connections.
    "grpc.use_local_subchannel_pool": 1,
  });
  const ask = <Response>(method: string, request: unknown): Promise<Response> =>
    new Promise((resolve, reject) => {
      // biome-ignore lint/suspicious/noExplicitAny: the generated methods differ only in their message types
      (client as any)[method](request, (error: grpc.ServiceError | null, response: Response) =>
        error === null ? resolve(response) : reject(new Error(error.details)),
      );
    });
  if (engineAddress !== undefined) {
    const request = new messages.ProviderHandshakeRequest();
    request.setEngineAddress(engineAddress);
    await ask("handshake", request);
  }
  return {
    async check(type, news) {
      const request = new messages.CheckRequest();
      request.setUrn(`urn:pulumi:dev::test::${type}::it`);
      request.setType(type);
      request.setNews(encode(news));
      const response = await ask<InstanceType<typeof messages.CheckResponse>>("check", request);
      return response.getFailuresList().map((one) => one.toObject());
    },
    async create(type, inputs, name = "it") {
      const request = new messages.CreateRequest();
      request.setUrn(`urn:pulumi:dev::test::${type}::${name}`);
      request.setType(type);
      request.setName(name);
      request.setProperties(encode(inputs));
      const response = await ask<InstanceType<typeof messages.CreateResponse>>("create", request);
      return { id: response.getId(), outputs: decode(response.getProperties()) };
    },
    async delete(type, state) {
      const request = new messages.DeleteRequest();
      request.setUrn(`urn:pulumi:dev::test::${type}::it`);
      request.setType(type);
      request.setName("it");
      request.setProperties(encode(state));
      await ask("delete", request);
    },
    async invoke(token, args) {
      const request = new messages.InvokeRequest();
      request.setTok(token);
      request.setArgs(encode(args));
      return decode((await ask<InstanceType<typeof messages.InvokeResponse>>("invoke", request)).getReturn());
    },
    cancel: async () => {
      await ask("cancel", new empty.Empty());
    },
    [Symbol.dispose]: () => client.close(),
  };
}
