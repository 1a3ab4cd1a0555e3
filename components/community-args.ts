import type * as pulumi from "@pulumi/pulumi";
import type { Rotation } from "./config/rotation.ts";
import type { Endpoints, ZoneMode } from "./config/schema.ts";
import type { Preset, SizeOverrides } from "./config/sizes.ts";
import type { Sender } from "./mail/sendgrid-mail.ts";
import type { MovedFrom } from "./stack/fact-rules.ts";

/**
 * Arguments of a `Community`. docs/config.md describes the values: each argument is a key of the config there.
 *
 * An input must be known in every preview, because names, the look at the clouds and the refusals depend on
 * it. Secrets may be unknown. The credentials of the clouds are no arguments: they come from the environment
 * or from config, as with every Pulumi provider (`CLOUDFLARE_API_TOKEN`, `FLY_API_TOKEN`, `SENDGRID_API_KEY`).
 * Cloudflare's may also come from an explicit provider (resource option `provider` or `providers`).
 */
export interface CommunityArgs {
  /** Domain of the community. It is permanent: accounts and other servers depend on it. */
  domain: pulumi.Input<string>;
  /**
   * The first account, which has the role Owner. Its user name has 1 to 30 lower-case letters, digits and
   * `_`.
   */
  owner: { username: pulumi.Input<string>; email: pulumi.Input<string> };
  /** Account, zone, and how the community holds the zone. */
  cloudflare: CloudflareArgs;
  /** Organisation, region and names of the apps. */
  fly: FlyArgs;
  /** Hosts beside the domain. Default: `assets.`, `files.` and `streaming.` below it. */
  hosts?: HostArgs;
  /** The bucket of the uploads. Default: a bucket and a token that the community makes. */
  uploads?: UploadArgs;
  /**
   * Encrypted backups of the database, in a bucket of their own that outlives the community. `off`: none are
   * taken. Default: one a day, in R2.
   */
  backup?: "off" | BackupArgs;
  /**
   * A key of your own for the bucket of the backups, required with `backup.s3` and with `uploads.accessKeyId`.
   * Default: a token that the community makes for the bucket.
   */
  backupKey?: { accessKeyId: pulumi.Input<string>; secretAccessKey: pulumi.Input<string> };
  /** A second bucket with a copy of each upload, which is kept. Default: none, since it is a second bucket to pay. */
  uploadsMirror?: MirrorArgs;
  /**
   * A key of your own for the bucket of the mirror, required with `uploadsMirror.s3` and with `uploads.accessKeyId`.
   * Default: a token that the community makes for the bucket.
   */
  mirrorKey?: { accessKeyId: pulumi.Input<string>; secretAccessKey: pulumi.Input<string> };
  /**
   * What Mastodon forgets of other servers, and what is tidied up in the bucket of the uploads. `off`: both are
   * left alone. Default: copies of other servers' media go after 14 days.
   */
  housekeeping?: "off" | HousekeepingArgs;
  /** How Mastodon sends mail. Default: through SendGrid. */
  mail?: MailArgs;
  /**
   * Release of Mastodon, as the tag of its images. Default: the newest that this version was tested with. A
   * release that goes back or skips a minor version is refused.
   */
  mastodonVersion?: string;
  /** Sizes of everything that runs. Default `tiny`: up to 50 people. */
  preset?: Preset;
  /** Sizes that replace single ones of the preset. */
  sizes?: SizeOverrides;
  /** Plain variables of your own for Mastodon. Variables that Mastiff sets are refused. Default: none. */
  env?: Record<string, pulumi.Input<string | number | boolean>>;
  /** Secret variables of your own for Mastodon. Variables that Mastiff sets are refused. Default: none. */
  secretEnv?: Record<string, pulumi.Input<string>>;
  /** Whether to generate `OTP_SECRET`, which a database from before Mastodon 4.4 needs. Default false. */
  otpSecret?: boolean;
  /**
   * Whether database, Redis, bucket and secrets are protected from deletion from the first release on. Default
   * true. The resource option `protect` protects everything from the first `up` on.
   */
  protect?: boolean;
  /** Whether previews compare Fly with the state. Default `look`. */
  drift?: "look" | "off";
  /**
   * The community's domain, to end the community: the next `up` takes a last dump and unprotects. Default:
   * the community is kept.
   */
  destroy?: string;
  /** What was moved away by hand, so that a change which would lose data is accepted. Default: nothing. */
  movedFrom?: MovedFrom;
  /**
   * A word for each secret to rotate: 1 to 20 lower-case letters, digits and dashes. A new word makes a new
   * secret. Default: none was rotated.
   */
  rotate?: Rotation;
  /**
   * The most that the community may cost a month, in USD. Default: no limit. Beyond it, a run warns, or with
   * `refuse` fails before anything is changed.
   */
  budget?: { usdPerMonth: number; action?: "warn" | "refuse" };
  /** Addresses of other clouds than the real ones. Default: the real ones. */
  endpoints?: Endpoints;
}

