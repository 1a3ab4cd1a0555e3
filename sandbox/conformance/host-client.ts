/** Calls a language host over gRPC, official or stand-in. */

import grpc from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/language_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import structs from "google-protobuf/google/protobuf/struct_pb.js";
import type { Fields, Json } from "./plugin-client.ts";

/** A project in the form in which the engine describes it to a host. */
export interface ProgramFolder {
  folder: string;
  options?: Fields;
}

/** A connection to a language host. */
export class HostClient {
  readonly #client: InstanceType<typeof rpc.LanguageRuntimeClient>;

  constructor(address: string) {
    this.#client = new rpc.LanguageRuntimeClient(address, grpc.credentials.createInsecure(), {
      // A connection of its own, like that of an engine. By default, clients in one process share connections.
      "grpc.use_local_subchannel_pool": 1,
    });
  }

  close(): void {
    this.#client.close();
  }

  async handshake(engineAddress: string): Promise<Json> {
    const request = new messages.LanguageHandshakeRequest();
    request.setEngineAddress(engineAddress);
    return await this.#ask("handshake", request);
  }

  async pluginInfo(): Promise<Json> {
    return await this.#ask("getPluginInfo", new empty.Empty());
  }

  async requiredPackages(program: ProgramFolder): Promise<Json> {
    const request = new messages.GetRequiredPackagesRequest();
    request.setInfo(infoOf(program));
    return await this.#ask("getRequiredPackages", request);
  }

  async run(program: ProgramFolder): Promise<Json> {
    const request = new messages.RunRequest();
    request.setInfo(infoOf(program));
    return await this.#ask("run", request);
  }

  /** Output of an installation. stdout and stderr are each one text. */
  install(program: ProgramFolder): Promise<Json> {
    const request = new messages.InstallDependenciesRequest();
    request.setInfo(infoOf(program));
    request.setDirectory(program.folder);
    return new Promise((resolve) => {
      let stdout = "";
      let stderr = "";
      const call = this.#client.installDependencies(request);
      call.on("data", (part: InstanceType<typeof messages.InstallDependenciesResponse>) => {
        stdout += Buffer.from(part.getStdout_asU8()).toString();
        stderr += Buffer.from(part.getStderr_asU8()).toString();
      });
      call.on("error", (error: grpc.ServiceError) =>
        resolve({ stdout, stderr, error: { code: error.code, message: error.details } }),
      );
      call.on("end", () => resolve({ stdout, stderr }));
    });
  }

  #ask(method: string, request: unknown): Promise<Json> {
    return new Promise((resolve) => {
      // biome-ignore lint/suspicious/noExplicitAny: the generated methods differ only in their message types
      const call = (this.#client as any)[method].bind(this.#client);
      call(request, (error: grpc.ServiceError | null, response: { toObject(): Json }) => {
        resolve(
          error === null ? response.toObject() : { error: { code: error.code, message: error.details } },
        );
      });
    });
  }
}

function infoOf({ folder, options = {} }: ProgramFolder) {
  const info = new messages.ProgramInfo();
  info.setRootDirectory(folder);
  info.setProgramDirectory(folder);
  info.setEntryPoint(".");
  info.setOptions(structs.Struct.fromJavaScript(options));
  return info;
}
