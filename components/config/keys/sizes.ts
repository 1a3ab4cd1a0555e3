/** Keys for Mastodon's release and for the sizes of everything that runs. */
import { z } from "zod";
import { jsonOf } from "../forms.ts";
import { described } from "../key-words.ts";
import { mastodonVersion } from "../mastodon-release.ts";

/** Fly's memory steps and limits for each shared CPU (fly.io/docs/about/pricing: 256 MB to 2 GB per CPU). */
const memory = z
  .number()
  .int()
  .multipleOf(256, "Fly's memory comes in steps of 256 MB")
  .min(256)
  .meta({ description: "Memory in MB, in steps of 256; at most 2048 for each CPU." });
const cpus = z
  .union([z.literal(1), z.literal(2), z.literal(4), z.literal(6), z.literal(8)], {
    error: "a shared machine has 1, 2, 4, 6 or 8 CPUs",
  })
  .meta({ description: "Shared CPUs." });
const count = z.number().int().min(1).max(20);
const machine = { cpus: cpus.optional(), memoryMb: memory.optional() };
const machines = { ...machine, count: count.meta({ description: "Number of machines." }).optional() };
const threads = z.number().int().min(1).max(100);
const volumeGb = z
  .number()
  .int()
  .min(1)
  .max(500)
  .meta({ description: "Size of the volume in GB. A volume grows, but does not shrink." })
  .optional();

/** The config keys that override single sizes of the preset. */
export const sizeOverrides = {
  web: described(
    jsonOf(
      z.strictObject({
        ...machines,
        workers: count.meta({ description: "Puma's processes in each machine." }).optional(),
        threads: threads.meta({ description: "Threads of each process." }).optional(),
      }),
      '{"count":2,"memoryMb":2048}',
    ).optional(),
    {
      description: "Sizes of the web machines, which replace single sizes of the preset.",
      unset: "the preset's",
      example: '{"count":2,"memoryMb":2048}',
    },
  ),
  sidekiq: described(
    jsonOf(
      z.strictObject({
        ...machines,
        threads: threads.meta({ description: "Threads of each machine." }).optional(),
      }),
      '{"threads":10}',
    ).optional(),
    {
      description:
        "Sizes of the background machines. With more than one machine, the scheduler gets a machine of its own.",
      unset: "the preset's",
      example: '{"threads":10}',
    },
  ),
  streaming: described(
    jsonOf(
      z.strictObject({
        ...machines,
        databasePool: threads.meta({ description: "Database connections of each machine." }).optional(),
      }),
      '{"memoryMb":512}',
    ).optional(),
    {
      description: "Sizes of the streaming machines.",
      unset: "the preset's",
      example: '{"memoryMb":512}',
    },
  ),
  postgres: described(
    jsonOf(z.strictObject({ ...machine, volumeGb }), '{"memoryMb":2048,"volumeGb":20}').optional(),
    {
      description: "Sizes of the database machine and its volume.",
      unset: "the preset's",
      example: '{"memoryMb":2048,"volumeGb":20}',
    },
  ),
  redis: described(
    jsonOf(
      z.union([
        z.strictObject({
          kind: z.literal("own").meta({ description: "A Redis machine of the stack's own." }).optional(),
          ...machine,
          volumeGb,
        }),
        z.strictObject({
          kind: z.literal("upstash").meta({ description: "A Redis database of Upstash's." }),
          plan: z
            .string()
            .min(1)
            .nullable()
            .meta({ description: "Plan, as `fly redis plans` lists it. null: pay as you go." })
            .optional(),
        }),
      ]),
      '{"kind":"own","memoryMb":512} or {"kind":"upstash"}',
    ).optional(),
    {
      description: "Kind and sizes of Redis: a machine of the stack's own, or a database of Upstash's.",
      unset: "the preset's",
      example: '{"kind":"own","memoryMb":512}',
      see: ["operations.md#another-redis"],
    },
  ),
};

export const sizeKeys = {
  mastodonVersion: described(mastodonVersion.default("v4.7.4"), {
    description: "Release of Mastodon, by the tag of its two images.",
    example: "v4.7.5",
    see: ["operations.md#upgrades"],
  }),
  preset: described(z.enum(["tiny", "guide", "small", "medium"]).default("tiny"), {
    description:
      "Sizes of everything that runs. `tiny`: up to 50 people. `guide`: the sizes of the guide. `small`: up to 500 people. `medium`: up to 5,000 people.",
    example: "small",
  }),
  ...sizeOverrides,
};
