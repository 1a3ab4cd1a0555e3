/** The mirror of a community's uploads, from its config. */
import type { MediaBucket } from "../cloudflare/media-bucket.ts";
import { type GivenSettings, ownMirrorKey } from "../config/given.ts";
import type { Groundwork } from "../stack/groundwork.ts";
import { Mirror } from "./mirror.ts";

/** Declares the mirror. Undefined where config asks for none. */
export function communityMirror(
  { settings, names, place, plan, cloudflare, own }: Groundwork,
  given: GivenSettings,
  { accessKeyId, secretAccessKey }: Pick<MediaBucket, "accessKeyId" | "secretAccessKey">,
): Mirror | undefined {
  const { uploadsMirror } = settings;
  if (uploadsMirror === undefined || plan.mirror === undefined) return undefined;
  return new Mirror(
    names.mirror,
    {
      place,
      plan: plan.mirror,
      settings: uploadsMirror,
      jurisdiction: settings.bucketJurisdiction,
      uploads: { accessKeyId, secretAccessKey },
      key: ownMirrorKey(given),
      keyWord: settings.rotate.r2Token,
      endpoint: settings.endpoints.r2,
      reach: cloudflare.reach,
    },
    own,
  );
}
