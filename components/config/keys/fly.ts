/** Keys for the Fly organisation, the apps and their addresses. */
import { z } from "zod";
import { nameRules } from "../../../providers/rules/names.ts";
import { longestApp } from "../derived-names.ts";
import { boolean, number } from "../forms.ts";
import { described } from "../key-words.ts";

export const flyKeys = {
  flyOrg: described(
    z.string().regex(/^[a-z0-9-]+$/, "must be the organisation's slug, as `fly orgs list` shows it"),
    { description: "Slug of the Fly organisation, as `fly orgs list` shows it.", example: "acme" },
  ),
  region: described(
    z
      .string()
      .regex(/^[a-z]{3}$/, "a region is three lower-case letters, as `fly platform regions` lists them")
      .default("ams"),
    {
      description:
        "Fly region of all machines and volumes, as `fly platform regions` lists it. Data does not follow a change.",
      example: "fra",
      see: ["operations.md#moving-house"],
    },
  ),
  app: described(
    z
      .string()
      .regex(nameRules.flyApp.pattern, "an app's name is lower-case letters, digits and dashes")
      .max(longestApp, "an app's name has at most 63 characters, and -streaming is added to this one")
      .optional(),
    {
      description:
        "Name of the web app on Fly. The other apps are named after it: `<app>-streaming`, `<app>-db`, `<app>-redis`, `<app>-mirror`, and `<app>-backup` if `backup` names no other. App names are unique on all of Fly.",
      unset: "the domain, dashed as in `bucket`",
      example: "acme-social",
    },
  ),
  dedicatedIpv4: described(boolean.default(false), {
    description:
      "Whether the web app and the streaming app each get an IPv4 address of their own (2 USD a month each) instead of a shared one.",
    example: "true",
    see: ["operations.md#another-ipv4"],
  }),
  snapshotRetention: described(number(1, 60).optional(), {
    description:
      "Days for which Fly keeps its daily snapshots of the database's volume and of Redis' own: 1 to 60. Snapshots that were taken before keep their time.",
    unset: "as they are kept now: 5 days for a new volume",
    example: "14",
    see: ["backups.md#flys-snapshots"],
  }),
  metrics: described(boolean.default(false), {
    description:
      "Whether Fly's Prometheus collects Sidekiq's and streaming's own figures, beside what Fly sees of the machines. Fly charges nothing for it; Sidekiq's processes need some memory more.",
    example: "true",
    see: ["housekeeping.md#metrics"],
  }),
  certificates: described(z.enum(["perHost", "wildcard"]).default("perHost"), {
    description:
      "Which certificate the assets host gets on Fly. `perHost`: one for each host. `wildcard`: `*.<domain>`, as in the guide. The wildcard's DNS challenge uses the same name as Cloudflare's Universal SSL, so Fly may fail to issue it.",
    example: "perHost",
  }),
};
