/** Calls a provider plugin over gRPC, official or stand-in, and returns each answer as plain data for comparison. */

import grpc from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import structs from "google-protobuf/google/protobuf/struct_pb.js";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Fields = Record<string, Json>;

const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const signature = "4dabf18193072939515e22adb298388d";
/** The wire format of a string that becomes known only during `up`. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** The wire format of a secret. */
export const secret = (value: Json): Json => ({ [signature]: secretSignature, value });

/** A failed call: gRPC status, message, and the properties of a partly created resource. */
export interface Failure {
  error: { code: number; message: string; details?: Json };
}

export function isFailure(answer: Fields | Failure): answer is Failure {
  return "error" in answer;
}

/** Removes the marks of secrets, as the engine does for a provider that does not accept secrets. */
export function opened(properties: Fields): Fields {
  return openedValue(properties) as Fields;
}

function openedValue(value: Json): Json {
  if (Array.isArray(value)) return value.map(openedValue);
  if (value === null || typeof value !== "object") return value;
  if (value[signature] === secretSignature) return openedValue(value.value ?? null);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, openedValue(inner)]));
}

/** A connection to a provider, like that of an engine. */
export class ProviderClient {
  readonly #client: InstanceType<typeof rpc.ResourceProviderClient>;
  readonly #project: string;

  constructor(address: string, project = "conformance") {
    this.#client = new rpc.ResourceProviderClient(address, grpc.credentials.createInsecure(), {
      // A connection of its own, like that of an engine. By default, clients in one process share connections.
      "grpc.use_local_subchannel_pool": 1,
    });
    this.#project = project;
  }

  urn(type: string, name: string): string {
    return `urn:pulumi:dev::${this.#project}::${type}::${name}`;
  }

  close(): void {
    this.#client.close();
  }

  async handshake(engineAddress = ""): Promise<Fields | Failure> {
    const request = new messages.ProviderHandshakeRequest();
    request.setEngineAddress(engineAddress);
    request.setConfigureWithUrn(true);
    request.setSupportsViews(true);
    request.setSupportsRefreshBeforeUpdate(true);
    request.setInvokeWithPreview(true);
    return await this.#ask("handshake", request, (response) => response.toObject());
  }

  async configure(config: Fields = {}): Promise<Fields | Failure> {
    const request = new messages.ConfigureRequest();
    request.setArgs(structs.Struct.fromJavaScript(config));
    request.setAcceptsecrets(true);
    request.setAcceptresources(true);
    request.setSendsOldInputs(true);
    request.setSendsOldInputsToDelete(true);
    return await this.#ask("configure", request, (response) => response.toObject());
  }

  async checkConfig(news: Fields): Promise<Fields | Failure> {
    const request = new messages.CheckRequest();
    request.setUrn(this.urn("pulumi:providers:any", "default"));
    request.setNews(structs.Struct.fromJavaScript(news));
    return await this.#ask("checkConfig", request, checkAnswer);
  }

  async check(type: string, news: Fields, olds?: Fields, name = "it"): Promise<Fields | Failure> {
    const request = new messages.CheckRequest();
    this.#about(request, type, name);
    if (olds !== undefined) request.setOlds(structs.Struct.fromJavaScript(olds));
    request.setNews(structs.Struct.fromJavaScript(news));
    request.setRandomseed(Buffer.from("conformance-seed-conformance-seed"));
    return await this.#ask("check", request, checkAnswer);
  }

  async diff(type: string, change: Change): Promise<Fields | Failure> {
    const request = new messages.DiffRequest();
    this.#about(request, type, change.name ?? "it");
    request.setId(change.id ?? "id");
    request.setOlds(structs.Struct.fromJavaScript(change.olds));
    request.setOldInputs(structs.Struct.fromJavaScript(change.oldInputs));
    request.setNews(structs.Struct.fromJavaScript(change.news));
    request.setIgnorechangesList(change.ignoreChanges ?? []);
    return await this.#ask("diff", request, (response) => ({
      changes: response.getChanges(),
      replaces: [...response.getReplacesList()].sort(),
      stables: [...response.getStablesList()].sort(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
      diffs: [...response.getDiffsList()].sort(),
      hasDetailed: response.getHasdetaileddiff(),
      detailed: detailedOf(response),
    }));
  }

  async create(type: string, inputs: Fields, options: { preview?: boolean; name?: string } = {}) {
    const request = new messages.CreateRequest();
    this.#about(request, type, options.name ?? "it");
    request.setProperties(structs.Struct.fromJavaScript(inputs));
    request.setPreview(options.preview ?? false);
    return await this.#ask("create", request, (response) => ({
      id: response.getId(),
      outputs: fieldsOf(response.getProperties()),
    }));
  }

  async read(type: string, id: string, state: Fields = {}, inputs: Fields = {}): Promise<Fields | Failure> {
    const request = new messages.ReadRequest();
    this.#about(request, type, "it");
    request.setId(id);
    request.setProperties(structs.Struct.fromJavaScript(state));
    request.setInputs(structs.Struct.fromJavaScript(inputs));
    return await this.#ask("read", request, (response) => ({
      id: response.getId(),
      outputs: response.hasProperties() ? fieldsOf(response.getProperties()) : null,
      inputs: response.hasInputs() ? fieldsOf(response.getInputs()) : null,
    }));
  }

  async update(type: string, change: Change & { preview?: boolean }): Promise<Fields | Failure> {
    const request = new messages.UpdateRequest();
    this.#about(request, type, change.name ?? "it");
    request.setId(change.id ?? "id");
    request.setOlds(structs.Struct.fromJavaScript(change.olds));
    request.setOldInputs(structs.Struct.fromJavaScript(change.oldInputs));
    request.setNews(structs.Struct.fromJavaScript(change.news));
    request.setPreview(change.preview ?? false);
    return await this.#ask("update", request, (response) => ({
      outputs: fieldsOf(response.getProperties()),
    }));
  }

  async delete(type: string, id: string, state: Fields, inputs: Fields): Promise<Fields | Failure> {
    const request = new messages.DeleteRequest();
    this.#about(request, type, "it");
    request.setId(id);
    request.setProperties(structs.Struct.fromJavaScript(state));
    request.setOldInputs(structs.Struct.fromJavaScript(inputs));
    return await this.#ask("delete", request, () => ({}));
  }

  async invoke(token: string, args: Fields, preview = false): Promise<Fields | Failure> {
    const request = new messages.InvokeRequest();
    request.setTok(token);
    request.setArgs(structs.Struct.fromJavaScript(args));
    request.setPreview(preview);
    return await this.#ask("invoke", request, (response) => ({
      result: fieldsOf(response.getReturn()),
      failures: failuresOf(response.getFailuresList()),
    }));
  }

  async cancel(): Promise<Fields | Failure> {
    return await this.#ask("cancel", new empty.Empty(), () => ({}));
  }

  async pluginInfo(): Promise<Fields | Failure> {
    return await this.#ask("getPluginInfo", new empty.Empty(), (response) => response.toObject());
  }

  #about(
    request: { setUrn(v: string): unknown; setType(v: string): unknown; setName(v: string): unknown },
    type: string,
    name: string,
  ) {
    request.setUrn(this.urn(type, name));
    request.setType(type);
    request.setName(name);
  }

  // biome-ignore lint/suspicious/noExplicitAny: the generated methods differ only in their message types
  #ask(method: string, request: unknown, read: (response: any) => unknown): Promise<any> {
    return new Promise((resolve) => {
      // biome-ignore lint/suspicious/noExplicitAny: as above
      (this.#client as any)[method](request, (error: grpc.ServiceError | null, response: unknown) => {
        resolve(error === null ? read(response) : failure(error));
      });
    });
  }
}

