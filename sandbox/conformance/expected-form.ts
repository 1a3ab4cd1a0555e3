/**
 * The form of an answer that is known by example: fixed values stay, generated ones become their kind, and what the
 * example does not show is left out.
 */

/** Stands in an example for any text. */
export const someText = "{text}";
/** Stands in an example for any list that is not empty. */
export const someList = "{list}";
/** Stands in an example where there must be no such field. */
export const nothing = "{nothing}";
const someTime = "{time}";

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** The form of an example: its times by their kind. */
export function formOf(example: unknown): unknown {
  if (typeof example === "string") return time.test(example) ? someTime : example;
  if (Array.isArray(example)) return example.map(formOf);
  if (!isObject(example)) return example;
  return Object.fromEntries(Object.entries(example).map(([key, value]) => [key, formOf(value)]));
}

/**
 * The answer reduced to a form: equal to it exactly if the answer has every field of the form, with its value or kind.
 * A list of the API (`result`) may hold more entries; others are as long as in the form.
 */
export function inFormOf(answer: unknown, form: unknown, path = ""): unknown {
  if (form === someTime) return typeof answer === "string" && time.test(answer) ? someTime : answer;
  if (form === someText) return typeof answer === "string" && answer !== "" ? someText : answer;
  if (form === someList) return Array.isArray(answer) && answer.length > 0 ? someList : answer;
  if (Array.isArray(form) && Array.isArray(answer)) {
    const entries = path === ".response.result" ? sameIds(answer, form) : answer;
    return entries.map((entry, at) =>
      at < form.length ? inFormOf(entry, form[at], `${path}.${at}`) : entry,
    );
  }
  if (!isObject(form) || Array.isArray(form) || !isObject(answer) || Array.isArray(answer)) return answer;
  const reduced: Record<string, unknown> = {};
  for (const key of Object.keys(form)) {
    if (answer[key] !== undefined) reduced[key] = inFormOf(answer[key], form[key], `${path}.${key}`);
    else if (form[key] === nothing) reduced[key] = nothing;
  }
  return reduced;
}

/** The entries that the form names by `id`, in its order. */
function sameIds(entries: unknown[], form: unknown[]): unknown[] {
  const idOf = (entry: unknown) => (isObject(entry) ? entry.id : undefined);
  return form.map((wanted) => entries.find((entry) => idOf(entry) === idOf(wanted)));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
