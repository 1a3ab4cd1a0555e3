/** The calls that a run makes, as faults can be aimed at them: by what they are for, whatever ids a run is given. */
import type { JournalEntry } from "../support/world.ts";
import { graphqlField, momentOf, pathForm, placeholder } from "./moment.ts";

/** Calls of one form. */
export interface CallForm {
  /** For people: `cloudflare POST /zones/:id/dns_records CNAME assets.mastiff.party`. */
  words: string;
  cloud: JournalEntry["cloud"];
  method: string;
  /** Regular expressions on path and body; no `body`: any. */
  path: string;
  body?: string;
  /** How many of them a run makes that nobody disturbs. */
  count: number;
}

/** The forms of the calls in a journal, in the order of their words: the same for the same run. */
export function callForms(journal: readonly JournalEntry[]): CallForm[] {
  const forms = new Map<string, CallForm>();
  for (const entry of journal) {
    // Requests from outside are no part of what is operated.
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
  // What stands behind the path in the words is in the body: a record's type and name, a machine's group.
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

/** GraphQL has one path; which field is asked for first stands in the text. */
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
