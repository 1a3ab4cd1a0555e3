/**
 * Checks that an error on the screen says what an operator needs: the resource, the call, the cloud's word,
 * and what to do.
 */
import type { Verb } from "./killable-run.ts";

/** The parts that an error needs, and their form on the screen. */
const parts: Record<string, RegExp> = {
  // The engine prints a line with the resource above all of its messages.
  resource: /^ {2}[\w:/.-]+ \([\w.-]+\):/m,
  call: /\b(GET|POST|PUT|PATCH|DELETE|Get|Post|Put|Patch|Delete) ["/\w]|^\s+(\S.*)?flyctl {2}\S/m,
  "the cloud's word":
    /\bHTTP \d{3}|\(no answer\)|: \d{3} [A-Z]|\bEOF\b|parsing response json|^\s+said {4}\S|status(?: code)?:? \d{3}|no end after/m,
  "what to do":
    /^\s+(?:fix|retry) {3,5}\S|npx mastiff recover|pulumi cancel|error: Cloudflare \d+: \S|run the command again/m,
};

/** In a destroy, no program runs that could add these parts. The words are the engine's and the providers' own. */
const ofTheProgram = ["call", "what to do"];

/** The parts that are missing in the errors of a failed run. */
export function missingIn(output: string, verb: Verb): string[] {
  return Object.entries(parts)
    .filter(([part, form]) => !form.test(output) && !(verb === "destroy" && ofTheProgram.includes(part)))
    .map(([part]) => part);
}
