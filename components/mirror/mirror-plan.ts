/** Plans the mirror of a community's uploads, as far as config decides it. Pure. */
import type { MirrorSpec, SecretsSpec } from "../../providers/fly/spec.ts";
import type { MirrorSettings } from "../config/mirror-settings.ts";
import type { CommunitySettings } from "../config/schema.ts";
import type { UnseenPlace } from "../fly/app.ts";
import type { ObservedThing } from "../fly/thing.ts";
import { bucketHost } from "../mastodon/environment.ts";

/** The machine that copies uploads, with its app. */
export interface MirrorPlan {
  /** Name of the app, which has no other machine. */
  app: string;
  schedule: MirrorSettings["schedule"];
  /** Bucket that is copied. */
  from: string;
  /** Bucket that gets the copies. */
  to: string;
  /** Plain variables of rclone: what the two buckets are, without their keys. */
  env: Readonly<Record<string, string>>;
}

/**
 * rclone by its digest: whoever holds its keys may read every upload. An official image of 30 MB, of one program, which
 * takes all of its settings from the environment (hub.docker.com/r/rclone/rclone).
 *
 * The digest is that of the list of platforms behind the tag 1.74.4 (July 2026), as Dependabot and Renovate pin it in
 * public repositories; `rclone version` of this digest is v1.74.4. With a digest, Docker ignores the tag, which is here
 * for people. To take another version: `docker buildx imagetools inspect rclone/rclone:<version>` shows its digest.
 */
const image = "rclone/rclone:1.74.4@sha256:c61954aaa32328a5486715dd063a81c7879f5195ad3505cd362deddd509dc4a1";

/** Memory in MB: rclone holds 1 KB for each file of either bucket (rclone.org/docs, “--fast-list”). */
const memoryMb = 2048;

/** Names of the secrets that rclone reads. */
export const mirrorSecretNames = [
  "RCLONE_CONFIG_MIRROR_ACCESS_KEY_ID",
  "RCLONE_CONFIG_MIRROR_SECRET_ACCESS_KEY",
  "RCLONE_CONFIG_UPLOADS_ACCESS_KEY_ID",
  "RCLONE_CONFIG_UPLOADS_SECRET_ACCESS_KEY",
] as const;

/** The plan for a community; undefined: there is no mirror. */
export function planMirror(community: CommunitySettings): MirrorPlan | undefined {
  const { app, bucket, bucketJurisdiction, cloudflareAccountId, uploadsMirror } = community;
  if (uploadsMirror === undefined) return undefined;
  const { schedule, account, s3 } = uploadsMirror;
  // The copies are the same people's uploads: they stay under the same law.
  const r2 = (id: string) => ({
    provider: "Cloudflare",
    endpoint: `https://${bucketHost(id, bucketJurisdiction)}`,
    region: "auto",
  });
  return {
    app: `${app}-mirror`,
    schedule,
    from: bucket,
    to: uploadsMirror.bucket,
    env: {
      ...remote("UPLOADS", r2(cloudflareAccountId)),
      ...remote("MIRROR", s3 === undefined ? r2(account) : { provider: "Other", ...s3 }),
    },
  };
}

/** A remote of rclone's, in variables (rclone.org/docs, “Config file”, environment variables). */
function remote(name: string, parts: Record<"provider" | "endpoint" | "region", string>) {
  const options = { type: "s3", ...parts, no_check_bucket: "true" };
  return Object.fromEntries(
    Object.entries(options).map(([option, value]) => [
      `RCLONE_CONFIG_${name}_${option.toUpperCase()}`,
      value,
    ]),
  );
}

/** The things that a {@link MirrorPlan} makes. */
export function mirrorThings(
  name: string,
  { org, region }: UnseenPlace,
  { app, schedule, from, to, env }: MirrorPlan,
): { app: ObservedThing; secrets: ObservedThing; machine: ObservedThing } {
  const secrets: SecretsSpec = { app, names: [...mirrorSecretNames] };
  const machine: MirrorSpec = { app, region, image, schedule, memoryMb, from, to, env: { ...env } };
  return {
    app: {
      name: `${name}-app`,
      kind: "app",
      spec: { org, app, publicAddresses: false, dedicatedV4: false },
    },
    secrets: { name: `${name}-secrets`, kind: "secrets", spec: secrets },
    machine: { name: `${name}-machine`, kind: "mirror", spec: machine },
  };
}
