/**
 * The surroundings of the @example blocks in docstrings: what a name stands for that a block does not declare. The check
 * of types (`npm run check:types`) compiles the blocks with these.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { MediaBucket } from "../../components/cloudflare/media-bucket.ts";
import type { CommunityZone } from "../../components/cloudflare/zone.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";
import type { FlyApp, FlyPlace } from "../../components/fly/app.ts";
import type { AppRelease } from "../../components/fly/app-release.ts";
import type { Postgres } from "../../components/fly/postgres.ts";
import type { Redis } from "../../components/fly/redis.ts";
import type { SendgridMail } from "../../components/mail/sendgrid-mail.ts";
import type { MastodonSecrets } from "../../components/mastodon/mastodon-secrets.ts";
import type { Groundwork } from "../../components/stack/groundwork.ts";
import type { StackIdentity } from "../../components/stack/stack-identity.ts";

export declare const parent: pulumi.Resource;
export declare const settings: CommunitySettings;
export declare const ground: Groundwork;
export declare const identity: StackIdentity;
export declare const place: FlyPlace;
export declare const zone: CommunityZone;
export declare const media: MediaBucket;
export declare const mail: SendgridMail;
export declare const secrets: MastodonSecrets;
export declare const web: FlyApp;
export declare const streaming: FlyApp;
export declare const postgres: Postgres;
export declare const redis: Redis;
export declare const webRelease: AppRelease;
/** The web app's fly.toml. */
export declare const flyToml: pulumi.Output<string>;
export declare const streamingRelease: AppRelease;
