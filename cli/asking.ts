/** Questions to the person at the terminal. */

import { OperatorError } from "../providers/shared/operator-error.ts";
import { shell } from "../providers/shared/shell.ts";
import { UsageError } from "./usage-error.ts";

/** Goes ahead without a question. */
export const yes = {
  type: "boolean",
  alias: "y",
  description: "ask no question, for a script",
} as const;

/**
 * Has the person type the community's domain before something is done that people notice.
 *
 * @param isSure whether nobody has to be asked (`--yes`)
 * @throws OperatorError when something else is typed, UsageError when there is nobody to ask
 */
export async function confirmed(domain: string, isSure: boolean): Promise<void> {
  if (isSure) return;
  const { isTerminal, ask } = shell();
  if (!isTerminal)
    throw new UsageError({
      what: "There is no terminal to ask on.",
      fix: ["if all of the above is as it should be:  --yes"],
    });
  const typed = await ask(`To go ahead, type ${domain}: `);
  if (typed?.trim() === domain) return;
  throw new OperatorError("Nothing was done.");
}
