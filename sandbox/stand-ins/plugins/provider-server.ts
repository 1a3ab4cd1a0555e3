/**
 * A {@link Provider} as a gRPC service: what the engine calls.
 *
 * @see pulumi/pulumi: proto/pulumi/provider.proto, and sdk/go/common/resource/plugin/provider_plugin.go for
 * what the engine sends and expects.
 */

import grpc from "@grpc/grpc-js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import rpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { type Provider, ProviderError, type Session } from "./provider.ts";
import type { Handlers } from "./provider-handlers.ts";
import { lifecycle } from "./provider-lifecycle.ts";
import { checkFailures, checkResponse, diffResponse, serviceError } from "./provider-messages.ts";
import { ProviderSession } from "./session.ts";
import { decode, encode, plainProperties } from "./values.ts";

/** A gRPC service with its handlers; `close` ends what its requests have under way. */
export interface PluginService {
  definition: grpc.ServiceDefinition;
  handlers: grpc.UntypedServiceImplementation;
  close(): void;
}

/** The service of one provider. */
export function providerService(provider: Provider): PluginService {
  const sessions = new Map<string, ProviderSession>();
  const sessionOf = (peer: string): ProviderSession => {
    const session = sessions.get(peer) ?? new ProviderSession();
    sessions.set(peer, session);
    return session;
  };
  const unary =
    <Request, Response>(
      handle: (
        request: Request,
        session: Session,
        connection: ProviderSession,
      ) => Promise<Response> | Response,
    ): grpc.handleUnaryCall<Request, Response> =>
    async (call, callback) => {
      const connection = sessionOf(call.getPeer());
      const ended = new AbortController();
      call.on("cancelled", () => ended.abort());
      try {
        callback(null, await handle(call.request, connection.request(ended.signal), connection));
      } catch (error) {
        callback(serviceError(error));
      }
    };

  const handlers = { ...general(provider), ...configuration(provider), ...lifecycle(provider) };
  return {
    definition: rpc.ResourceProviderService as unknown as grpc.ServiceDefinition,
    handlers: Object.fromEntries(
      Object.entries(handlers).map(([name, handle]) => [name, unary(handle as Parameters<typeof unary>[0])]),
    ),
    close: () => {
      for (const session of sessions.values()) session.close();
    },
  };
}

function features(provider: Provider) {
  return {
    handshake: true,
    acceptSecrets: true,
    acceptOutputs: true,
    acceptResources: true,
    acceptsByteString: false,
    supportsPreview: true,
    supportsAutonaming: false,
    ...provider.features,
  };
}

/** What is asked of the plugin as a whole. */
function general(
  provider: Provider,
): Pick<
  Handlers,
  "handshake" | "attach" | "cancel" | "getPluginInfo" | "getSchema" | "invoke" | "getMapping" | "getMappings"
> {
  return {
    handshake(request, _session, connection) {
      connection.attach(request.getEngineAddress());
      if (!features(provider).handshake) {
        throw new ProviderError(grpc.status.UNIMPLEMENTED, "Handshake is not yet implemented");
      }
      const { acceptSecrets, acceptOutputs, acceptResources, acceptsByteString } = features(provider);
      const response = new messages.ProviderHandshakeResponse();
      response.setAcceptsByteString(acceptsByteString);
      response.setAcceptSecrets(acceptSecrets);
      response.setAcceptResources(acceptResources);
      response.setAcceptOutputs(acceptOutputs);
      return response;
    },
    attach(request, _session, connection) {
      connection.attach(request.getAddress());
      return new empty.Empty();
    },
    cancel(_request, _session, connection) {
      connection.cancel();
      return new empty.Empty();
    },
    getPluginInfo() {
      const response = new pluginMessages.PluginInfo();
      response.setVersion(provider.version);
      return response;
    },
    getSchema() {
      const response = new messages.GetSchemaResponse();
      response.setSchema(provider.schema ?? "{}");
      return response;
    },
    getMapping: () => new messages.GetMappingResponse(),
    getMappings: () => new messages.GetMappingsResponse(),
    async invoke(request, session) {
      const token = request.getTok();
      const run = provider.functions?.[token];
      if (run === undefined)
        throw provider.unknown?.("function", token) ?? new Error(`unknown function ${token}`);
      const answer = await run({
        session,
        token,
        args: decode(request.getArgs()),
        preview: request.getPreview(),
      });
      const response = new messages.InvokeResponse();
      response.setReturn(encode(answer.result));
      response.setFailuresList(checkFailures(answer.failures));
      return response;
    },
  };
}

/** The provider's own configuration. */
function configuration(provider: Provider): Pick<Handlers, "checkConfig" | "diffConfig" | "configure"> {
  return {
    async checkConfig(request) {
      const news = decode(request.getNews());
      const olds = request.hasOlds() ? decode(request.getOlds()) : undefined;
      const answer = await provider.configuration?.check?.(news, olds, request.getUrn());
      return checkResponse(answer ?? { inputs: news });
    },
    async diffConfig(request) {
      const diff = provider.configuration?.diff;
      if (diff === undefined)
        throw new ProviderError(grpc.status.UNIMPLEMENTED, "DiffConfig is not implemented");
      const olds = decode(request.hasOldInputs() ? request.getOldInputs() : request.getOlds());
      return diffResponse(await diff(olds, decode(request.getNews())));
    },
    async configure(request, _session, connection) {
      const config = plainProperties(decode(request.getArgs()));
      connection.config = (await provider.configuration?.configure?.(config)) ?? config;
      const { acceptSecrets, acceptOutputs, acceptResources, supportsPreview, supportsAutonaming } =
        features(provider);
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(acceptSecrets);
      response.setAcceptresources(acceptResources);
      response.setAcceptoutputs(acceptOutputs);
      response.setSupportspreview(supportsPreview);
      response.setSupportsAutonamingConfiguration(supportsAutonaming);
      return response;
    },
  };
}
