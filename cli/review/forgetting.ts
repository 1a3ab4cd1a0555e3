/**
 * What is deleted from a change on: by Mastodon's scheduler, by the machine of the housekeeping, by the rules of a
 * bucket. Pure.
 */
import { shift, type TouchedData } from "./change.ts";
import type { Inputs } from "./steps.ts";

/** Mastodon's settings of how long it keeps something (components/housekeeping/housekeeping-plan.ts). */
const settings: readonly { name: string; what: string; comesBack: string }[] = [
  {
    name: "media_cache_retention_period",
    what: "copies of other servers' media",
    comesBack:
      "Mastodon fetches a copy again when somebody looks at its post, as long as the other server has it",
  },
  {
    name: "content_cache_retention_period",
    what: "posts of other servers",
    comesBack: "for good, also those that members have bookmarked, and private mentions between servers",
  },
  {
    name: "backups_retention_period",
    what: "archives of their posts that members have requested",
    comesBack: "a member can ask for another",
  },
];

/**
 * What Mastodon deletes by its settings, and has kept so far. A setting of which nothing is known may have been
 * shorter already.
 *
 * @param was spec of the settings before (`retentionSpec`); empty where Mastiff has set none yet
 */
export function forgottenByMastodon(was: Inputs, is: Inputs): TouchedData[] {
  return settings.flatMap(({ name, what, comesBack }): TouchedData[] => {
    const [days, usual] = [daysIn(is.days, name), daysIn(is.defaults, name)];
    // A default is written only where nobody has chosen a time, and Mastiff's own earlier one is such a choice.
    const isFirst = daysIn(was.days, name) === undefined && daysIn(was.defaults, name) === undefined;
    const now = lasting(days ?? (isFirst ? usual : undefined));
    const before = lasting(daysIn(was.days, name) ?? daysIn(was.defaults, name));
    if (now >= before) return [];
    const unless = days === undefined ? ", unless somebody has chosen a time in the administration" : "";
    return [
      { what, happens: `older than ${now} days are deleted each night${unless}: ${comesBack}`, isLost: true },
    ];
  });
}

/** The settings that change, in words. */
export function settingWords(was: Inputs, is: Inputs): string[] {
  return settings.flatMap(({ name, what }) =>
    shift(`${what} are kept`, keptWords(daysIn(was.days, name)), keptWords(daysIn(is.days, name))),
  );
}

function keptWords(days: number | undefined): string {
  if (days === undefined) return "as the administration says";
  return days === 0 ? "for good" : `${days} days`;
}

/**
 * What the machine of the housekeeping deletes, and has left alone so far.
 *
 * @param was spec of the machine before (`housekeepingSpec`); empty where there was none
 */
export function removedByMachine(was: Inputs, is: Inputs): TouchedData[] {
  const [before, now] = [lasting(was.previewCardDays), lasting(is.previewCardDays)];
  return [
    ...(is.orphans === true && was.orphans !== true
      ? [
          {
            what: "files of the bucket that belong to nothing in the database",
            happens: "are deleted, for good, at once and by the schedule",
            isLost: true,
          },
        ]
      : []),
    ...(now < before
      ? [
          {
            what: "images of link previews",
            happens: `older than ${now} days are deleted: they come back when the link is posted again`,
            isLost: true,
          },
        ]
      : []),
  ];
}

/**
 * What the lifecycle rules of a bucket delete, and have kept so far.
 *
 * @param was properties of the rules before (components/backup/backup-plan.ts, `expiryRules`)
 */
export function forgottenByBucket(was: Inputs, is: Inputs): TouchedData[] {
  const before = new Map(expiryIn(was));
  return expiryIn(is).flatMap(([prefix, days]) => {
    const kept = before.get(prefix) ?? Number.POSITIVE_INFINITY;
    if (days >= kept) return [];
    const soFar = Number.isFinite(kept) ? `; they were kept for ${kept}` : "";
    return [
      {
        what: `${prefix} backups in the bucket ${is.bucketName}`,
        happens: `older than ${days} days are deleted within a day${soFar}`,
        isLost: true,
      },
    ];
  });
}

/** A lifecycle rule, as far as it deletes objects. */
interface Rule {
  conditions?: { prefix?: string };
  deleteObjectsTransition?: { condition?: { maxAge?: number } };
}

function expiryIn({ rules }: Inputs): [prefix: string, days: number][] {
  if (!Array.isArray(rules)) return [];
  return (rules as Rule[]).flatMap(({ conditions, deleteObjectsTransition: deletes }): [string, number][] => {
    const seconds = deletes?.condition?.maxAge;
    return seconds === undefined ? [] : [[(conditions?.prefix ?? "").replace(/\/$/, ""), seconds / 86_400]];
  });
}

function daysIn(days: unknown, name: string): number | undefined {
  return ((days ?? {}) as Record<string, number>)[name];
}

/** Days, where neither 0 nor nothing is a limit. */
function lasting(days: unknown): number {
  return typeof days === "number" && days > 0 ? days : Number.POSITIVE_INFINITY;
}
