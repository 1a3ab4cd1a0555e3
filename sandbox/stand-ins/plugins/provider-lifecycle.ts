/** The calls about one resource: check, diff, create, read, update, delete. */

import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { Provider, ResourceType, Session } from "./provider.ts";
import type { Handlers } from "./provider-handlers.ts";
import { checkResponse, diffResponse } from "./provider-messages.ts";
import { decode, encode } from "./values.ts";

/** The handlers for the lifecycle of a resource. */
export function lifecycle(
  provider: Provider,
): Pick<Handlers, "check" | "diff" | "create" | "read" | "update" | "delete"> {
  /** The resource of a request, and the type that serves it. */
  const about = (message: { getUrn(): string; getType(): string; getName(): string }, session: Session) => {
    const urn = message.getUrn();
    // Engines before 3.148 send only the URN: urn:pulumi:stack::project::parent$type::name.
    const [, , qualified = "", ...rest] = urn.split("::");
    const type = message.getType() || (qualified.split("$").at(-1) ?? "");
    const name = message.getName() || rest.join("::");
    return { serving: serving(provider, type), base: { session, urn, type, name } };
  };

  return {
    async check(request, session) {
      const { serving, base } = about(request, session);
      return checkResponse(await serving.check({ ...base, news: decode(request.getNews()) }));
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
      });
      const response = new messages.CreateResponse();
      response.setId(answer.id);
      response.setProperties(encode(answer.outputs));
      return response;
    },
    async read(request, session) {
      const { serving, base } = about(request, session);
      const answer = await serving.read({
        ...base,
        id: request.getId(),
        olds: decode(request.getProperties()),
        oldInputs: decode(request.getInputs()),
      });
      const response = new messages.ReadResponse();
      response.setId(answer.id);
      if (answer.outputs !== undefined) response.setProperties(encode(answer.outputs));
      if (answer.inputs !== undefined) response.setInputs(encode(answer.inputs));
      return response;
    },
    async update(request, session) {
      const { serving, base } = about(request, session);
      const outputs = await serving.update({
        ...base,
        id: request.getId(),
        olds: decode(request.getOlds()),
        oldInputs: decode(request.getOldInputs()),
        news: decode(request.getNews()),
        ignoreChanges: request.getIgnorechangesList(),
        preview: request.getPreview(),
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
      });
      return new empty.Empty();
    },
  };
}

function serving(provider: Provider, type: string): ResourceType {
  const found = provider.resources[type];
  if (found === undefined) throw provider.unknown("resource", type);
  return found;
}
