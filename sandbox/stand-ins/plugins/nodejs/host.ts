/**
 * The language host for `runtime: nodejs`: it runs programs, and lists their packages for the engine.
 *
 * Not served: generating programs and packages, packing, linking, plugins written for Node (`RunPlugin`), the
 * prompts of `pulumi new`, and the project's data for `pulumi about`. The engine gets UNIMPLEMENTED and
 * continues without an answer.
 *
 * @see pulumi/pulumi: proto/pulumi/language.proto and sdk/nodejs/cmd/pulumi-language-nodejs
 */

import type grpc from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/language_pb.js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { EngineLog } from "../engine-log.ts";
import { type EngineProcess, engineProcess } from "../engine-process.ts";
import { serviceError } from "../provider-messages.ts";
import type { PluginService } from "../provider-server.ts";
import { installDependencies } from "./install.ts";
import { readOptions } from "./options.ts";
import { requiredPackages } from "./packages.ts";
import { type RunRequest, runProgram } from "./run.ts";

type Server = import("@pulumi/pulumi/proto/language_grpc_pb.js").ILanguageRuntimeServer;
type ProgramInfo = import("@pulumi/pulumi/proto/language_pb.js").ProgramInfo;
type Handled<Method> =
  Method extends grpc.handleUnaryCall<infer Request, infer Response>
    ? (request: Request, connection: Connection, cancelled: AbortSignal) => Promise<Response> | Response
    : never;
type Handlers = { [Name in keyof Server as string extends Name ? never : Name]: Handled<Server[Name]> };

/** The host's version is the version of the SDK whose protocol it implements. */
const version = "3.259.0";

/** One engine's connection. */
class Connection {
  log: EngineLog | undefined;
  #engine: EngineProcess | undefined;
  readonly cancelled = new AbortController();

  constructor(address?: string) {
    this.log = address === undefined ? undefined : new EngineLog(address);
  }

  engine(): EngineProcess {
    this.#engine ??= engineProcess(this.log?.address);
    return this.#engine;
  }
}

/** The host's service. One service serves any number of engines. */
export function languageHost(): PluginService {
  const connections = new Map<string, Connection>();
  const connectionOf = (peer: string): Connection => {
    const connection = connections.get(peer) ?? new Connection();
    connections.set(peer, connection);
    return connection;
  };
  const unary =
    (handle: Handled<grpc.handleUnaryCall<unknown, unknown>>): grpc.handleUnaryCall<unknown, unknown> =>
    async (call, callback) => {
      const connection = connectionOf(call.getPeer());
      const ended = new AbortController();
      call.on("cancelled", () => ended.abort());
      const cancelled = AbortSignal.any([ended.signal, connection.cancelled.signal]);
      try {
        callback(null, await handle(call.request, connection, cancelled));
      } catch (error) {
        callback(serviceError(error));
      }
    };

  const handlers: grpc.UntypedServiceImplementation = Object.fromEntries(
    Object.entries(answering).map(([name, handle]) => [
      name,
      unary(handle as Handled<grpc.handleUnaryCall<unknown, unknown>>),
    ]),
  );
  const handshake: Server["handshake"] = (call, callback) => {
    const peer = call.getPeer();
    connections.get(peer)?.log?.close();
    connections.set(peer, new Connection(call.request.getEngineAddress()));
    callback(null, new messages.LanguageHandshakeResponse());
  };
  const install: Server["installDependencies"] = (call) => {
    const send = (part: { stdout?: Buffer; stderr?: Buffer }) => {
      const response = new messages.InstallDependenciesResponse();
      if (part.stdout !== undefined) response.setStdout(part.stdout);
      if (part.stderr !== undefined) response.setStderr(part.stderr);
      call.write(response);
    };
    installDependencies(programOf(call.request.getInfo()), connectionOf(call.getPeer()).engine(), send).then(
      () => call.end(),
      // The error is emitted, because a destroyed stream sends its client no status.
      (error) => call.emit("error", Object.assign(new Error(error.message), serviceError(error))),
    );
  };
  return {
    definition: rpc.LanguageRuntimeService as unknown as grpc.ServiceDefinition,
    handlers: { ...handlers, handshake, installDependencies: install } as grpc.UntypedServiceImplementation,
    close: () => {
      for (const connection of connections.values()) {
        connection.cancelled.abort();
        connection.log?.close();
      }
    },
  };
}

const answering: Pick<Handlers, "run" | "cancel" | "getPluginInfo" | "getRequiredPackages"> = {
  async run(request, connection, cancelled) {
    if (connection.log === undefined) {
      throw new Error("when debugging or running explicitly, must call Handshake before Run");
    }
    const response = new messages.RunResponse();
    const { options } = programOf(request.getInfo());
    try {
      const answer = await runProgram(
        readRun(request),
        readOptions(options),
        connection.engine(),
        connection.log,
        cancelled,
      );
      response.setError(answer.error);
      response.setBail(answer.bail);
    } catch (error) {
      response.setError(error instanceof Error ? error.message : String(error));
    }
    return response;
  },
  cancel(_request, connection) {
    connection.cancelled.abort();
    return new empty.Empty();
  },
  getPluginInfo() {
    const response = new pluginMessages.PluginInfo();
    response.setVersion(version);
    return response;
  },
  getRequiredPackages(request) {
    const response = new messages.GetRequiredPackagesResponse();
    for (const found of requiredPackages(programOf(request.getInfo()).programDirectory)) {
      const dependency = new pluginMessages.PackageDependency();
      dependency.setName(found.name);
      dependency.setKind(found.kind);
      dependency.setVersion(found.version);
      dependency.setServer(found.server);
      response.addPackages(dependency);
    }
    return response;
  },
};

function programOf(info: ProgramInfo | undefined) {
  return {
    rootDirectory: info?.getRootDirectory() ?? "",
    programDirectory: info?.getProgramDirectory() ?? "",
    entryPoint: info?.getEntryPoint() ?? ".",
    options: (info?.getOptions()?.toJavaScript() ?? {}) as Record<string, unknown>,
  };
}

function readRun(request: import("@pulumi/pulumi/proto/language_pb.js").RunRequest): RunRequest {
  return {
    ...programOf(request.getInfo()),
    project: request.getProject(),
    stack: request.getStack(),
    organization: request.getOrganization(),
    dryRun: request.getDryrun(),
    parallel: request.getParallel(),
    monitorAddress: request.getMonitorAddress(),
    config: Object.fromEntries(request.getConfigMap().toArray()),
    configSecretKeys: request.getConfigsecretkeysList(),
    args: request.getArgsList(),
  };
}
