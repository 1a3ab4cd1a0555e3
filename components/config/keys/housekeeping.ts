/** Keys for what Mastodon forgets and tidies up. */
import { z } from "zod";
import { offOrJsonOf } from "../forms.ts";
import { described } from "../key-words.ts";

/** Ten years: Mastodon has no limit of its own. */
const longest = 3650;

const days = (description: string) =>
  z
    .number()
    .int()
    .min(0)
    .max(longest)
    .meta({ description: `${description} 0: for good.` })
    .optional();

const housekeeping = z.strictObject(
  {
    mediaCache: days(
      "Days for which Mastodon keeps its copies of other servers' media. A visitor's browser has Mastodon fetch them again. Default: 14, unless somebody has chosen a time in the administration.",
    ),
    posts: days(
      "Days for which Mastodon keeps other servers' posts. Nothing brings them back, and those that members have bookmarked go too. Default: as the administration says, where Mastodon itself keeps them for good.",
    ),
    archives: days(
      "Days for which Mastodon keeps the archives that members request of their posts. Default: as the administration says, where Mastodon itself keeps them for 7 days.",
    ),
    previewCards: z
      .number()
      .int()
      .min(14, "is below 14: a preview is fetched again only when its link is posted after two weeks")
      .max(longest)
      .meta({
        description:
          "Days after which a machine removes the images of link previews, 14 or more. Default: Mastodon removes them as it does `mediaCache`.",
      })
      .optional(),
    orphans: z
      .boolean()
      .meta({
        description:
          "Whether a machine removes files of the bucket that belong to nothing in the database. It lists the whole bucket twice. Default: false.",
      })
      .optional(),
    schedule: z
      .enum(["weekly", "monthly"])
      .meta({
        description: "How often that machine starts. Fly chooses day and hour. Default: `monthly`.",
      })
      .optional(),
  },
  {
    error: (issue) =>
      issue.code === "invalid_type" ? 'must be off, or an object such as {"mediaCache":30}' : undefined,
  },
);

export const housekeepingKeys = {
  housekeeping: described(offOrJsonOf(housekeeping, '{"mediaCache":30,"orphans":true}').optional(), {
    description:
      "What Mastodon forgets of other servers, and what a machine tidies up in the bucket of the uploads. `off`: Mastiff leaves both alone. Or an object of the parts that differ from the defaults.",
    unset: "copies of other servers' media go after 14 days",
    example: '{"mediaCache":30}',
    see: ["housekeeping.md#housekeeping"],
  }),
};
