/** What a preview refuses and warns of, in the words of the program, the engine and the policies. Pure. */
import type { EngineEvent } from "@pulumi/pulumi/automation/events.js";
import { nameIn } from "../communities.ts";
import { natural } from "./steps.ts";

/** Something that stops the `up`, or that a person should know. */
export interface Notice {
  /** Who says it: `Mastiff`, or the policy. */
  by: string;
  /** All that was said: what is wrong, where it is set, how to fix it. */
  words: string;
  /** Logical name of the resource; undefined: it is about the whole stack. */
  resource: string | undefined;
}

/** What a preview said beside its steps. */
export interface Notices {
  refused: Notice[];
  warnings: Notice[];
}

/**
 * Collects the errors, warnings and violated policies: first what Mastiff says, and what is about the whole stack.
 *
 * @param output what the engine printed: the reason when it stopped without an event that says one
 */
export function noticesIn(
  events: readonly EngineEvent[],
  { isAccepted, output }: { isAccepted: boolean; output: string },
): Notices {
  const said = (severity: string) =>
    events.flatMap(({ diagnosticEvent: one }) =>
      one !== undefined && one.severity === severity && one.ephemeral !== true
        ? [noticeOf("Mastiff", one.message, one.urn)]
        : [],
    );
  const violated = (level: string) =>
    events.flatMap(({ policyEvent: one }) =>
      one?.enforcementLevel === level
        ? [noticeOf(`policy ${one.policyName}`, one.message, one.resourceUrn)]
        : [],
    );
  const refused = ordered([...said("error"), ...violated("mandatory")]);
  const warnings = ordered([...said("warning"), ...violated("advisory")]);
  if (isAccepted || refused.length > 0) return { refused, warnings };
  return { refused: [{ by: "the engine", words: lastErrors(output), resource: undefined }], warnings };
}

function noticeOf(by: string, message: string, urn = ""): Notice {
  const isAboutAll = urn === "" || urn.includes("::pulumi:pulumi:Stack::");
  return { by, words: plain(message), resource: isAboutAll ? undefined : nameIn(urn) };
}

/** Without the engine's colours, its own first words, and the lines of a stack trace. */
function plain(message: string): string {
  return message
    .replaceAll(/<\{%[^%]*%\}>/g, "")
    .replace(/^(Preview failed: |error: )+/i, "")
    .replaceAll(/^\s+at .*\n?/gm, "")
    .trim();
}

/** Each text once: the engine repeats what a resource says for the component that it is in, whose name is shorter. */
function ordered(notices: readonly Notice[]): Notice[] {
  const inOrder = notices
    .filter(({ words }) => words !== "")
    .sort((a, b) => natural(a.by, b.by) || natural(nameOf(a), nameOf(b)) || natural(a.words, b.words));
  const said = new Map<string, Notice>();
  for (const one of inOrder) {
    const known = said.get(one.words);
    if (known === undefined || nameOf(known).length < nameOf(one).length) said.set(one.words, one);
  }
  return inOrder.filter((one) => said.get(one.words) === one);
}

function nameOf({ resource = "" }: Notice): string {
  return resource;
}

function lastErrors(output: string): string {
  const lines = output.trimEnd().split("\n");
  const first = lines.findIndex((line) => /^error:/.test(line.trim()));
  return lines.slice(first === -1 ? -10 : first).join("\n");
}
