/** The newest calls, one readable line each, without bodies. */
import type { Cloud, Entry, OpenCall } from "../journal.ts";
import type { World } from "../world.ts";
import type { Redact } from "./redact.ts";

/**
 * The result of a call. `absent`: a look-up found nothing, which is not a failure. `refused`: the cloud
 * refused the call. `failed`: the cloud failed, or the connection was cut.
 */
export type Verdict = "ok" | "absent" | "refused" | "failed";

/** A line of the ticker. */
export interface CallView {
  n: number;
  at: string;
  cloud: Cloud;
  method: string;
  /** The path without the cloud's prefix, with long ids shortened; for GraphQL the operation's name. */
  what: string;
  status: number;
  milliseconds: number;
  verdict: Verdict;
  /** The cloud's error text; empty for a call that succeeded. */
  note: string;
}

/** A call that waits for its answer. */
export interface WaitingView {
  cloud: Cloud;
  method: string;
  what: string;
  /** Time of the request, ISO 8601. */
  since: string;
}

/** A start of flyctl, as the stand-in reports it. */
export interface FlyctlView {
  n: number;
  at: string;
  line: string;
}

/** What the ticker shows. */
export interface CallsView {
  /** Calls since the world's start, or since the journal was emptied. */
  total: number;
  /** How many calls a cloud refused. `failed` counts the calls that failed. */
  refused: number;
  failed: number;
  /** Oldest first, at most {@link shown}. */
  newest: CallView[];
  waiting: WaitingView[];
  flyctl: FlyctlView[];
}

/** Maximum number of lines in one view. */
export const shown = 80;

/** The calls after number `after`. */
export function callsView(world: World, redact: Redact, after = 0): CallsView {
  const { journal } = world;
  const verdicts = journal.entries.map(verdictOf);
  return {
    total: journal.entries.length,
    refused: verdicts.filter((verdict) => verdict === "refused").length,
    failed: verdicts.filter((verdict) => verdict === "failed").length,
    newest: journal
      .after(after)
      .slice(-shown)
      .map((entry) => callView(entry, redact)),
    waiting: [...journal.open].map(({ cloud, method, at, ...call }: OpenCall) => ({
      cloud,
      method,
      what: redact(whatOf(cloud, call.path, call.requestBody)),
      since: at,
    })),
    flyctl: journal.flyctl.slice(-shown).map(({ n, at, argv }) => ({
      n,
      at,
      line: redact(cut(argv.map(quoted).join(" "), 300)),
    })),
  };
}

function callView(entry: Entry, redact: Redact): CallView {
  const { n, at, cloud, method, status, milliseconds } = entry;
  const verdict = verdictOf(entry);
  return {
    n,
    at,
    cloud,
    method,
    what: redact(whatOf(cloud, entry.path, entry.requestBody)),
    status,
    milliseconds,
    verdict,
    note: verdict === "ok" ? "" : redact(cut(complaintOf(entry.responseBody), 240)),
  };
}

/** The status alone does not decide: GraphQL answers 200 to a call that it refuses. */
export function verdictOf({ status, responseBody, path }: Entry): Verdict {
  if (status === 0 || status >= 500) return "failed";
  if (status === 404) return "absent";
  if (status >= 400) return "refused";
  if (path !== "/graphql") return "ok";
  const complaint = complaintOf(responseBody);
  if (complaint === "") return "ok";
  return /could not (find|resolve)|not found/i.test(complaint) ? "absent" : "refused";
}

/** The text of an error: from `errors` of Cloudflare, SendGrid and GraphQL, or from Fly's `error`. */
function complaintOf(body: unknown): string {
  if (typeof body !== "object" || body === null) return "";
  const { error, errors } = body as { error?: unknown; errors?: unknown };
  if (typeof error === "string") return error;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (typeof first !== "object" || first === null) return "";
  const { code, message } = first as { code?: unknown; message?: unknown };
  if (typeof message !== "string") return "";
  return typeof code === "number" ? `${code} ${message}` : message;
}

/** The start that all paths of a cloud share. */
const prefixes: Record<Cloud, RegExp> = {
  cloudflare: /^\/client\/v4/,
  sendgrid: /^\/sendgrid\/v3/,
  r2: /^\/r2/,
  fly: /^(\/v1\/apps(?=\/)|\/api\/v1|\/v1)/,
  internet: /^$/,
};

function whatOf(cloud: Cloud, path: string, requestBody: unknown): string {
  if (path === "/graphql") return operationOf(requestBody);
  const rest = path.replace(prefixes[cloud], "");
  // The token in a sender's link works like a password.
  const safe = rest.replace(/(\/verify\/).+/, "$1…");
  return cut(
    safe.replace(/[0-9a-f]{24,}/g, (id) => `${id.slice(0, 4)}…${id.slice(-4)}`),
    160,
  );
}

/** `query GetApp`; an operation without a name is called by its first field. */
function operationOf(requestBody: unknown): string {
  const query = (requestBody as { query?: unknown } | undefined)?.query;
  if (typeof query !== "string") return "graphql";
  const named = /\b(query|mutation|subscription)\s+(\w+)/.exec(query);
  if (named !== null) return `${named[1]} ${named[2]}`;
  const kind = /^\s*mutation\b/.test(query) ? "mutation" : "query";
  return `${kind} ${/\{\s*(?:\w+\s*:\s*)?(\w+)/.exec(query)?.[1] ?? ""}`.trim();
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("\n", " ")}'`;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
