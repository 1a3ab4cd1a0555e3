/**
 * Describes what a changing call does, in words that are the same in every run. These are the moments of the
 * kill matrix.
 */
import type { WaitingCall } from "./gate.ts";

/** Describes a call's purpose without ids, times and secrets. */
export function momentOf(call: WaitingCall): string {
  const body = parsed(call.body);
  if (call.path === "/graphql") return graphqlMoment(body);
  return [call.cloud, call.method, pathForm(call.path), subjectOf(body)]
    .filter((part) => part !== "")
    .join(" ");
}

/** The moments. A moment that occurs more than once in a run gets a number. */
export function numbered(calls: readonly WaitingCall[]): string[] {
  const counts = new Map<string, number>();
  return calls.map((call) => {
    const moment = momentOf(call);
    const count = (counts.get(moment) ?? 0) + 1;
    counts.set(moment, count);
    return count === 1 ? moment : `${moment} #${count}`;
  });
}

/** The placeholders for ids in a path's form. */
export const placeholder = /:(?:id|machine|volume|release)\b/;

/** A path without values that each world generates: `/zones/:id/dns_records`. */
export function pathForm(path: string): string {
  return path
    .replace(/^\/(client\/v4|sendgrid\/v3)(?=\/)/, "")
    .replaceAll(/\b[0-9a-f]{32}\b/g, ":id")
    .replaceAll(/\b[0-9a-f]{14}\b/g, ":machine")
    .replaceAll(/\bvol_[0-9a-z]+\b/g, ":volume")
    .replaceAll(/\brel_[0-9a-z]+\b/g, ":release")
    .replaceAll(/(?<=\/)\d{4,}(?=\/|$)/g, ":id")
    .replaceAll(/(?<=\/api_keys\/)[^/]+/g, ":id")
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, ":id");
}

/** The first field of a GraphQL text. Undefined when it has neither arguments nor a selection. */
export function graphqlField(query: string): string | undefined {
  return /\{\s*(?:\w+\s*:\s*)?(\w+)\s*[({]/.exec(query)?.[1];
}

/** A mutation's name, and the app or name that it concerns. */
function graphqlMoment(body: Json): string {
  const field = graphqlField(textAt(body, "query")) ?? "mutation";
  const found = JSON.stringify(body.variables ?? {}).matchAll(
    /"(?:appId|appName|name|hostname|type|app)":"([^"]+)"/g,
  );
  const about = [...found].map(([, text = ""]) => text.replace(/\b[0-9a-z]{16,}\b/g, ":id"));
  return ["fly", field, ...about].join(" ");
}

/** Distinguishes two calls of one path: a record's type and name, a machine's job or group, a command. */
function subjectOf(body: Json): string {
  const config = (body.config ?? {}) as { metadata?: Record<string, string> };
  const { mastiff_job: job, fly_process_group: group } = config.metadata ?? {};
  const own = [job ?? group, textAt(body, "type"), job === undefined ? textAt(body, "name") : ""];
  const said = [...own, textAt(body, "hostname"), textAt(body, "domain")].filter((part) => part);
  const command = JSON.stringify(body.command ?? body.cmd ?? "").match(
    /[A-Z]+ (?:ROLE|DATABASE)|SELECT \w+/,
  )?.[0];
  return [...said, ...(command ? [command] : [])].join(" ").replaceAll(/\b[0-9a-f]{8,}\b/g, ":id");
}

type Json = Record<string, unknown>;

function parsed(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
}

function textAt(body: Json, key: string): string {
  const value = body[key];
  return typeof value === "string" ? value : "";
}
