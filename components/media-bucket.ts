import * as pulumi from "@pulumi/pulumi";
import { BucketAccess, PublicHost } from "../cloudflare/resources.ts";
import { marked } from "../dynamic/mark.ts";
import { mintBucketKey } from "./bucket-key.ts";
import * as cloudflare from "./cloudflare.ts";

/** Arguments of {@link MediaBucket}. */
export interface MediaBucketArgs {
  accountId: string;
  zoneId: pulumi.Input<string>;
  /** Name of the bucket, e.g. `files-mastiff-party`. Another one is another bucket. */
  bucket: string;
  /** Where R2 first puts the objects; a hint that counts only once. Default: near the first writer. */
  location?: string | undefined;
  /** `eu` keeps the objects in the EU, for good. */
  jurisdiction: "default" | "eu";
  /** Public name of the objects, e.g. `files.mastiff.party`. */
  host: string;
  /** The community's host, whose pages load the objects. */
  domain: string;
  /** The stack's mark: it names the token, and stands in the bucket's CORS rule. */
  stack: pulumi.Input<string>;
  /** A key that the operator made, for who gives the program no right to make tokens. */
  key?: { accessKeyId: string; secretAccessKey: pulumi.Output<string> } | undefined;
  /** Word of the minted key, when it was rotated. */
  keyWord?: string | undefined;
  /** Base of R2's S3 API; unset: the account's own. */
  endpoint?: string | undefined;
  /** Base of Cloudflare's API; unset: the real one. */
  baseUrl?: string | undefined;
  /** Whether bucket and objects are kept from being deleted. */
  protect: boolean;
}

/** How far R2 is with the public name of a bucket. */
export interface HostState {
  enabled: pulumi.Output<boolean>;
  /** `active` once R2 knows whose the name is. */
  ownership: pulumi.Output<string>;
  /** `active` once the edge has its certificate. */
  ssl: pulumi.Output<string>;
}

/**
 * The bucket for uploads, its public name, and a key that opens this one bucket alone.
 *
 * R2 makes the DNS record of the public name itself. The key is used only once it has been seen to work.
 *
 * @see https://developers.cloudflare.com/r2/buckets/public-buckets/
 */
export class MediaBucket extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;
  /** S3 key that is known to work. */
  readonly accessKeyId: pulumi.Output<string>;
  /** Secret. */
  readonly secretAccessKey: pulumi.Output<string>;
  /** How far the public name is, as this run saw it. */
  readonly publicHost: HostState;

  constructor(name: string, args: MediaBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:cloudflare:MediaBucket", name, { bucket: args.bucket, host: args.host }, opts);
    const { accountId, jurisdiction } = args;

    const bucket = new cloudflare.R2Bucket(
      `${name}-bucket`,
      { accountId, name: args.bucket, jurisdiction, storageClass: "Standard", location: args.location },
      // The provider would send a new jurisdiction as a change, to a bucket that is not there.
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
            // Without an id of ours the API invents one, which then is a difference for ever. It is also the one place
            // where a bucket can say whose it is.
            id: pulumi.output(args.stack).apply((mark) => marked(mark)),
            allowed: { methods: ["GET", "HEAD"], origins: [`https://${args.domain}`], headers: ["*"] },
            maxAgeSeconds: 3600,
          },
        ],
      },
      { parent: this, deleteBeforeReplace: true },
    );
    const minTls = "1.2";
    const domain = new cloudflare.R2CustomDomain(
      `${name}-domain`,
      {
        accountId,
        bucketName: bucket.name,
        jurisdiction,
        domain: args.host,
        zoneId: args.zoneId,
        enabled: true,
        // Left out, the provider asks for null again at every `up`.
        minTls,
      },
      { parent: this, deleteBeforeReplace: true },
    );
    const { enabled, ownership, ssl } = new PublicHost(
      `${name}-public-host`,
      {
        accountId,
        bucket: args.bucket,
        jurisdiction,
        host: args.host,
        minTls,
        ...(args.baseUrl !== undefined && { baseUrl: args.baseUrl }),
      },
      { parent: this, dependsOn: [domain] },
    );
    this.publicHost = { enabled, ownership, ssl };

    const key = args.key ?? mintBucketKey(name, args, { word: args.keyWord, parent: this });
    const access = new BucketAccess(
      `${name}-access`,
      {
        bucket: bucket.name,
        accountId,
        accessKeyId: key.accessKeyId,
        secretAccessKey: key.secretAccessKey,
        jurisdiction: args.jurisdiction,
        ...(!args.protect && { dispensable: true }),
        ...(args.endpoint !== undefined && { endpoint: args.endpoint }),
      },
      { parent: this, protect: args.protect },
    );
    this.bucket = bucket.name;
    this.accessKeyId = access.accessKeyId;
    this.secretAccessKey = pulumi.secret(access.secretAccessKey);
    this.registerOutputs({ bucket: this.bucket });
  }
}
