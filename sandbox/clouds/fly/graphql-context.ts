/** What queries and mutations share: their context and their errors. */
import { GraphQLError } from "graphql";
import type { World } from "../world.ts";
import type { Caller } from "./apps.ts";

/** The context that every resolver receives. */
export interface Context {
  world: World;
  caller: Caller;
}

/** `Could not find App "x"` and similar texts (superfly/flyctl prints them word by word). */
export function notFound(what: string): GraphQLError {
  return new GraphQLError(`Could not find ${what}`, { extensions: { code: "NOT_FOUND" } });
}

/** A refused input, such as a name that is taken. */
export function unprocessable(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "UNPROCESSABLE" } });
}
