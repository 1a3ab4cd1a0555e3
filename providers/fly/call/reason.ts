import type { Reason } from "./errors.ts";

/** Sentences of flyctl's and of Fly's, in lower case. Each is looked for as whole words. */
const sayings = {
  noToken: ["no access token available"],
  deadline: ["deadline_exceeded"],
  full: ["could not reserve resource", "insufficient resources"],
  leased: ["lease currently held", "failed to get lease"],
  noOrganization: ["could not find organization"],
  noRegion: ["invalid region"],
  noImage: ["could not find image", "failed to fetch an image"],
  // Half an answer, or the page of a proxy in its place (Go: encoding/json).
  garbled: ["decoding response", "decode response", "unexpected end of json input", "invalid character"],
  silence: ["eof", "connection refused", "connection reset", "no such host", "i/o timeout", "broken pipe"],
  // What Go makes of a repeat whose body was sent already (fly-go repeats a 502 and a 503 by itself).
  broken: ["transport connection broken"],
  exists: ["already been taken", "already exists", "already in use", "unique machine name"],
  absent: ["could not find", "not found", "does not exist", "no app named"],
  stranger: ["must be authenticated", "unauthorized", "not authenticated"],
  forbidden: ["forbidden", "not authorized", "permission denied"],
  limited: ["rate limit", "too many requests"],
} as const;

/** Words that mean nothing alone, but are part of a sentence above. */
const parts = new Set(
  Object.values(sayings)
    .flat()
    .map((saying) => saying.split(" "))
    .filter((words) => words.length > 1)
    .flat(),
);

/**
 * Reads the reason off a message and, where flyctl's log of the call told it, the HTTP status of the last answer.
 *
 * Statuses that say by themselves what is wrong go first: a message of the Machines API is the body's text and may say
 * anything. Then flyctl's own words. A message also holds names that people chose ("peopleof-social" has an "eof" in
 * it), so quoted text and the call's own arguments are taken out before any word is looked for.
 *
 * @param argv the call's arguments, which flyctl may repeat without quotes.
 */
export function reasonOf(message: string, status: number | undefined, argv: readonly string[] = []): Reason {
  const text = withoutNames(withoutQuoted(message), argv).toLowerCase();
  const says = (kind: keyof typeof sayings) =>
    sayings[kind].some((saying) => new RegExp(`\\b${saying}\\b`).test(text));
  const code = status !== undefined && status >= 400 ? status : statusIn(text);
  if (code === 401 || says("noToken")) return "login";
  // Seen as `deadline_exceeded: Post …: request canceled` (superfly/flyctl#4194), for commands beyond some 30 s and at
  // random (OpenRouterLabs/spawn#1616). A wait for a machine's state that ends with 408 says something else.
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

/** A status that the message itself tells; 0: it tells none. */
function statusIn(text: string): number {
  return Number(/(?:status|error|status code)[: ]+([45]\d\d)\b/.exec(text)?.[1] ?? 0);
}

/** The text with `""` in place of everything quoted. A lone apostrophe ("can't") opens nothing. */
function withoutQuoted(text: string): string {
  return text
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""')
    .replace(/`[^`\n]*`/g, '""')
    .replace(/(?<!\w)'[^'\n]*'(?!\w)/g, '""');
}

/**
 * The text with `…` in place of each argument after the command's own words, where it stands as a whole. By its letters'
 * case, too: an app may be named "eof", and Go says "EOF".
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
