/** The housekeeping of a community, from its config. */
import * as pulumi from "@pulumi/pulumi";
import { setParts } from "../../providers/rules/config-parts.ts";
import type { HousekeepingSettings } from "../config/housekeeping-settings.ts";
import type { CommunityFly } from "../fly/community-fly.ts";
import type { Groundwork } from "../stack/groundwork.ts";
import { Housekeeping } from "./housekeeping.ts";

/** Declares the housekeeping, and warns of what members would miss. Undefined where it is off. */
export function communityHousekeeping(
  { settings, names, place, plan, own }: Groundwork,
  { web, webRelease, flyToml }: Pick<CommunityFly, "web" | "webRelease" | "flyToml">,
): Housekeeping | undefined {
  if (plan.housekeeping === undefined) return undefined;
  const warning = housekeepingWarning(settings.housekeeping);
  if (warning !== undefined) pulumi.log.warn(warning);
  return new Housekeeping(
    names.housekeeping,
    { place, plan: plan.housekeeping, appName: web.appName, flyToml, after: webRelease.released },
    own,
  );
}

/** What members would miss, with the way out; undefined: nothing that cannot be fetched again. */
export function housekeepingWarning(housekeeping: HousekeepingSettings | undefined): string | undefined {
  const { posts } = housekeeping ?? {};
  if (!posts) return undefined;
  return `mastiff:housekeeping deletes posts of other servers after ${posts} days, for good: also those that members have bookmarked, and private mentions between servers.\n  fix     keep them:  ${setParts("mastiff:housekeeping", { ...housekeeping, posts: 0 })}`;
}
