import type { Reason } from "./errors.ts";

/** Phrases in flyctl's and Fly's messages, in lower case. Each is matched as whole words. */
const sayings = {
  noToken: ["no access token available"],
  deadline: ["deadline_exceeded"],
  full: ["could not reserve resource", "insufficient resources"],
  leased: ["lease currently held", "failed to get lease"],
  noOrganization: ["could not find organization"],
  noRegion: ["invalid region"],
  noImage: ["could not find image", "failed to fetch an image"],
  // An incomplete answer, or a proxy's page in its place (Go: encoding/json).
  garbled: ["decoding response", "decode response", "unexpected end of json input", "invalid character"],
  silence: ["eof", "connection refused", "connection reset", "no such host", "i/o timeout", "broken pipe"],
  // Go's error for a retry whose body was already sent (fly-go itself retries a 502 and a 503).
  broken: ["transport connection broken"],
  exists: ["already been taken", "already exists", "already in use", "unique machine name"],
  absent: ["could not find", "not found", "does not exist", "no app named"],
  stranger: ["must be authenticated", "unauthorized", "not authenticated"],
  forbidden: ["forbidden", "not authorized", "permission denied"],
  limited: ["rate limit", "too many requests"],
} as const;

/** Words of the phrases above. Alone they mean nothing, so an argument equal to one stays in the message. */
const parts = new Set(
  Object.values(sayings)
    .flat()
    .map((saying) => saying.split(" "))
    .filter((words) => words.length > 1)
    .flat(),
);

/**
 * Finds the reason in a message and, where flyctl's log of the call has it, in the HTTP status of the last
 * answer.
 *
 * Unambiguous statuses go first: a Machines API message is the text of the body and may say anything.
 * flyctl's own phrases come next. Messages also contain names that people chose ("peopleof-social" contains
 * "eof"), so quoted text and the call's own arguments are taken out before any phrase is matched.
 *
 * @param argv the call's arguments, which flyctl may repeat without quotes.
 */
export function reasonOf(message: string, status: number | undefined, argv: readonly string[] = []): Reason {
  const text = withoutNames(withoutQuoted(message), argv).toLowerCase();
  const says = (kind: keyof typeof sayings) =>
    sayings[kind].some((saying) => new RegExp(`\\b${saying}\\b`).test(text));
  const code = status !== undefined && status >= 400 ? status : statusIn(text);
  if (code === 401 || says("noToken")) return "login";
  // Seen as `deadline_exceeded: Post …: request canceled` (superfly/flyctl#4194), at random and for commands
  // longer than about 30 s (OpenRouterLabs/spawn#1616). A 408 that ends a wait for a machine's state means
  // something else.
  const isExec = argv[1] === "exec" || /\bexec\b/.test(text);
  if (isExec && (code === 408 || says("deadline"))) return "deadline";
  if (code === 429) return "limited";
  if (says("full")) return "capacity";
  if (code >= 500) return "server";
  if (says("leased")) return "busy";
  if (/\borganization \S+ not found\b/.test(text) || says("noOrganization")) return "organization";
  if (/\bregion \S+ (?:not found|requires an organization)\b/.test(text) || says("noRegion")) return "region";
  if (/\bplan "" (?:not found|is no longer available)/.test(text)) return "plan";
  if (says("noImage")) return "image";
  if (says("garbled")) return "garbled";
  if (code === 404) return "absent";
  if (code === 403) return "forbidden";
  if (says("silence") || says("broken")) return "network";
  if (code === 409 || says("exists")) return "exists";
  if (says("absent")) return "absent";
  if (says("stranger")) return "login";
  if (says("forbidden")) return "forbidden";
  return says("limited") ? "limited" : "other";
}

/** The status named in the message; 0: none. */
function statusIn(text: string): number {
  return Number(/(?:status|error|status code)[: ]+([45]\d\d)\b/.exec(text)?.[1] ?? 0);
}

/** The text with `""` in place of everything quoted. A lone apostrophe ("can't") is not a quote. */
function withoutQuoted(text: string): string {
  return text
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""')
    .replace(/`[^`\n]*`/g, '""')
    .replace(/(?<!\w)'[^'\n]*'(?!\w)/g, '""');
}

/**
 * The text with `…` in place of each argument after the command's own two words. Only a whole name matches,
 * in the same letter case: an app may be named "eof", and Go says "EOF".
 */
function withoutNames(text: string, argv: readonly string[]): string {
  return argv
    .slice(2)
    .filter((word) => word !== "" && !word.startsWith("-") && !parts.has(word))
    .sort((a, b) => b.length - a.length)
    .reduce((rest, word) => {
      const name = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      return rest.replace(new RegExp(`(?<![\\w.-])${name}(?![\\w-])`, "g"), "…");
    }, text);
}