export interface Change {
  id?: string;
  name?: string;
  olds: Fields;
  oldInputs: Fields;
  news: Fields;
  ignoreChanges?: string[];
}

function detailedOf(response: InstanceType<typeof messages.DiffResponse>): Fields {
  const detailed: Fields = {};
  response.getDetaileddiffMap().forEach((diff, path) => {
    detailed[path] = { kind: diff.getKind(), inputDiff: diff.getInputdiff() };
  });
  return detailed;
}

function fieldsOf(struct: InstanceType<typeof structs.Struct> | undefined): Fields {
  return (struct?.toJavaScript() ?? {}) as Fields;
}

function checkAnswer(response: InstanceType<typeof messages.CheckResponse>) {
  return { inputs: fieldsOf(response.getInputs()), failures: failuresOf(response.getFailuresList()) };
}

function failuresOf(failures: InstanceType<typeof messages.CheckFailure>[]): Json[] {
  return failures
    .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }))
    .sort((a, b) => (a.property + a.reason < b.property + b.reason ? -1 : 1));
}

function failure(error: grpc.ServiceError): Failure {
  const [packed] = error.metadata.get("grpc-status-details-bin");
  const details: Json[] =
    packed instanceof Uint8Array
      ? status.Status.deserializeBinary(packed)
          .getDetailsList()
          .map((detail): Json => {
            const name = detail.getTypeName();
            if (name !== "pulumirpc.ErrorResourceInitFailed") return { type: name };
            const failed = messages.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
            return {
              type: name,
              id: failed.getId(),
              outputs: fieldsOf(failed.getProperties()),
              inputs: fieldsOf(failed.getInputs()),
              reasons: failed.getReasonsList(),
            };
          })
      : [];
  return { error: { code: error.code, message: error.details, ...(details.length > 0 ? { details } : {}) } };
}
