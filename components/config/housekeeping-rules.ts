/** Rules for the parts of `mastiff:housekeeping` together. */
import type { ConfigProblem } from "./config-error.ts";
import type { CommunitySettings, Parsed } from "./schema.ts";

/** Problems in the combination of parts that are each valid on their own. */
export function housekeepingProblems({ housekeeping }: CommunitySettings, parsed: Parsed): ConfigProblem[] {
  if (housekeeping === undefined || parsed.housekeeping === undefined || parsed.housekeeping === "off")
    return [];
  const { schedule } = parsed.housekeeping;
  if (schedule === undefined || housekeeping.orphans || housekeeping.previewCards !== undefined) return [];
  return [
    {
      key: "housekeeping",
      at: { part: "schedule", parts: { ...parsed.housekeeping } },
      value: schedule,
      reason:
        "applies only to orphans and previewCards, and neither is set: Mastodon sees to the rest by itself",
      remove: true,
    },
  ];
}
