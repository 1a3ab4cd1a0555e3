import * as pulumi from "@pulumi/pulumi";
import { BucketAccess, type BucketAccessArgs, PublicHost } from "../../providers/cloudflare/resources.ts";
import { marked } from "../../providers/shared/mark.ts";
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
  /** Public names of the objects, e.g. `files.mastiff.party`; the first one is the one that is given out. */
  hosts: readonly string[];
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
  /** Whether the bucket is kept from being deleted. */
  protect: boolean;
  /** Whether the bucket may be emptied with uploads in it. */
  dispensable: boolean;
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
    const domains = args.hosts.map(
      (host) =>
        // Named after its host, which is what it is: a name that serves must keep its resource when it is no longer
        // the one that is given out, or it would be gone from the edge for a while.
        new cloudflare.R2CustomDomain(
          `${name}-domain-${host.replaceAll(".", "-")}`,
          {
            accountId,
            bucketName: bucket.name,
            jurisdiction,
            domain: host,
            zoneId: args.zoneId,
            enabled: true,
            // Left out, the provider asks for null again at every `up`.
            minTls,
          },
          {
            parent: this,
            deleteBeforeReplace: true,
            // As an older Mastiff named the only one.
            ...(host === args.hosts.at(-1) && { aliases: [{ name: `${name}-domain` }] }),
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
        ...(args.baseUrl !== undefined && { baseUrl: args.baseUrl }),
      },
      { parent: this, dependsOn: domains },
    );
    this.publicHost = { enabled, ownership, ssl };

    const key = args.key ?? mintBucketKey(name, args, { word: args.keyWord, parent: this });
    const access = new BucketAccess(
      `${name}-access`,
      // Until a release lets people in, nothing of theirs is in it: then the guard stands in front.
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
   * Refuses to be deleted while uploads are in the bucket. It is made after the first release and needs the access,
   * so a destroy meets it first; a first `up` that fails has none, and its bucket is emptied.
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
