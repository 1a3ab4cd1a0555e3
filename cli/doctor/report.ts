/** Findings as text. Pure. */
import { type Urgency, urgencies } from "../../checks/check.ts";
import type { Diagnosis } from "../../checks/examine.ts";

/** What was asked for. */
export interface Examined {
  domain: string;
  /** How many checks there were. */
  checks: number;
}

/** A table for a terminal: a block for each finding, and a line for all of them. */
export function reportOf(found: readonly Diagnosis[], { domain, checks }: Examined): string {
  return [...found.map(blockOf), `${domain}: ${checks} checks, ${countOf(found)}`].join("\n\n");
}

function blockOf({ check, urgency, asked, came, means, repair, also }: Diagnosis): string {
  return [
    `${urgency.padEnd(width)}  ${check}`,
    ...row("asked", asked),
    ...row("came", came),
    ...(also.length > 0 ? row("also", also.join("\n")) : []),
    ...row("means", means),
    ...row("repair", repair),
  ].join("\n");
}

const width = Math.max(...urgencies.map((one) => one.length));

/** A label and its lines, in columns. */
function row(label: string, text: string): string[] {
  return text.split("\n").map((line, i) => `  ${(i === 0 ? label : "").padEnd(width)}  ${line}`);
}

function countOf(found: readonly Diagnosis[]): string {
  if (found.length === 0) return "nothing to repair";
  const count = (urgency: Urgency) => found.filter((one) => one.urgency === urgency).length;
  return urgencies
    .toReversed()
    .filter((urgency) => count(urgency) > 0)
    .map((urgency) => `${count(urgency)} ${urgency}`)
    .join(", ");
}
