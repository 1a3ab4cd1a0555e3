/**
 * A {@link Provider} as a gRPC service for the engine.
 *
 * @see pulumi/pulumi: proto/pulumi/provider.proto, and sdk/go/common/resource/plugin/provider_plugin.go for
 * the engine's requests and expectations.
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

/** A gRPC service with its handlers. `close` cancels all running requests. */
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
    acceptsByteString: false,
    supportsAutonaming: false,
    ...provider.features,
  };
}

/** The calls about the plugin as a whole. */
function general(
  provider: Provider,
): Pick<Handlers, "handshake" | "attach" | "cancel" | "getPluginInfo" | "getSchema" | "invoke"> {
  return {
    handshake(request, _session, connection) {
      connection.attach(request.getEngineAddress());
      if (!features(provider).handshake) {
        throw new ProviderError(grpc.status.UNIMPLEMENTED, "Handshake is not yet implemented");
      }
      const { acceptSecrets, acceptOutputs, acceptsByteString } = features(provider);
      const response = new messages.ProviderHandshakeResponse();
      response.setAcceptsByteString(acceptsByteString);
      response.setAcceptSecrets(acceptSecrets);
      response.setAcceptResources(true);
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
      response.setSchema("{}");
      return response;
    },
    async invoke(request, session) {
      const token = request.getTok();
      const run = provider.functions?.[token];
      if (run === undefined) throw provider.unknown("function", token);
      const answer = await run({ session, args: decode(request.getArgs()) });
      const response = new messages.InvokeResponse();
      response.setReturn(encode(answer.result));
      response.setFailuresList(checkFailures(answer.failures));
      return response;
    },
  };
}

/** The calls about the provider's own configuration. */
function configuration(provider: Provider): Pick<Handlers, "checkConfig" | "diffConfig" | "configure"> {
  return {
    checkConfig: (request) =>
      checkResponse(provider.configuration.check(decode(request.getNews()), request.getUrn())),
    diffConfig(request) {
      const { diff } = provider.configuration;
      if (diff === undefined)
        throw new ProviderError(grpc.status.UNIMPLEMENTED, "DiffConfig is not implemented");
      const olds = decode(request.hasOldInputs() ? request.getOldInputs() : request.getOlds());
      return diffResponse(diff(olds, decode(request.getNews())));
    },
    configure(request, _session, connection) {
      connection.config = plainProperties(decode(request.getArgs()));
      const { acceptSecrets, acceptOutputs, supportsAutonaming } = features(provider);
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(acceptSecrets);
      response.setAcceptresources(true);
      response.setAcceptoutputs(acceptOutputs);
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(supportsAutonaming);
      return response;
    },
  };
}
