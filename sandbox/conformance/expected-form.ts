/**
 * Compares an answer with an example. Fixed values are compared as they are, and generated values by their
 * kind. Fields that the example does not have are ignored.
 */

/** In an example: any non-empty text. */
export const someText = "{text}";
/** In an example: any non-empty list. */
export const someList = "{list}";
/** In an example: the field must be absent. */
export const nothing = "{nothing}";
const someTime = "{time}";

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** The form of an example: times are replaced by their kind. */
export function formOf(example: unknown): unknown {
  if (typeof example === "string") return time.test(example) ? someTime : example;
  if (Array.isArray(example)) return example.map(formOf);
  if (!isObject(example)) return example;
  return Object.fromEntries(Object.entries(example).map(([key, value]) => [key, formOf(value)]));
}

/**
 * Reduces an answer to a form. The result equals the form exactly when the answer has every field of the
 * form, with the same value or kind. The API's list (`result`) may have more entries than the form; every
 * other list must have as many.
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

/** The entries with the ids that the form names, in the form's order. */
function sameIds(entries: unknown[], form: unknown[]): unknown[] {
  const idOf = (entry: unknown) => (isObject(entry) ? entry.id : undefined);
  return form.map((wanted) => entries.find((entry) => idOf(entry) === idOf(wanted)));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