/** Where the community is at Cloudflare. */
export interface CloudflareArgs {
  /** Id of the account: 32 hexadecimal digits. */
  accountId: pulumi.Input<string>;
  /** Zone that contains the domain. Default: the domain. */
  zone?: pulumi.Input<string>;
  /** How the community holds the zone. Default: `owned` where the zone is the domain, else `shared`. */
  zoneMode?: ZoneMode;
}

/** Where the community is at Fly. */
export interface FlyArgs {
  /** Slug of the organisation; permanent from the first release on. */
  organization: pulumi.Input<string>;
  /** Region of all machines and volumes; permanent from the first release on. Default `ams`. */
  region?: string;
  /**
   * Name of the web app, after which the others are named; unique on all of Fly, and permanent from the first
   * release on. Default: the domain with dashes.
   */
  app?: string;
  /** Whether the two public apps have an IPv4 address of their own (2 USD a month each). Default false. */
  dedicatedIpv4?: boolean;
  /**
   * Days for which Fly keeps its daily snapshots of the volumes of database and Redis: 1 to 60. Default: as they
   * are kept now, 5 days for a new volume.
   */
  snapshotRetention?: number;
  /** Whether Fly's Prometheus collects the figures of Sidekiq and streaming. Default false. */
  metrics?: boolean;
  /** Certificate of the assets host: its own, or `*.<domain>`. Default `perHost`. */
  certificates?: "perHost" | "wildcard";
}

/** Hosts of the community beside its domain. */
export interface HostArgs {
  /** Host of scripts and styles. Default: `assets.<domain>`; below a zone `assets-<subdomain>.<zone>`. */
  assets?: string;
  /**
   * Host of the uploads. Default: `files.<domain>`; below a zone `files-<subdomain>.<zone>`. An earlier host
   * belongs in `oldFiles`: other servers keep the addresses of uploads.
   */
  files?: string;
  /** Earlier hosts of the uploads, which serve on. Default: none. */
  oldFiles?: string[];
  /** Host of the streaming API. Default: `streaming.<domain>`. */
  streaming?: string;
  /** Further hosts that Mastodon answers, without DNS records and certificates. Default: none. */
  alternateDomains?: string[];
}

/** The bucket of the uploads. */
export interface UploadArgs {
  /** Name of the bucket; permanent once the bucket exists. Default: `files-` and the domain with dashes. */
  bucket?: string;
  /** Where Cloudflare should keep the bucket, read only at its creation. Default: near the first writer. */
  location?: "apac" | "eeur" | "enam" | "weur" | "wnam" | "oc";
  /** `eu` keeps the objects in the European Union; permanent once the bucket exists. Default `default`. */
  jurisdiction?: "default" | "eu";
  /** Id of an R2 key of your own. Default: the community makes a token for the bucket. */
  accessKeyId?: pulumi.Input<string>;
  /** The secret half of that key, required with it. */
  secretAccessKey?: pulumi.Input<string>;
}

