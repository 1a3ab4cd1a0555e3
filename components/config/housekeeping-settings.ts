/** What Mastodon forgets and tidies up, as config has it, with every default filled in. Pure. */

/** Housekeeping that is done. */
export interface HousekeepingSettings {
  /**
   * Days for which Mastodon keeps copies of other servers' media; 0: for good. Undefined: 14, unless somebody has
   * chosen a time in the administration.
   */
  mediaCache: number | undefined;
  /** Days for which Mastodon keeps other servers' posts; 0: for good. Undefined: as the administration says. */
  posts: number | undefined;
  /** Days for which Mastodon keeps the archives that members request; 0: for good. Undefined: as for `posts`. */
  archives: number | undefined;
  /** Days after which the images of link previews go. Undefined: with the media. */
  previewCards: number | undefined;
  /** Whether files of the bucket that belong to nothing in the database are removed. */
  orphans: boolean;
  /** How often `previewCards` and `orphans` are seen to. */
  schedule: "weekly" | "monthly";
}

/** Parts of `mastiff:housekeeping`. */
export type HousekeepingParts = {
  [Part in keyof HousekeepingSettings]?: HousekeepingSettings[Part] | undefined;
};

/** The housekeeping of a community; undefined: it is off. */
export function housekeepingSettings(
  given: HousekeepingParts | "off" | undefined,
): HousekeepingSettings | undefined {
  if (given === "off") return undefined;
  const { mediaCache, posts, archives, previewCards, orphans, schedule } = given ?? {};
  return {
    mediaCache,
    posts,
    archives,
    previewCards,
    orphans: orphans ?? false,
    schedule: schedule ?? "monthly",
  };
}
