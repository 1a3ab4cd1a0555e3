/** Plans the housekeeping of a community, as far as config decides it. Pure. */
import type { HousekeepingSpec, RetentionSpec } from "../../providers/fly/spec.ts";
import type { HousekeepingSettings } from "../config/housekeeping-settings.ts";
import type { CommunitySettings } from "../config/schema.ts";
import type { FlyThing, ObservedThing } from "../fly/thing.ts";

/** What Mastodon forgets, and the machine that tidies up. */
export interface HousekeepingPlan {
  /** The web app: the machine runs Mastodon with its variables and secrets. */
  app: string;
  /** Days by the name of Mastodon's setting; 0: for good. */
  days: Readonly<Record<string, number>>;
  /** Days for settings that nobody has chosen in the administration. */
  defaults: Readonly<Record<string, number>>;
  /** What a machine tidies up, and how often; undefined: nothing, so there is none. */
  chores: Pick<HousekeepingSettings, "previewCards" | "orphans" | "schedule"> | undefined;
}

/**
 * Days for which copies of other servers' media are kept by default. Mastodon removes the images of link previews
 * with them, and advises to keep those for two weeks (mastodon/mastodon: lib/mastodon/cli/preview_cards.rb).
 */
export const defaultDays = 14;

/** The settings of Mastodon's administration, “Content retention” (app/models/form/admin_settings.rb). */
const settingNames = {
  mediaCache: "media_cache_retention_period",
  posts: "content_cache_retention_period",
  archives: "backups_retention_period",
} as const;

/** The plan for a community; undefined: Mastiff leaves housekeeping alone. */
export function planHousekeeping({
  app,
  housekeeping,
}: Pick<CommunitySettings, "app" | "housekeeping">): HousekeepingPlan | undefined {
  if (housekeeping === undefined) return undefined;
  const { mediaCache, previewCards, orphans, schedule } = housekeeping;
  const parts = ["mediaCache", "posts", "archives"] as const;
  const days = Object.fromEntries(
    parts.flatMap((part) => {
      const chosen = housekeeping[part];
      return chosen === undefined ? [] : [[settingNames[part], chosen]];
    }),
  );
  return {
    app,
    days,
    defaults: mediaCache === undefined ? { [settingNames.mediaCache]: defaultDays } : {},
    chores: orphans || previewCards !== undefined ? { previewCards, orphans, schedule } : undefined,
  };
}

/** The things that a {@link HousekeepingPlan} makes. */
export function housekeepingThings(
  name: string,
  { app, days, defaults, chores }: HousekeepingPlan,
): { retention: FlyThing; machine: ObservedThing | undefined } {
  const retention: RetentionSpec = { app, days, defaults };
  return {
    retention: { name: `${name}-retention`, kind: "retention", spec: retention },
    machine: chores && { name: `${name}-machine`, kind: "housekeeping", spec: machineSpec(app, chores) },
  };
}

function machineSpec(app: string, { previewCards, orphans, schedule }: Chores): HousekeepingSpec {
  return { app, schedule, orphans, ...(previewCards !== undefined && { previewCardDays: previewCards }) };
}

type Chores = NonNullable<HousekeepingPlan["chores"]>;
