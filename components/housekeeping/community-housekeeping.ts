/** The housekeeping of a community, from its config. */
import * as pulumi from "@pulumi/pulumi";
import { setParts } from "../../providers/rules/config-parts.ts";
import type { HousekeepingSettings } from "../config/housekeeping-settings.ts";
import type { CommunityFly } from "../fly/community-fly.ts";
import { isReleased } from "../stack/bound-facts.ts";
import type { Groundwork } from "../stack/groundwork.ts";
import { Housekeeping } from "./housekeeping.ts";
import { defaultDays, housekeepingThings } from "./housekeeping-plan.ts";

/** Declares the housekeeping, and warns of what it deletes. Undefined where it is off. */
export function communityHousekeeping(
  { settings, names, last, place, plan, own }: Groundwork,
  { web, webRelease, flyToml }: Pick<CommunityFly, "web" | "webRelease" | "flyToml">,
): Housekeeping | undefined {
  if (plan.housekeeping === undefined) return undefined;
  const { housekeeping, destroy } = settings;
  const { retention } = housekeepingThings(names.housekeeping, plan.housekeeping);
  const isFirst = isReleased({ last, names }) && last[retention.name] === undefined;
  const warnings = [
    isFirst && destroy === undefined ? firstLimitWarning(housekeeping) : undefined,
    housekeepingWarning(housekeeping),
  ];
  for (const words of warnings) if (words !== undefined) pulumi.log.warn(words);
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

/**
 * What the default deletes in a community that is up and has had no housekeeping yet, such as one of Mastiff 0.2.0, with
 * the way out; undefined: config has chosen a time.
 */
export function firstLimitWarning(housekeeping: HousekeepingSettings | undefined): string | undefined {
  if (housekeeping === undefined || housekeeping.mediaCache !== undefined) return undefined;
  return `mastiff:housekeeping is new in this community: after this up, Mastodon deletes its copies of other servers' media that are older than ${defaultDays} days, each night, unless somebody has chosen a time in its administration. It fetches a copy again when somebody looks at the post, as long as the other server has it.\n  fix     keep all copies:  ${setParts("mastiff:housekeeping", { ...housekeeping, mediaCache: 0 })}\n          or leave what Mastodon keeps to its administration:  pulumi config set mastiff:housekeeping off`;
}
