import * as pulumi from "@pulumi/pulumi";
import {
  BucketAccess,
  type BucketAccessArgs,
  type CloudflareReach,
  PublicHost,
} from "../../providers/cloudflare/resources.ts";
import { marked } from "../../providers/shared/mark.ts";
import { resourceNames } from "../stack/logical-names.ts";
import { mintBucketKey } from "./bucket-key.ts";
import * as cloudflare from "./cloudflare.ts";

/** Arguments of {@link MediaBucket}. */
export interface MediaBucketArgs {
  /** Id of the Cloudflare account that owns the bucket: 32 hexadecimal digits. */
  accountId: string;
  /** Id of the zone that contains the public hosts. */
  zoneId: pulumi.Input<string>;
  /**
   * Name of the bucket, e.g. `files-mastiff-party`. Another name or jurisdiction means another bucket. That
   * is refused once the bucket exists, because the objects of the old one would be deleted.
   */
  bucket: string;
  /** Where R2 keeps the objects: a hint that R2 reads only at creation. Default: near the first writer. */
  location?: string | undefined;
  /** `eu` keeps the objects in the EU permanently. */
  jurisdiction: "default" | "eu";
  /** Public hosts of the objects, e.g. `files.mastiff.party`; at least one. Mastodon links to the first. */
  hosts: readonly string[];
  /** The community's domain. Its pages load the objects. */
  domain: string;
  /** The stack's mark. The token's name and the bucket's CORS rule contain it. */
  stack: pulumi.Input<string>;
  /** A key that the operator made for this bucket. Default: the component creates a token for it. */
  key?: { accessKeyId: string; secretAccessKey: pulumi.Output<string> } | undefined;
  /** Word of the created token in `mastiff:rotate`. A new word makes a new token. Unset: never rotated. */
  keyWord?: string | undefined;
  /** Base of R2's S3 API; unset: the account's own. */
  endpoint?: string | undefined;
  /** How the public host reaches Cloudflare. Default: as config and environment say. */
  reach?: CloudflareReach | undefined;
  /** Whether the bucket is protected from deletion; undefined: as the component is. */
  protect: boolean | undefined;
  /** Whether the bucket may be emptied while it holds uploads. If not, its destroy fails. */
  dispensable: boolean;
}

/** How far R2 has set up the public host of a bucket. */
export interface HostState {
  /** Whether R2 serves the bucket at the host. */
  enabled: pulumi.Output<boolean>;
  /** `active` once R2 knows who owns the host name. */
  ownership: pulumi.Output<string>;
  /** `active` once the edge has the host's certificate. */
  ssl: pulumi.Output<string>;
}

/**
 * The bucket for uploads, its public hosts, and a key for this bucket only.
 *
 * R2 itself creates the DNS record of a public host. The key is used only after a check that it works.
 *
 * @throws OperatorError in `up`, if the key does not open the bucket within 120 s
 * @see https://developers.cloudflare.com/r2/buckets/public-buckets/
 * @example
 * const owned = { domain: "mastiff.party", stack: identity.mark, protect: true, dispensable: false };
 * const media = new MediaBucket("dogs-media", {
 *   ...owned,
 *   accountId: "0123456789abcdef0123456789abcdef",
 *   zoneId: zone.zoneId,
 *   bucket: "files-mastiff-party",
 *   jurisdiction: "eu",
 *   hosts: ["files.mastiff.party"],
 * });
 */
export class MediaBucket extends pulumi.ComponentResource {
  /** Name of the bucket, once it exists. */
  readonly bucket: pulumi.Output<string>;
  /** Id of the S3 key, after a check that the key works. */
  readonly accessKeyId: pulumi.Output<string>;
  /** Secret half of the S3 key, after the same check. Secret. */
  readonly secretAccessKey: pulumi.Output<string>;
  /** The setup of the first public host as this run saw it. */
  readonly publicHost: HostState;

