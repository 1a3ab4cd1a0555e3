/**
 * Reduces the results of a flyctl run to the parts that must be equal. Ids, addresses, times, passwords and
 * versions may differ between two runs.
 */
import type { Entry } from "../clouds/journal.ts";

/** Replaces generated values by their form. The same id gets the same number everywhere. */
export type Reduce = (text: string) => string;

/** Secrets that `postgres create` generates. */
const madeUp = new Set(["SU_PASSWORD", "REPL_PASSWORD", "OPERATOR_PASSWORD", "SSH_KEY", "SSH_CERT"]);

/** @param known texts of this run alone, such as its folder, and their replacements. */
export function reducer(known: [string, string][], parallel: boolean): Reduce {
  const numbers = new Map<string, string>();
  // Ids of things that were made in parallel have no fixed order, so all of them become equal.
  const numbered = (kind: string) => (id: string) => {
    if (!numbers.has(id)) numbers.set(id, parallel ? `{${kind}}` : `{${kind} ${numbers.size + 1}}`);
    return numbers.get(id) ?? id;
  };
  return (text) => {
    let reduced = text;
    for (const [from, to] of known) reduced = reduced.replaceAll(from, to);
    return reduced
      .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(Z|UTC|[+-]\d\d:?\d\d))?/g, "{time}")
      .replace(/\b\d{1,2} [A-Z][a-z]{2} \d\d \d\d:\d\d UTC/g, "{time}")
      .replace(/\b1[78]\d{11}\b/g, "{milliseconds}")
      .replace(/\b((\d+[hms])+|\d+ \w+|an? \w+|less than a second) ago|\b(just )?now\b/g, "{ago}")
      .replace(/\bv?20\d\d\.\d+\.\d+-[a-z]+\.\d+/g, "{version}")
      .replace(/\b01[0-9A-HJKMNP-TV-Z]{24}\b/g, numbered("instance"))
      .replace(/\b(vol|vs|rel|img|ip)_[a-z0-9]+/g, numbered("id"))
      .replace(/\b1[0-9a-f]{13}\b/g, numbered("machine"))
      .replace(/\b(2a09|fdaa)(:[0-9a-f]*)+|\b66\.241\.\d+\.\d+/g, numbered("address"))
      .replace(/BranchName: \S+/g, "BranchName: {branch}")
      .replace(/(?<=BogusDummySecret_)[0-9a-f]{16}/g, "{random}")
      .replace(
        /(?<=(SU_PASSWORD|REPL_PASSWORD|OPERATOR_PASSWORD|SSH_KEY|SSH_CERT) *│ *)[0-9a-f]{16}/g,
        "{digest}",
      )
      .replace(/Trace ID: [0-9a-f]{32}/g, "Trace ID: {trace}")
      .replace(/(?<=postgres:)[A-Za-z0-9]{15}(?=@)|(?<=Password: {4})[A-Za-z0-9]{15}\b/g, "{password}")
      .replace(/(?<=ssh-ed25519 )[A-Za-z0-9+/=]+/g, "{key}")
      .replace(/.*[│┼].*/g, (row) => row.replace(/ +/g, " ").replace(/─+/g, "─"));
  };
}

/**
 * A call that changes something, as one text. Reads are left out, and so is the tunnel, which the local Fly
 * does not have.
 */
export function callForm({ method, path, query, requestBody, status }: Entry, reduce: Reduce): string[] {
  if (method === "GET") return [];
  const text = JSON.stringify(sorted(quiet(requestBody)) ?? null);
  if (path === "/graphql" && (!/mutation/.test(text) || /WireGuard/i.test(text))) return [];
  // A build's body depends on the machine that runs flyctl.
  const body = path.includes("/builds") ? "" : text.replace(/(\\n|\\t|\s)+/g, " ");
  return [reduce(`${method} ${path}?${query} ${status} ${body}`)];
}

/** Fly's state without its counters. After a `parallel` story, its values are sorted. */
export function stateForm(state: unknown, reduce: Reduce, parallel: boolean): unknown {
  const { serial: _, dials: __, ...rest } = structuredClone(state) as Record<string, unknown>;
  const form = reducedAll(quiet(rest), reduce);
  return parallel ? leaves(form).sort() : form;
}

/** Reduces keys and values. A time in milliseconds is a number. */
function reducedAll(value: unknown, reduce: Reduce): unknown {
  if (typeof value === "string") return reduce(value);
  if (typeof value === "number") return /^1[78]\d{11}$/.test(String(value)) ? "{milliseconds}" : value;
  if (Array.isArray(value)) return value.map((item) => reducedAll(item, reduce));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [reduce(key), reducedAll(item, reduce)]);
  return Object.fromEntries(entries);
}

function leaves(value: unknown, key = ""): string[] {
  // Log lines contain other numbers in each run.
  if (key === "logs") return [];
  if (Array.isArray(value)) return value.flatMap((item) => leaves(item, key));
  if (typeof value !== "object" || value === null) return [`${key}: ${value}`];
  return Object.entries(value).flatMap(([name, item]) => leaves(item, name));
}

/** Replaces generated secrets everywhere, and values computed from them. */
function quiet(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(quiet);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    if ((madeUp.has(key) || key === "verifier") && typeof item === "string") return [key, "{made up}"];
    const isMadeUp = madeUp.has(String((value as { name?: unknown }).name)) || madeUp.has(key);
    return [key, isMadeUp && (key === "value" || key === "digest") ? "{made up}" : quiet(item)];
  });
  return Object.fromEntries(entries);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
