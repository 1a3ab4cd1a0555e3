import type { Task } from "../kind.ts";
import type { OneOff } from "../release/one-off.ts";
import type { MirrorOutput, MirrorSpec, Observation } from "../spec.ts";
import { machinesIn, machinesOf, sharedSize } from "./machines.ts";
import { destroyScheduled, ensureScheduled, goneWith, observeScheduled } from "./scheduled.ts";

/** The machine that copies uploads to another bucket with rclone, one in its app, by a schedule of Fly's. */
const job = "mirror";

/**
 * Folders of the uploads' bucket that are not copied. Nothing would ever delete them from the mirror (mastodon/mastodon:
 * config/initializers/paperclip.rb has the names of Mastodon's own).
 */
const leftOut = [
  // Copies of other servers' media, which Mastodon fetches again.
  "cache",
  // Archives with all posts and private messages of a member, which Mastodon deletes after days (app/models/backup.rb).
  "backups",
  // What Mastiff writes to try whether the bucket can be written (../scripts/reach.rb).
  "mastiff",
] as const;

export async function ensure({ spec, fly }: Task<MirrorSpec>): Promise<MirrorOutput> {
  const { app } = spec;
  return { app, machine: await ensureScheduled(fly, wantedMachine(spec), await machinesOf(fly, app)) };
}

export async function destroy({ spec, fly }: Task<MirrorSpec>): Promise<void> {
  await destroyScheduled(fly, spec.app, job);
}

export async function observe({ spec, fly }: Task<MirrorSpec>): Promise<Observation> {
  const machines = await machinesIn(fly, spec.app);
  return machines === undefined ? goneWith(spec.app) : observeScheduled(machines, wantedMachine(spec));
}

function wantedMachine({ app, region, image, schedule, memoryMb, from, to, env }: MirrorSpec): OneOff {
  return {
    app,
    job,
    region,
    image,
    size: sharedSize(memoryMb),
    sizedBy: undefined,
    env,
    // The image's entrypoint is rclone.
    command: [
      "copy",
      `uploads:${from}`,
      `mirror:${to}`,
      ...leftOut.flatMap((folder) => ["--exclude", `/${folder}/**`]),
      // What somebody has replaced is not taken over: the run fails, and says which file.
      "--immutable",
      // By ETags, which the list has. By times, rclone would ask for each file (rclone.org/s3, “Avoiding HEAD requests”).
      "--checksum",
      // Each upload has a folder of its own: without this, rclone would list each.
      "--fast-list",
      "--stats",
      "10m",
      "--stats-one-line",
      "--stats-log-level",
      "NOTICE",
    ],
    schedule,
    subject: "mirror",
    doing: "copying the uploads",
  };
}
