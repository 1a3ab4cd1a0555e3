/** Groups a run's calls by form, at which faults can be aimed. A form is a call's purpose without the run's ids. */
import type { JournalEntry } from "../support/world.ts";
import { graphqlField, momentOf, pathForm, placeholder } from "./moment.ts";

/** Calls of one form. */
export interface CallForm {
  /** Description: `cloudflare POST /zones/:id/dns_records CNAME assets.mastiff.party`. */
  words: string;
  cloud: JournalEntry["cloud"];
  method: string;
  /** Regular expressions for path and body. Without `body`, any body matches. */
  path: string;
  body?: string;
  /** Number of these calls in an undisturbed run. */
  count: number;
}

/** The forms of a journal's calls, sorted by their description, so that equal runs give equal lists. */
export function callForms(journal: readonly JournalEntry[]): CallForm[] {
  const forms = new Map<string, CallForm>();
  for (const entry of journal) {
    // Requests from the internet are not part of an operation.
    if (entry.cloud === "internet") continue;
    const form = formOf(entry);
    forms.set(form.words, { ...form, count: (forms.get(form.words)?.count ?? 0) + 1 });
  }
  return [...forms.values()].sort((a, b) => (a.words < b.words ? -1 : 1));
}

function formOf({ cloud, method, path, requestBody }: JournalEntry): CallForm {
  const body = requestBody === undefined ? "" : JSON.stringify(requestBody);
  const [, , ...about] = momentOf({ id: 0, cloud, method, path, body }).split(" ");
  if (path === "/graphql") return graphqlForm(body);
  const form = pathForm(path);
  // The words after the path come from the body: a record's type and name, a machine's group.
  const named = about.slice(1).filter((word) => !word.includes(":id"));
  const subject = named.map((word) => `(?=.*["\\s(]${escaped(word)}["\\s)])`).join("");
  return {
    words: [cloud, method, form, ...named].join(" "),
    cloud,
    method,
    path: `${form.split(placeholder).map(escaped).join("[^/]+")}$`,
    ...(subject !== "" && { body: subject }),
    count: 0,
  };
}

/** GraphQL has one path. The query's first field distinguishes the calls. */
function graphqlForm(body: string): CallForm {
  const { query } = JSON.parse(body) as { query: string };
  const field = graphqlField(query) ?? "query";
  const kind = /^\s*mutation\b/.test(query) ? "mutation" : "query";
  return {
    words: `fly ${kind} ${field}`,
    cloud: "fly",
    method: "POST",
    path: "^/graphql$",
    body: `\\b${field}\\b`,
    count: 0,
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
