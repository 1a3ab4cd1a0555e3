/** Whether an error on the screen says what an operator needs: what failed, at which call, with which word, what to do. */
import type { Verb } from "./killable-run.ts";

/** What an error has to name, and how that looks on the screen. */
const parts: Record<string, RegExp> = {
  // The engine puts a line with the resource above all that was said about it.
  resource: /^ {2}[\w:/.-]+ \([\w.-]+\):/m,
  call: /\b(GET|POST|PUT|PATCH|DELETE|Get|Post|Put|Patch|Delete) ["/\w]|^\s+(\S.*)?flyctl {2}\S/m,
  "the cloud's word":
    /\bHTTP \d{3}|\(no answer\)|: \d{3} [A-Z]|\bEOF\b|parsing response json|^\s+said {4}\S|status(?: code)?:? \d{3}|no end after/m,
  "what to do":
    /^\s+(?:fix|retry) {3,5}\S|npx mastiff recover|pulumi cancel|error: Cloudflare \d+: \S|run the command again/m,
};

/** What no program is there to add when a stack is destroyed: the words are then the engine's and the providers' own. */
const ofTheProgram = ["call", "what to do"];

/** What is missing in the errors of a run that failed. */
export function missingIn(output: string, verb: Verb): string[] {
  return Object.entries(parts)
    .filter(([part, form]) => !form.test(output) && !(verb === "destroy" && ofTheProgram.includes(part)))
    .map(([part]) => part);
}
