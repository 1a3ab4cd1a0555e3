/**
 * How many calls of an operation were needed. Pure.
 *
 * A call is needed the first time. The same call again asks what the run knows already, or waits by asking: who
 * remembers and is told needs neither. So the least possible is the number of different calls: cloud, method, path,
 * query and body, which for GraphQL is the query with its variables.
 */
import type { Cloud, Entry } from "../sandbox/clouds/journal.ts";

/** Calls to one cloud. */
export interface Counted {
  cloud: Cloud;
  calls: number;
  /** Different calls among them. */
  different: number;
  /** The calls that were made most often, with their number. */
  repeated: { call: string; times: number }[];
}

type Call = Pick<Entry, "cloud" | "method" | "path" | "query" | "requestBody">;

/** What makes a call the same as another one. */
export function identityOf({ cloud, method, path, query, requestBody }: Call): string {
  return [cloud, method, path, query, JSON.stringify(requestBody) ?? ""].join(" ");
}

/** A call in a few words, without its body: method and path, and the first field that a GraphQL call asks for. */
export function nameOf({ method, path, requestBody }: Call): string {
  const query = (requestBody as { query?: unknown } | undefined)?.query;
  if (typeof query !== "string") return `${method} ${path}`;
  const [, field = "", inner = ""] = /\{\s*(?:\w+:\s*)?(\w+)[^{]*\{?\s*(\w*)/.exec(query) ?? [];
  return `${query.startsWith("mutation") ? "mutation" : "query"} ${[field, inner].filter(Boolean).join(".")}`;
}

/** The calls by cloud, in the order in which the clouds were called first. */
export function countCalls(calls: readonly Call[]): Counted[] {
  const clouds = [...new Set(calls.map(({ cloud }) => cloud))];
  return clouds.map((cloud) => {
    const own = calls.filter((call) => call.cloud === cloud);
    const times = new Map<string, { call: string; times: number }>();
    for (const call of own) {
      const known = times.get(identityOf(call));
      times.set(identityOf(call), { call: nameOf(call), times: (known?.times ?? 0) + 1 });
    }
    const repeated = [...times.values()].filter((one) => one.times > 1).sort((a, b) => b.times - a.times);
    return { cloud, calls: own.length, different: times.size, repeated: repeated.slice(0, 12) };
  });
}

/** Calls ÷ the least possible, of all clouds together. */
export function excessOf(counted: readonly Counted[]): number {
  const sum = (of: (one: Counted) => number) => counted.reduce((total, one) => total + of(one), 0);
  return sum(({ calls }) => calls) / sum(({ different }) => different);
}
