/** A call of an operation: its name, which is the same in each run, and the rule that finds it in another run. */
import type { Fault, JournalEntry } from "../support/world.ts";
import { momentOf } from "./moment.ts";

/** One distinct call. */
export interface Target {
  name: string;
  cloud: JournalEntry["cloud"];
  changes: boolean;
  rule: Pick<Fault, "cloud" | "method" | "path" | "query" | "body">;
}

/** The distinct calls among these, in the order of their first occurrence. */
export function targetsAmong(entries: readonly JournalEntry[]): Target[] {
  const targets = new Map<string, Target>();
  for (const entry of entries) {
    const name = nameOf(entry);
    if (!targets.has(name)) targets.set(name, targetOf(entry, name));
  }
  return [...targets.values()];
}

/** Describes a call's purpose without ids. */
export function nameOf(entry: JournalEntry): string {
  const { cloud, method, path } = entry;
  const moment = momentOf({ id: 0, cloud, method, path, body: textOf(entry) });
  const query = cloud === "r2" ? `?${verbOf(entry)}` : "";
  const words = /-c "(\w+)|redis-cli .*? ("?)(PING|ACL \w+)/.exec(commandOf(entry) ?? "");
  const said = words?.[1] ?? words?.[3] ?? "";
  return `${moment}${query}${said !== "" && !moment.includes(said) ? ` ${said}` : ""}`;
}

/** Whether a call may change something. */
export function isChange({ method, path, requestBody }: JournalEntry): boolean {
  if (path === "/graphql") return /^\s*mutation\b/.test(String((requestBody as Json)?.query));
  // This POST only makes Fly look at a name's DNS. flyctl reads a certificate by this call alone (`certs check`).
  if (/\/certificates\/[^/]+\/check$/.test(path)) return false;
  return method !== "GET" && method !== "HEAD";
}

/** S3's calls differ in the start of the query: `uploads`, `list-type`. */
function verbOf({ query }: JournalEntry): string {
  return /^[\w-]*/.exec(query)?.[0] ?? "";
}

type Json = Record<string, unknown> | undefined;

function targetOf(entry: JournalEntry, name: string): Target {
  const { cloud, method, path } = entry;
  const parts = bodyParts(entry);
  const body = parts.length === 0 ? {} : { body: `^${parts.map((part) => `(?=[^]*${part})`).join("")}` };
  return {
    name,
    cloud,
    changes: isChange(entry),
    rule: {
      cloud,
      method,
      path: `^${pattern(path)}$`,
      ...(cloud === "r2" && { query: `^${verbOf(entry)}\\b` }),
      ...body,
    },
  };
}

/** Regular expressions for the texts that distinguish this body from others of the same path. */
function bodyParts(entry: JournalEntry): string[] {
  const body = entry.requestBody as Json;
  if (entry.path === "/graphql") {
    const variables = JSON.stringify(body?.variables ?? {});
    const about = variables.matchAll(/"(?:appId|appName|name|hostname|type|app)":"[^"]+"/g);
    return [JSON.stringify(String(body?.query)), ...[...about].map(([text]) => text)].map(pattern);
  }
  const command = commandOf(entry);
  if (command !== undefined) {
    // A verifier has another salt in each run.
    const steady = command.split("SCRAM")[0] ?? "";
    return [pattern(JSON.stringify(steady).slice(0, -1))];
  }
  const metadata = (body?.config as { metadata?: Record<string, string> } | undefined)?.metadata;
  const told = [
    ["mastiff_job", metadata?.mastiff_job],
    ["fly_process_group", metadata?.fly_process_group],
    ...["type", "hostname", "domain"].map((key) => [key, body?.[key]]),
  ];
  return told
    .filter(([, value]) => typeof value === "string")
    .map(([key, value]) => pattern(`${JSON.stringify(key)}:${JSON.stringify(value)}`));
}

function commandOf({ requestBody }: JournalEntry): string | undefined {
  const command = (requestBody as Json)?.cmd ?? (requestBody as Json)?.command;
  return typeof command === "string" ? command : undefined;
}

function textOf({ requestBody }: JournalEntry): string {
  return typeof requestBody === "string" ? requestBody : JSON.stringify(requestBody ?? "");
}

/** A text as a regular expression in which ids may vary, because every run has other ids. */
function pattern(text: string): string {
  return text
    .replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll(/\b[0-9a-f]{32}\b/g, "[0-9a-f]{32}")
    .replaceAll(/\b[0-9a-f]{14}\b/g, "[0-9a-f]{14}")
    .replaceAll(/\bvol_[0-9a-z]+\b/g, "vol_[0-9a-z]+")
    .replaceAll(/(?<=\/)\d{4,}(?=\/|$)/g, "\\d{4,}")
    .replaceAll(/(?<=\/api_keys\/)[^/]+/g, "[^/]+");
}
