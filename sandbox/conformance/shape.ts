import type { Json } from "./plugin-client.ts";

/**
 * Replaces every text of an answer by what `reduce` returns, so that generated values can be compared.
 *
 * @param reduce gets a text and its path, such as `outputs.result.value`.
 */
export function reduced(answer: unknown, reduce: (text: string, path: string) => string, path = ""): Json {
  if (typeof answer === "string") return reduce(answer, path);
  if (Array.isArray(answer)) return answer.map((item, at) => reduced(item, reduce, `${path}[${at}]`));
  if (answer !== null && typeof answer === "object") {
    return Object.fromEntries(
      Object.entries(answer)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [key, reduced(value, reduce, path === "" ? key : `${path}.${key}`)]),
    );
  }
  return answer as Json;
}
