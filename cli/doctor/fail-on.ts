/** From which severity on a finding is a failure. */
import { type Urgency, urgencies } from "../../checks/check.ts";
import { UsageError } from "../usage-error.ts";

export const failOn = {
  type: "string",
  valueHint: "severity",
  default: "critical",
  description: "lowest severity with which the exit code is 1: info, warning or critical",
} as const;

/** @throws UsageError when it is no severity */
export function urgencyOf(text: string): Urgency {
  const known = urgencies.find((one) => one === text);
  if (known !== undefined) return known;
  throw new UsageError({
    what: `--fail-on is ${JSON.stringify(text)}: that is not a severity.`,
    fix: ["one of these:  --fail-on info, --fail-on warning, --fail-on critical"],
  });
}
