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
import { type Provider, ProviderError, type ResourceType, type Session } from "./provider.ts";
import { checkFailures, checkResponse, diffResponse, serviceError } from "./provider-messages.ts";
import { ProviderSession } from "./session.ts";
import { decode, encode, plainProperties } from "./values.ts";

type Server = import("@pulumi/pulumi/proto/provider_grpc_pb.js").IResourceProviderServer;
type Handled<Method> =
  Method extends grpc.handleUnaryCall<infer Request, infer Response>
    ? (request: Request, session: Session, connection: ProviderSession) => Promise<Response> | Response
    : never;
type Handlers = { [Name in keyof Server as string extends Name ? never : Name]: Handled<Server[Name]> };

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

/** The life of a resource. */
function lifecycle(
  provider: Provider,
): Pick<Handlers, "check" | "diff" | "create" | "read" | "update" | "delete"> {
  /** Which resource a request is about, and the type that serves it. */
  const about = (message: { getUrn(): string; getType(): string; getName(): string }, session: Session) => {
    const urn = message.getUrn();
    // Engines before 3.148 send the URN alone: urn:pulumi:stack::project::parent$type::name.
    const [, , qualified = "", ...rest] = urn.split("::");
    const type = message.getType() || (qualified.split("$").at(-1) ?? "");
    const name = message.getName() || rest.join("::");
    return { serving: serving(provider, type), base: { session, urn, type, name } };
  };

  return {
    async check(request, session) {
      const { serving, base } = about(request, session);
      const news = decode(request.getNews());
      const olds = request.hasOlds() ? decode(request.getOlds()) : undefined;
      return checkResponse((await serving.check?.({ ...base, olds, news })) ?? { inputs: news });
    },
    async diff(request, session) {
      const { serving, base } = about(request, session);
      const answer = await serving.diff({
        ...base,
        id: request.getId(),
        olds: decode(request.getOlds()),
        oldInputs: decode(request.getOldInputs()),
        news: decode(request.getNews()),
        ignoreChanges: request.getIgnorechangesList(),
      });
      return diffResponse(answer);
    },
    async create(request, session) {
      const { serving, base } = about(request, session);
      const answer = await serving.create({
        ...base,
        inputs: decode(request.getProperties()),
        preview: request.getPreview(),
        timeoutSeconds: request.getTimeout(),
      });
      const response = new messages.CreateResponse();
      response.setId(answer.id);
      response.setProperties(encode(answer.outputs));
      return response;
    },
    async read(request, session) {
      const { serving, base } = about(request, session);
      const olds = decode(request.getProperties());
      const oldInputs = decode(request.getInputs());
      const answer = (await serving.read?.({ ...base, id: request.getId(), olds, oldInputs })) ?? {
        id: request.getId(),
        outputs: olds,
        inputs: oldInputs,
      };
      const response = new messages.ReadResponse();
      response.setId(answer.id);
      if (answer.outputs !== undefined) response.setProperties(encode(answer.outputs));
      if (answer.inputs !== undefined) response.setInputs(encode(answer.inputs));
      return response;
    },
    async update(request, session) {
      const { serving, base } = about(request, session);
      if (serving.update === undefined) throw new Error(`a change of ${base.type} replaces it`);
      const outputs = await serving.update({
        ...base,
        id: request.getId(),
        olds: decode(request.getOlds()),
        oldInputs: decode(request.getOldInputs()),
        news: decode(request.getNews()),
        ignoreChanges: request.getIgnorechangesList(),
        preview: request.getPreview(),
        timeoutSeconds: request.getTimeout(),
      });
      const response = new messages.UpdateResponse();
      response.setProperties(encode(outputs));
      return response;
    },
    async delete(request, session) {
      const { serving, base } = about(request, session);
      await serving.delete?.({
        ...base,
        id: request.getId(),
        olds: decode(request.getProperties()),
        oldInputs: decode(request.getOldInputs()),
        timeoutSeconds: request.getTimeout(),
      });
      return new empty.Empty();
    },
  };
}

function serving(provider: Provider, type: string): ResourceType {
  const found = provider.resources[type];
  if (found === undefined)
    throw provider.unknown?.("resource", type) ?? new Error(`unknown resource type ${type}`);
  return found;
}
