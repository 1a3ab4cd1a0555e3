/** The mirror of a community's uploads, from its config. */
import * as pulumi from "@pulumi/pulumi";
import type { MediaBucket } from "../cloudflare/media-bucket.ts";
import { type GivenSettings, ownMirrorKey } from "../config/given.ts";
import { mirrorMicros } from "../cost/cost.ts";
import { usd } from "../cost/usd.ts";
import type { Groundwork } from "../stack/groundwork.ts";
import { specIn } from "../stack/last-state.ts";
import { Mirror } from "./mirror.ts";

/** Declares the mirror, and says its price before it is there. Undefined where config asks for none. */
export function communityMirror(
  { settings, names, place, plan, cloudflare, own, last }: Groundwork,
  given: GivenSettings,
  { accessKeyId, secretAccessKey }: Pick<MediaBucket, "accessKeyId" | "secretAccessKey">,
): Mirror | undefined {
  const { uploadsMirror } = settings;
  if (uploadsMirror === undefined || plan.mirror === undefined) return undefined;
  if (specIn(last, `${names.mirror}-machine`) === undefined)
    pulumi.log.info(
      `The mirror of the uploads is new: about ${usd(mirrorMicros(settings))} USD a month at the amounts that mastiff cost assumes, and once Fly's traffic for all uploads that there are.`,
    );
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