  readonly #guarded: {
    name: string;
    bucket: pulumi.Resource & { name: pulumi.Output<string> };
    access: BucketAccess;
    args: MediaBucketArgs;
  };

  constructor(name: string, args: MediaBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:cloudflare:MediaBucket", name, { bucket: args.bucket, hosts: args.hosts }, opts);
    const { accountId, jurisdiction } = args;

    const bucket = new cloudflare.R2Bucket(
      resourceNames.bucket(name),
      { accountId, name: args.bucket, jurisdiction, storageClass: "Standard", location: args.location },
      // By itself, the provider sends a new jurisdiction as an update, to a bucket that does not exist there.
      { parent: this, protect: args.protect, deleteBeforeReplace: true, replaceOnChanges: ["jurisdiction"] },
    );
    new cloudflare.R2BucketCors(
      `${name}-cors`,
      {
        accountId,
        bucketName: bucket.name,
        jurisdiction,
        rules: [
          {
            // Without this id, the API generates one, which is then a permanent diff. The id is also the only
            // place in a bucket for the stack's mark.
            id: pulumi.output(args.stack).apply((mark) => marked(mark)),
            allowed: { methods: ["GET", "HEAD"], origins: [`https://${args.domain}`], headers: ["*"] },
            maxAgeSeconds: 3600,
          },
        ],
      },
      { parent: this, deleteBeforeReplace: true },
    );
    const minTls = "1.2";
    const domains = args.hosts.map(
      (host) =>
        // Named after the host, so that a host keeps its resource when it becomes an old one. Otherwise the
        // edge would stop serving it for a while.
        new cloudflare.R2CustomDomain(
          resourceNames.publicHost(name, host),
          {
            accountId,
            bucketName: bucket.name,
            jurisdiction,
            domain: host,
            zoneId: args.zoneId,
            enabled: true,
            // If unset, the provider requests null again at every `up`.
            minTls,
          },
          {
            parent: this,
            deleteBeforeReplace: true,
            // The name that older versions of Mastiff gave to their only host.
            ...(host === args.hosts.at(-1) && { aliases: [{ name: resourceNames.publicHost(name) }] }),
          },
        ),
    );
    const { enabled, ownership, ssl } = new PublicHost(
      `${name}-public-host`,
      {
        accountId,
        bucket: args.bucket,
        jurisdiction,
        host: args.hosts[0] ?? "",
        minTls,
        ...args.reach,
      },
      { parent: this, dependsOn: domains },
    );
    this.publicHost = { enabled, ownership, ssl };

    const key = args.key ?? mintBucketKey(name, args, { word: args.keyWord, parent: this });
    const access = new BucketAccess(
      `${name}-access`,
      // Before the first release, the bucket holds no uploads. After it, the guard protects them.
      { ...this.#inputs(bucket.name, key, args), dispensable: true },
      { parent: this, protect: args.protect },
    );
    this.#guarded = { name, bucket, access, args };
    this.bucket = bucket.name;
    this.accessKeyId = access.accessKeyId;
    this.secretAccessKey = pulumi.secret(access.secretAccessKey);
    this.registerOutputs({ bucket: this.bucket });
  }

  /**
   * The guard: a resource that cannot be deleted while uploads are in the bucket, unless `dispensable` is
   * set. It is created after the first release and depends on the access resource, so a destroy deletes the
   * guard first. If the first `up` fails, there is no guard, and a destroy empties the bucket.
   *
   * @param released the first release that can write uploads
   */
  keepUploads(released: pulumi.Resource): pulumi.Resource {
    const { name, bucket, access, args } = this.#guarded;
    const key = { accessKeyId: access.accessKeyId, secretAccessKey: this.secretAccessKey };
    return new BucketAccess(
      `${name}-guard`,
      { ...this.#inputs(bucket.name, key, args), ...(args.dispensable && { dispensable: true }) },
      { parent: this, protect: args.protect, dependsOn: [access, released] },
    );
  }

  #inputs(
    bucket: pulumi.Input<string>,
    key: { accessKeyId: pulumi.Input<string>; secretAccessKey: pulumi.Input<string> },
    { accountId, jurisdiction, endpoint }: MediaBucketArgs,
  ): BucketAccessArgs {
    return { bucket, accountId, ...key, jurisdiction, ...(endpoint !== undefined && { endpoint }) };
  }
}
