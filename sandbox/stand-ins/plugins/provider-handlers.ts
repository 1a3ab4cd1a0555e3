import type grpc from "@grpc/grpc-js";
import type { Session } from "./provider.ts";
import type { ProviderSession } from "./session.ts";

type Server = import("@pulumi/pulumi/proto/provider_grpc_pb.js").IResourceProviderServer;
type Handled<Method> =
  Method extends grpc.handleUnaryCall<infer Request, infer Response>
    ? (request: Request, session: Session, connection: ProviderSession) => Promise<Response> | Response
    : never;
/** The handlers of the service's calls, by name. */
export type Handlers = {
  [Name in keyof Server as string extends Name ? never : Name]: Handled<Server[Name]>;
};
