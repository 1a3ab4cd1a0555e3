/**
 * A resource provider without gRPC: plain request and answer objects per resource type.
 *
 * `provider-server.ts` sends and receives them over gRPC (pulumi/proto: provider.proto). All connected
 * engines share one provider object, so it holds no state. Data of one engine's run comes with each request
 * in its {@link Session}.
 */

import type { Severity } from "./engine-log.ts";
import type { EngineProcess } from "./engine-process.ts";
import type { Properties } from "./values.ts";

/** One engine's connection: its configuration, its process, and its log. */
export interface Session {
  /** Provider configuration from `Configure`, with secrets unwrapped. Empty before `Configure`. */
  readonly config: Properties;
  /** Aborted by the engine's `Cancel`, at the end of the call, and at the end of the server. */
  readonly cancelled: AbortSignal;
  /** The environment and folder of the engine's process. A plugin that the engine starts inherits both. */
  engine(): EngineProcess;
  /**
   * Shows a line in the engine's output, at the resource. Lines arrive in the order of the calls. If the
   * engine no longer accepts a line, it is dropped.
   *
   * @param ephemeral true: the line is displayed only during work on the resource.
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

/** A wrong property. `property` may be empty when the reason is about the whole resource. */
export interface CheckFailure {
  property: string;
  reason: string;
}

export interface CheckAnswer {
  /** The inputs with defaults. The state keeps them. */
  inputs: Properties;
  failures?: CheckFailure[];
}

export interface DiffRequest extends Request {
  id: string;
  /** The state: outputs of the last create, update or read. */
  olds: Properties;
  /** The inputs that led to that state. */
  oldInputs: Properties;
  /** The checked new inputs. In a preview they may contain unknowns. */
  news: Properties;
  /** Property paths from the program's option `ignoreChanges`. */
  ignoreChanges: string[];
}

export type DiffKind = "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";

/** One changed property in a detailed diff. */
export interface PropertyDiff {
  kind: DiffKind;
  /** True: the old value is in the old inputs, not in the state. */
  inputDiff: boolean;
}

export interface DiffAnswer {
  changes: "none" | "some" | "unknown";
  /** Top-level properties whose change replaces the resource. */
  replaces?: string[];
  /** Top-level properties that changed. */
  diffs?: string[];
  /** By property path, such as `environment.DRIFT` or `data.tags[0]`. Absent: the engine compares the inputs itself. */
  detailed?: Record<string, PropertyDiff>;
}

export interface CreateRequest extends Request {
  inputs: Properties;
  /** True: create nothing, and return unknowns for values that are not known yet. */
  preview: boolean;
}

export interface CreateAnswer {
  /** Empty in a preview. */
  id: string;
  /** The state: the outputs, and the inputs that belong in it. */
  outputs: Properties;
}

export interface ReadRequest extends Request {
  id: string;
  /** The last state. Empty for an import. */
  olds: Properties;
  /** The last inputs. Empty for an import. */
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

/** The lifecycle of one resource type. */
export interface ResourceType {
  check(request: CheckRequest): Promise<CheckAnswer> | CheckAnswer;
  diff(request: DiffRequest): Promise<DiffAnswer> | DiffAnswer;
  create(request: CreateRequest): Promise<CreateAnswer> | CreateAnswer;
  read(request: ReadRequest): Promise<ReadAnswer> | ReadAnswer;
  /** Returns the new state. */
  update(request: UpdateRequest): Promise<Properties> | Properties;
  /** Default: a deletion does nothing. */
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
  /** @param urn of the provider. The name of a default provider begins with "default". */
  check(news: Properties, urn: string): CheckAnswer;
  /** Default: the engine gets UNIMPLEMENTED. */
  diff?(olds: Properties, news: Properties): DiffAnswer;
}

export interface Provider {
  /** Package name: `random`, `command`, … */
  name: string;
  version: string;
  /** Features that `Handshake` and `Configure` report. Default: all except byte strings and autonaming. */
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
  /** Whether `Handshake` is answered. Without it the engine uses only `Configure`. */
  handshake: boolean;
  acceptSecrets: boolean;
  acceptOutputs: boolean;
  acceptsByteString: boolean;
  supportsAutonaming: boolean;
}

/** An error with its own gRPC status. Any other error becomes UNKNOWN with its message. */
export class ProviderError extends Error {
  readonly code: number;

  /** @param code gRPC status, such as `status.INVALID_ARGUMENT` of @grpc/grpc-js. */
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
