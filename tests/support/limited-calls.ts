/** What a run has called of the clouds whose limits communities share, by the journal of the local clouds. */
import { type Calls, callsOf, type Limited, limits, type Operation } from "../../cli/fleet/rate-limits.ts";
import type { JournalEntry } from "./world.ts";

const isOf: Readonly<Record<Limited, (entry: JournalEntry) => boolean>> = {
  cloudflare: ({ cloud }) => cloud === "cloudflare",
  sendgrid: ({ cloud }) => cloud === "sendgrid",
  // By the Machines API, or by GraphQL.
  flyDeletions: ({ cloud, method, path, requestBody }) =>
    cloud === "fly" &&
    (/deleteApp/i.test(JSON.stringify(requestBody ?? "")) ||
      (method === "DELETE" && /^\/v1\/apps\/[^/]+$/.test(path))),
};

/** The calls of one operation. */
export function callsIn(entries: readonly JournalEntry[]): Required<Calls> {
  const names = Object.keys(limits) as Limited[];
  const counts = names.map((name) => [name, entries.filter(isOf[name]).length]);
  return Object.fromEntries(counts) as Required<Calls>;
}

/**
 * The figures of an operation that are too small for what it has called, or more than twice as large, in words. None is of
 * use: the fleet would call too often, or wait too long.
 */
export function wrongFigures(operation: Operation, entries: readonly JournalEntry[]): string[] {
  const counts = callsIn(entries);
  return (Object.keys(limits) as Limited[]).flatMap((name) => {
    const [figure, count] = [callsOf[operation][name] ?? 0, counts[name]];
    return figure < count || figure > Math.max(10, 2 * count)
      ? [`${operation}: ${count} calls of ${name}, and the figure is ${figure}`]
      : [];
  });
}
