/** Answers of the plugin protocol with more than one field: failures, diffs, errors. */

import grpc from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { type CheckFailure, type DiffAnswer, type DiffKind, ProviderError } from "./provider.ts";
import { encode } from "./values.ts";

type Wire = typeof import("@pulumi/pulumi/proto/provider_pb.js");

export function checkFailures(failures: CheckFailure[] | undefined): InstanceType<Wire["CheckFailure"]>[] {
  return (failures ?? []).map(({ property, reason }) => {
    const failure = new messages.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    return failure;
  });
}

export function checkResponse(answer: { inputs: Parameters<typeof encode>[0]; failures?: CheckFailure[] }) {
  const response = new messages.CheckResponse();
  response.setInputs(encode(answer.inputs));
  response.setFailuresList(checkFailures(answer.failures));
  return response;
}

export function diffResponse(answer: DiffAnswer): InstanceType<Wire["DiffResponse"]> {
  const { DiffChanges } = messages.DiffResponse;
  const response = new messages.DiffResponse();
  response.setChanges(
    { none: DiffChanges.DIFF_NONE, some: DiffChanges.DIFF_SOME, unknown: DiffChanges.DIFF_UNKNOWN }[
      answer.changes
    ],
  );
  response.setReplacesList(answer.replaces ?? []);
  response.setDiffsList(answer.diffs ?? []);
  response.setHasdetaileddiff(answer.detailed !== undefined);
  for (const [path, { kind, inputDiff }] of Object.entries(answer.detailed ?? {})) {
    const diff = new messages.PropertyDiff();
    diff.setKind(kindNumber(kind));
    diff.setInputdiff(inputDiff);
    response.getDetaileddiffMap().set(path, diff);
  }
  return response;
}

function kindNumber(kind: DiffKind) {
  const { Kind } = messages.PropertyDiff;
  return {
    add: Kind.ADD,
    "add-replace": Kind.ADD_REPLACE,
    delete: Kind.DELETE,
    "delete-replace": Kind.DELETE_REPLACE,
    update: Kind.UPDATE,
    "update-replace": Kind.UPDATE_REPLACE,
  }[kind];
}

/** The gRPC status for an error. */
export function serviceError(error: unknown): Partial<grpc.StatusObject> {
  const code = error instanceof ProviderError ? error.code : grpc.status.UNKNOWN;
  return { code, details: error instanceof Error ? error.message : String(error) };
}
