import * as pulumi from "@pulumi/pulumi";
import type { CloudflareReach } from "../../providers/cloudflare/resources.ts";
import { BackupKey } from "../../providers/openpgp/resources.ts";
import * as cloudflare from "../cloudflare/cloudflare.ts";
import { lastingBucket } from "../cloudflare/lasting-bucket.ts";
import type { BackupSettings } from "../config/backup-settings.ts";
import type { OwnBucketKey } from "../config/given.ts";
import type { FlyPlace } from "../fly/app.ts";
import { digest, withSecretsDrift } from "../fly/app-release.ts";
import { FlyCommand } from "../fly/driver.ts";
import { bucketHost } from "../mastodon/environment.ts";
import { specIn } from "../stack/last-state.ts";
import { resourceNames } from "../stack/logical-names.ts";
import type { BackupAccess } from "./backup-access.ts";
import { type BackupPlan, backupSpec, backupThings, expiryRules } from "./backup-plan.ts";

/** Arguments of {@link Backups}. */
export interface BackupsArgs {
  /** The community's domain, which names the backup key. */
  domain: string;
  /** Whether the backup key is protected from deletion; undefined: as the component is. */
  protect: boolean | undefined;
  /** What takes backups, and where they are; undefined: none are taken any more, and only the backup key stays. */
  taking: BackupTaking | undefined;
}

/** What takes backups, and where they are. */
export interface BackupTaking {
  /** Organisation, region and mark of everything on Fly, and the drift that a look found. */
  place: FlyPlace;
  /** The machine and its app. */
  plan: BackupPlan;
  /** Schedule, bucket, and how long backups are kept. */
  settings: BackupSettings;
  /** Jurisdiction of the bucket: the same as that of the uploads' bucket. */
  jurisdiction: "default" | "eu";
  /** The operator's own key for the bucket, required outside R2. Default: a key that the component makes. */
  key?: OwnBucketKey | undefined;
  /** Word in `mastiff:rotate` for the bucket key that the component makes. A new word makes a new key. Unset: never. */
  keyWord?: string | undefined;
  /** Base URL of R2's S3 API, as the operator's machine reaches it. Default: the account's own. */
  endpoint?: string | undefined;
  /** How the bucket's resource reaches Cloudflare. Default: as config and environment say. */
  reach?: CloudflareReach | undefined;
  /** DATABASE_URL. Secret. */
  databaseUrl: pulumi.Input<string>;
  /** Secrets that can never be made again, by the names of their variables. Secret. */
  escrow: Record<string, pulumi.Input<string>>;
  /**
   * What has set up the database that is backed up: the release of Mastodon, or what came before the first one. The
   * backup machine and its secrets change after it: a release to another minor version first takes a backup, and that
   * backup needs the secrets of the previous release.
   */
  after: pulumi.Resource[];
}

/**
 * Encrypted backups of a community's database, taken by a machine on Fly by a schedule, in a bucket that outlives the
 * stack.
 *
 * Each backup is encrypted for the backup key, which is in the stack's state, and for the operator's own keys. The
 * machine has public keys only. With each dump goes an escrow: the secrets without which a restored database is not
 * the community.
 *
 * The bucket has a key of its own, which may read and write in this bucket alone. The bucket's rules delete what is too
 * old. When backups are switched off, or the stack is destroyed, the bucket stays with its backups and its rules.
 *
 * @throws in `up`, if the first backup fails
 * @see https://fly.io/docs/machines/flyctl/fly-machine-run/#start-a-machine-on-a-schedule
 * @example
 * const { backup } = settings;
 * const { backup: plan } = planFly(settings, mailServerOf(settings));
 * const taking = backup && plan && {
 *   place,
 *   plan,
 *   settings: backup,
 *   jurisdiction: "eu" as const,
 *   databaseUrl: postgres.url,
 *   escrow: secrets.variables,
 *   after: [webRelease.databaseReady],
 * };
 * new Backups("dogs-backups", { domain: "mastiff.party", protect: true, taking });
 */
export class Backups extends pulumi.ComponentResource {
  /** The backup key: an OpenPGP key whose private half opens the backups. */
  readonly key: BackupKey;
  /** Where the backups are, and the keys to read and to open them. Secret. Undefined: no backups are taken. */
  readonly access: pulumi.Output<BackupAccess> | undefined;

  constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:backup:Backups", name, {}, opts);
    const { domain, protect, taking } = args;
    this.key = new BackupKey(
      resourceNames.backupKey(name),
      { userId: `${domain} backups` },
      { parent: this, protect },
    );
    this.access = taking && this.#take(name, taking);
    this.registerOutputs();
  }

  #take(name: string, taking: BackupTaking): pulumi.Output<BackupAccess> {
    const { place, plan, settings, databaseUrl } = taking;
    const { publicKey, privateKey } = this.key;
    const bucket = settings.s3 === undefined ? this.#inR2(name, taking) : inS3(settings.s3, taking);
    const things = backupThings(name, place, plan, place.last);
    const app = new FlyCommand(things.app, { place, moves: true }, { parent: this });
    // Not from the driver's output, which is unknown in the preview of an update (FlyApp).
    const appName = app.urn.apply(() => plan.app);
    const { domain, mastodonVersion: version } = plan;
    const values = pulumi.secret(
      pulumi.all({
        DATABASE_URL: databaseUrl,
        MASTIFF_BACKUP_KEY_ID: bucket.accessKeyId,
        MASTIFF_BACKUP_KEY_SECRET: bucket.secretAccessKey,
        MASTIFF_ESCROW: pulumi.jsonStringify({ domain, version, secrets: taking.escrow }),
      }),
    );
    const placeWithDrift = withSecretsDrift({ secrets: things.secrets, release: things.machine }, place);
    // The escrow names the version that the database has: a new version only after the release that migrates to it.
    const isFirst = specIn(place.last, things.secrets.name) === undefined;
    const secrets = new FlyCommand(
      things.secrets,
      { place: placeWithDrift, moves: false, after: appName, secrets: values },
      { parent: this, dependsOn: isFirst ? [] : taking.after },
    );
    new FlyCommand(
      things.machine,
      {
        place: placeWithDrift,
        moves: false,
        after: appName,
        spec: publicKey.apply((key) => backupSpec(place, plan, key)),
        // After a change of the secrets, a new machine proves by a backup that they work. Not marked secret:
        // AppRelease says why at its own digest.
        environment: { SECRETS_DIGEST: pulumi.unsecret(values.apply(digest)) },
      },
      { parent: this, dependsOn: [secrets, ...taking.after] },
    );
    return pulumi.secret({ ...bucket, publicKey, privateKey, app: plan.app });
  }

  /** A bucket in R2 that outlives the stack, its lifecycle rules, and a key that was seen to open it. */
  #inR2(name: string, taking: BackupTaking): OpenBucket {
    const { place, settings, jurisdiction, endpoint, keyWord: word } = taking;
    const { account: accountId } = settings;
    const { bucket } = settings;
    const access = lastingBucket(name, {
      accountId,
      bucket,
      jurisdiction,
      stack: place.stack,
      key: taking.key,
      about: "backups",
      word,
      forBackups: true,
      endpoint,
      reach: taking.reach,
      parent: this,
    });
    new cloudflare.R2BucketLifecycle(
      `${name}-lifecycle`,
      { accountId, bucketName: bucket, jurisdiction, rules: expiryRules(settings.keep) },
      // The bucket may have been there, with what its owner wants to keep: the key finds out first.
      { parent: this, dependsOn: access },
    );
    return {
      bucket,
      endpoint: endpoint ?? `https://${bucketHost(accountId, jurisdiction)}`,
      region: "auto",
      accessKeyId: access.accessKeyId,
      secretAccessKey: access.secretAccessKey,
    };
  }
}

/** A bucket, and the key that opens it. */
type OpenBucket = {
  [Part in "bucket" | "endpoint" | "region" | "accessKeyId" | "secretAccessKey"]: pulumi.Input<string>;
};

/** The operator's bucket in another S3 than R2. */
function inS3({ endpoint, region }: { endpoint: string; region: string }, taking: BackupTaking): OpenBucket {
  const { key, settings } = taking;
  if (key === undefined) throw new Error(`the bucket ${settings.bucket} at ${endpoint} has no key`);
  return { bucket: settings.bucket, endpoint, region, ...key };
}
