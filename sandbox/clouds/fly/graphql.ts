/** `POST /graphql`: one query or mutation against the schema of `graphql-schema.ts`. */
import { buildSchema, graphql } from "graphql";
import type { World } from "../world.ts";
import type { Caller } from "./apps.ts";
import type { Context } from "./graphql-context.ts";
import { mutations } from "./graphql-mutations.ts";
import { queries } from "./graphql-queries.ts";
import { schemaSource } from "./graphql-schema.ts";

const schema = buildSchema(schemaSource);

/** A GraphQL request as flyctl sends it. */
export interface GraphqlRequest {
  query?: string;
  variables?: Record<string, unknown>;
  operationName?: string;
}

/** Answers a request. Errors are in the body with status 200, as on the real Fly. */
export async function answerGraphql(
  world: World,
  caller: Caller,
  request: GraphqlRequest,
): Promise<Record<string, unknown>> {
  const result = await graphql({
    schema,
    source: request.query ?? "",
    rootValue: { ...queries, ...mutations },
    contextValue: { world, caller } satisfies Context,
    variableValues: request.variables ?? {},
    ...(request.operationName !== undefined && { operationName: request.operationName }),
  });
  return {
    ...(result.errors !== undefined && { errors: result.errors.map((e) => e.toJSON()) }),
    ...(result.data !== undefined && { data: result.data }),
  };
}