/** Backups of the database. */
export interface BackupArgs {
  /** How often a backup is taken. Fly chooses the minute. Default `daily`. */
  schedule?: "daily" | "hourly";
  /**
   * Days for which daily backups are kept, weeks for weekly ones, months for monthly ones. Default 14, 8 and
   * 12. Hourly ones are kept for 3 days.
   */
  keep?: { daily?: number; weekly?: number; monthly?: number };
  /** Name of the app on Fly whose machine takes the backups. Default: the web app's, and `-backup`. */
  app?: string;
  /** Name of the bucket; required with `s3`. Default: `backups-` and the domain with dashes. */
  bucket?: string;
  /** Id of the Cloudflare account that gets the bucket. Default: `cloudflare.accountId`. */
  account?: pulumi.Input<string>;
  /**
   * Your own OpenPGP public keys in ASCII armour, each of which opens the backups without the state. Default:
   * none, and each run warns.
   */
  recipients?: pulumi.Input<string>[];
  /** Another S3 than R2, where bucket, lifecycle rules and key are yours. Default: R2. */
  s3?: { endpoint: string; region: string };
}

/** The mirror of the uploads. */
export interface MirrorArgs {
  /** How often new uploads are copied. Fly chooses the minute. Default `daily`. */
  schedule?: "daily" | "weekly";
  /** Name of the bucket; required with `s3`. Default: `mirror-` and the domain with dashes. */
  bucket?: string;
  /** Id of the Cloudflare account that gets the bucket. Default: `cloudflare.accountId`. */
  account?: pulumi.Input<string>;
  /** Another S3 than R2, where bucket and key are yours. Default: R2. */
  s3?: { endpoint: string; region: string };
}

/** What Mastodon forgets and tidies up. Days are whole numbers, and 0 means for good. */
export interface HousekeepingArgs {
  /**
   * Days for which copies of other servers' media are kept. Default: 14, unless somebody has chosen a time in
   * Mastodon's administration.
   */
  mediaCache?: number;
  /**
   * Days for which posts of other servers are kept. They are deleted for good, also those that members have
   * bookmarked, and each run warns. Default: as the administration says.
   */
  posts?: number;
  /** Days for which the archives of their posts that members request are kept. Default: as the administration says. */
  archives?: number;
  /** Days after which a machine removes the images of link previews, 14 or more. Default: as `mediaCache`. */
  previewCards?: number;
  /** Whether a machine removes files of the bucket that belong to nothing in the database. Default false. */
  orphans?: boolean;
  /** How often that machine starts. Fly chooses day and hour. Default `monthly`. */
  schedule?: "weekly" | "monthly";
}

/** How Mastodon sends mail. */
export interface MailArgs {
  /**
   * Sender address. With SendGrid it is an address at the domain, or that of `sendgrid.sender`. Default:
   * `notifications@<domain>`.
   */
  fromAddress?: string;
  /** Sender name, up to 200 characters. Default `Mastodon`. */
  fromName?: string;
  /** A mail server that is used instead of SendGrid. */
  smtp?: {
    /** Host of the server. */
    server: string;
    /** Port of the server. Default 587. */
    port?: number;
    /** Encryption; `none` only where `auth` is `none` too. Default: `tls` at port 465, else `starttls`. */
    encryption?: "starttls" | "tls" | "none";
    /** How Mastodon logs in. Default `plain`. */
    auth?: "plain" | "login" | "cram_md5" | "none";
    /** Login, required unless `auth` is `none`. */
    login?: pulumi.Input<string>;
    /** Password, required unless `auth` is `none`. Secret. */
    password?: pulumi.Input<string>;
  };
  /** The SendGrid account, where mail goes through SendGrid. */
  sendgrid?: {
    /** Where mails are processed: `eu` is for an EU subuser. Default `global`. */
    region?: "global" | "eu";
    /** Label of the return path. Default: `em` and five digits. */
    subdomain?: string;
    /**
     * Whether only this community sends through the account. Then the account's click tracking is switched
     * off. Default false.
     */
    accountIsOurs?: boolean;
    /** A verified single sender. Default: none. */
    sender?: Sender;
  };
  /** Whether to make an SPF record for SendGrid; refused with `smtp`. Default false. */
  spf?: boolean;
  /** Policy of the DMARC record, and the address for reports. Default: no DMARC record. */
  dmarc?: { policy: "none" | "quarantine" | "reject"; reports?: string };
}
