import * as pulumi from "@pulumi/pulumi";
import type { CloudflareReach } from "../../providers/cloudflare/resources.ts";
import { lastingBucket } from "../cloudflare/lasting-bucket.ts";
import type { OwnBucketKey } from "../config/given.ts";
import type { MirrorSettings } from "../config/mirror-settings.ts";
import type { FlyPlace } from "../fly/app.ts";
import { FlyCommand } from "../fly/driver.ts";
import { type MirrorPlan, mirrorThings } from "./mirror-plan.ts";

/** Arguments of {@link Mirror}. */
export interface MirrorArgs {
  /** Organisation, region and mark of everything on Fly, and the drift that a look found. */
  place: FlyPlace;
  /** The machine and its app. */
  plan: MirrorPlan;
  /** The bucket that gets the copies. */
  settings: MirrorSettings;
  /** Jurisdiction of a bucket in R2: the same as that of the uploads' bucket. */
  jurisdiction: "default" | "eu";
  /** A key that may list and read the bucket of the uploads. */
  uploads: { accessKeyId: pulumi.Input<string>; secretAccessKey: pulumi.Input<string> };
  /** The operator's own key for the mirror's bucket, required outside R2. Default: a key that the component makes. */
  key?: OwnBucketKey | undefined;
  /** Word in `mastiff:rotate` for the key that the component makes. A new word makes a new key. Unset: never. */
  keyWord?: string | undefined;
  /** Base URL of R2's S3 API, as the operator's machine reaches it. Default: the account's own. */
  endpoint?: string | undefined;
  /** How the bucket's resource reaches Cloudflare. Default: as config and environment say. */
  reach?: CloudflareReach | undefined;
}

/**
 * Copies of a community's uploads in a second bucket, made by a machine on Fly by a schedule.
 *
 * A run copies what the mirror does not have. It deletes nothing, and overwrites nothing: an upload that somebody
 * deletes or replaces in the first bucket stays in the mirror as it was. The bucket outlives the stack.
 *
 * @throws in `up`, if a key does not open the mirror's bucket in R2 within 120 s
 * @see https://rclone.org/commands/rclone_copy/
 * @example
 * const { mirror: plan } = planFly(settings, mailServerOf(settings));
 * const { uploadsMirror } = settings;
 * const jurisdiction = "eu" as const;
 * const { accessKeyId, secretAccessKey } = media;
 * const uploads = { accessKeyId, secretAccessKey };
 * if (plan && uploadsMirror)
 *   new Mirror("dogs-mirror", { place, plan, settings: uploadsMirror, jurisdiction, uploads });
 */
export class Mirror extends pulumi.ComponentResource {
  constructor(name: string, args: MirrorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:mirror:Mirror", name, {}, opts);
    const { place, plan, uploads } = args;
    const things = mirrorThings(name, place, plan);
    const key = args.settings.s3 === undefined ? this.#inR2(name, args) : ownKey(args);
    const app = new FlyCommand(things.app, { place, moves: true }, { parent: this });
    // Not from the driver's output, which is unknown in the preview of an update (FlyApp).
    const after = app.urn.apply(() => plan.app);
    const secrets = new FlyCommand(
      things.secrets,
      {
        place,
        moves: false,
        after,
        secrets: {
          RCLONE_CONFIG_MIRROR_ACCESS_KEY_ID: key.accessKeyId,
          RCLONE_CONFIG_MIRROR_SECRET_ACCESS_KEY: key.secretAccessKey,
          RCLONE_CONFIG_UPLOADS_ACCESS_KEY_ID: uploads.accessKeyId,
          RCLONE_CONFIG_UPLOADS_SECRET_ACCESS_KEY: uploads.secretAccessKey,
        },
      },
      { parent: this },
    );
    // New secrets reach the machine at its next start, so they are no reason for a new machine.
    new FlyCommand(things.machine, { place, moves: false, after }, { parent: this, dependsOn: [secrets] });
    this.registerOutputs();
  }

  /** A bucket in R2 that outlives the stack, and a key that was seen to open it. */
  #inR2(name: string, { settings, jurisdiction, place, key, keyWord, endpoint, reach }: MirrorArgs) {
    return lastingBucket(name, {
      accountId: settings.account,
      bucket: settings.bucket,
      jurisdiction,
      stack: place.stack,
      key,
      about: "mirror",
      word: keyWord,
      endpoint,
      reach,
      parent: this,
    });
  }
}

/** The operator's key for a bucket outside R2. */
function ownKey({ key, settings }: MirrorArgs): OwnBucketKey {
  if (key === undefined) throw new Error(`the bucket ${settings.bucket} of the mirror has no key`);
  return key;
}
