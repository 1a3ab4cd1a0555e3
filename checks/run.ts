/** Runs the table of checks. */
import type { Community } from "./community.ts";
import { type Check, checks } from "./table.ts";
import type { Visitor } from "./visitor.ts";

/** How a check ended: `problem` is what was found wrong, undefined when the check passed. */
export interface Result {
  name: string;
  problem: string | undefined;
}

/** Runs all checks at once, each on its own: one that fails stops no other. Results are in the table's order. */
export function runChecks(
  visitor: Visitor,
  community: Community,
  table: Check[] = checks,
): Promise<Result[]> {
  return Promise.all(
    table.map(async ({ name, run }) => {
      try {
        await run(visitor, community);
        return { name, problem: undefined };
      } catch (error) {
        return { name, problem: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}
