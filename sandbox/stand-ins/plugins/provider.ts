/**
 * What a resource provider is, before gRPC: plain request and answer objects per resource type.
 *
 * `provider-server.ts` carries these over the wire (pulumi/proto: provider.proto). A provider object is
 * shared by every engine that is connected at the time, so it holds no state: what belongs to one engine's
 * run comes with each request in its {@link Session}.
 */

import type { Severity } from "./engine-log.ts";
import type { EngineProcess } from "./engine-process.ts";
import type { Properties } from "./values.ts";

/** One engine's connection: who asks, with which configuration, and how to speak back. */
export interface Session {
  /** Provider configuration, as `Configure` brought it; secrets are unwrapped. Empty before `Configure`. */
  readonly config: Properties;
  /** Aborted by the engine's `Cancel`, by the end of the call, and by the end of the server. */
  readonly cancelled: AbortSignal;
  /** The environment and folder of the engine's process, which a plugin of its own would inherit. */
  engine(): EngineProcess;
  /**
   * Show a line in the engine's output, at the resource. Lines arrive in the order of the calls; a line that
   * the engine no longer takes is dropped.
   *
   * @param ephemeral show it only while the resource is worked on.
   */
  log(severity: Severity, message: string, urn: string, ephemeral?: boolean): Promise<void>;
}

interface Request {
  session: Session;
  urn: string;
  /** Type token, such as `random:index/randomPassword:RandomPassword`. */
  type: string;
  /** Logical name: the last part of the URN. */
  name: string;
}

export interface CheckRequest extends Request {
  news: Properties;
}

/** A property that is wrong: `property` may be empty when the reason speaks of the whole resource. */
export interface CheckFailure {
  property: string;
  reason: string;
}

export interface CheckAnswer {
  /** The inputs with defaults filled in; they are what the state keeps. */
  inputs: Properties;
  failures?: CheckFailure[];
}

export interface DiffRequest extends Request {
  id: string;
  /** The state: outputs of the last create, update or read. */
  olds: Properties;
  /** The inputs that gave that state. */
  oldInputs: Properties;
  /** The checked new inputs; may hold unknowns in a preview. */
  news: Properties;
  /** Property paths whose changes the program asks to be overlooked. */
  ignoreChanges: string[];
}

export type DiffKind = "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";

/** One changed property in a detailed diff. */
export interface PropertyDiff {
  kind: DiffKind;
  /** True when the old value is to be looked up in the old inputs, not in the state. */
  inputDiff: boolean;
}

export interface DiffAnswer {
  changes: "none" | "some" | "unknown";
  /** Top-level properties whose change replaces the resource. */
  replaces?: string[];
  /** Top-level properties that changed. */
  diffs?: string[];
  /** By property path, such as `environment.DRIFT` or `data.tags[0]`. Absent: the engine diffs the inputs. */
  detailed?: Record<string, PropertyDiff>;
}

export interface CreateRequest extends Request {
  inputs: Properties;
  /** Nothing may be done: answer what is known already, and unknowns for the rest. */
  preview: boolean;
}

export interface CreateAnswer {
  /** Empty in a preview. */
  id: string;
  /** The state: outputs, and the inputs that belong in it. */
  outputs: Properties;
}

export interface ReadRequest extends Request {
  id: string;
  /** The last state; empty in an import. */
  olds: Properties;
  /** The last inputs; empty in an import. */
  oldInputs: Properties;
}

export interface ReadAnswer {
  /** Empty when the resource is gone. */
  id: string;
  outputs?: Properties;
  inputs?: Properties;
}

export interface UpdateRequest extends DiffRequest {
  preview: boolean;
}

export interface DeleteRequest extends Request {
  id: string;
  /** The state. */
  olds: Properties;
}

/** The life of one resource type. */
export interface ResourceType {
  check(request: CheckRequest): Promise<CheckAnswer> | CheckAnswer;
  diff(request: DiffRequest): Promise<DiffAnswer> | DiffAnswer;
  create(request: CreateRequest): Promise<CreateAnswer> | CreateAnswer;
  read(request: ReadRequest): Promise<ReadAnswer> | ReadAnswer;
  /** Answers the new state. */
  update(request: UpdateRequest): Promise<Properties> | Properties;
  /** Default: there is nothing to delete. */
  delete?(request: DeleteRequest): Promise<void> | void;
}

export interface InvokeRequest {
  session: Session;
  args: Properties;
}

export interface InvokeAnswer {
  result: Properties;
  failures?: CheckFailure[];
}

export type ProviderFunction = (request: InvokeRequest) => Promise<InvokeAnswer> | InvokeAnswer;

/** The provider's own configuration: `CheckConfig`, `DiffConfig`. */
export interface ProviderConfiguration {
  /** @param urn the provider's own; the name of one that no program made begins with "default". */
  check(news: Properties, urn: string): CheckAnswer;
  /** Default: the engine hears that it is not implemented. */
  diff?(olds: Properties, news: Properties): DiffAnswer;
}

export interface Provider {
  /** Package name: `random`, `command`, … */
  name: string;
  version: string;
  /** What the provider says of itself at `Handshake` and `Configure`. Default: all but byte strings and autonaming. */
  features?: Partial<ProviderFeatures>;
  configuration: ProviderConfiguration;
  /** By type token. */
  resources: Record<string, ResourceType>;
  /** By function token. */
  functions?: Record<string, ProviderFunction>;
  /** The error for a type or function that is not served. */
  unknown(kind: "resource" | "function", token: string): Error;
}

export interface ProviderFeatures {
  /** Answer `Handshake`; without it the engine asks `Configure` alone. */
  handshake: boolean;
  acceptSecrets: boolean;
  acceptOutputs: boolean;
  acceptsByteString: boolean;
  supportsAutonaming: boolean;
}

/** An error with a gRPC status of its own; any other error is answered as UNKNOWN with its message. */
export class ProviderError extends Error {
  readonly code: number;

  /** @param code gRPC status, such as `status.INVALID_ARGUMENT` of @grpc/grpc-js. */
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
