import * as pulumi from "@pulumi/pulumi";
import { PackageResource } from "../shared/resource.ts";

/** How a resource reaches Cloudflare. */
export interface CloudflareReach {
  /**
   * Base of the API, with its version. Default `https://api.cloudflare.com/client/v4`. Changing it alone is
   * not a diff.
   */
  baseUrl?: pulumi.Input<string>;
  /**
   * API token. Secret. Default: `cloudflare:apiToken` of the stack's config, then `CLOUDFLARE_API_TOKEN`. A
   * new token is an update in place: a destroy or refresh takes the token from the state.
   */
  apiToken?: pulumi.Input<string>;
}

/** The inputs of a {@link CloudflareReach}, and options that keep its token secret in the state. */
function reaching(
  { baseUrl, apiToken }: CloudflareReach,
  opts: pulumi.CustomResourceOptions | undefined,
): { way: pulumi.Inputs; options: pulumi.CustomResourceOptions | undefined } {
  if (apiToken === undefined) return { way: { baseUrl }, options: opts };
  return {
    way: { baseUrl, apiToken: pulumi.secret(apiToken) },
    options: pulumi.mergeOptions({ additionalSecretOutputs: ["apiToken"] }, opts ?? {}),
  };
}

/** Arguments of {@link PhaseRule}. */
export interface PhaseRuleArgs extends CloudflareReach {
  /** Zone that gets the rule. A change replaces the rule. */
  zoneId: pulumi.Input<string>;
  /** Phase, e.g. `http_response_headers_transform`. A change replaces the rule. */
  phase: pulumi.Input<string>;
  /**
   * The rule's permanent name within the phase: letters, digits, `_`. It must identify the community, since
   * an existing rule with this ref is taken for ours. A change replaces the rule.
   */
  ref: pulumi.Input<string>;
  /** Shown in the dashboard. Default empty. */
  description?: pulumi.Input<string>;
  /** Action that the phase knows, e.g. `rewrite`, `set_config`. */
  action: pulumi.Input<string>;
  /** When the rule acts, in Cloudflare's rule language. */
  expression: pulumi.Input<string>;
  /** What the action does, spelled as in the API, e.g. `{ headers: { … } }`, `{ ssl: "strict" }`. */
  actionParameters?: pulumi.Input<Record<string, unknown>>;
}

/**
 * One rule in a zone's entrypoint ruleset of a phase, identified by its `ref`.
 *
 * A zone has one ruleset per phase, shared by everybody. `cloudflare.Ruleset` owns the whole ruleset: its
 * destroy removes the rules of others, and a second stack cannot start. PhaseRule reads, adds, changes and
 * removes only its own rule, and deletes the ruleset only when Mastiff made it and it is empty.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rulesets-api/
 */
export class PhaseRule extends PackageResource {
  /** Id of the ruleset that holds the rule. */
  declare readonly rulesetId: pulumi.Output<string>;
  /** Id of the rule, which may change; `ref` does not. */
  declare readonly ruleId: pulumi.Output<string>;

  constructor(name: string, args: PhaseRuleArgs, opts?: pulumi.CustomResourceOptions) {
    const { way, options } = reaching(args, opts);
    const inputs = {
      zoneId: args.zoneId,
      phase: args.phase,
      ref: args.ref,
      description: args.description ?? "",
      action: args.action,
      expression: args.expression,
      actionParameters: args.actionParameters ?? {},
      ...way,
    };
    const outputs = ["rulesetId", "ruleId"];
    super("cloudflare", "PhaseRule", name, inputs, outputs, options);
  }
}

/** Arguments of {@link BucketAccess}. */
export interface BucketAccessArgs {
  /**
   * Name of the bucket. Bucket and jurisdiction cannot change unless `keepObjects` is set, since deleting
   * would empty the old bucket.
   */
  bucket: pulumi.Input<string>;
  /** Account of the bucket, which is part of the default endpoint. */
  accountId: pulumi.Input<string>;
  /** Id of the token that the key comes from. */
  accessKeyId: pulumi.Input<string>;
  /** Lower-case hex SHA-256 of the token's value. Secret. */
  secretAccessKey: pulumi.Input<string>;
  /** Jurisdiction that the objects are stored in, which is part of the endpoint's name. Default `default`. */
  jurisdiction?: pulumi.Input<"default" | "eu" | "fedramp">;
  /**
   * The S3 API, without the bucket. Default `https://<accountId>.r2.cloudflarestorage.com`, or that of the
   * jurisdiction. Changing it alone is not a diff.
   */
  endpoint?: pulumi.Input<string>;
  /** How long a new key may take to be accepted, in seconds. Default 120. */
  timeoutSeconds?: pulumi.Input<number>;
  /** Whether the objects stay when this is deleted (the bucket can then not be deleted). Default false. */
  keepObjects?: pulumi.Input<boolean>;
  /**
   * Whether deleting this resource may remove all objects. Otherwise it is only deleted when the bucket is
   * empty. Default false.
   */
  dispensable?: pulumi.Input<boolean>;
  /**
   * Whether the bucket is for backups, whose rules delete what is old: then a bucket with anything else in their place
   * is refused. Default false.
   */
  forBackups?: pulumi.Input<boolean>;
}

/**
 * A key that is known to open its bucket. A new token takes a moment to reach R2: resources that take the key
 * from the outputs here get one that works. Deleting this resource removes all objects and aborts unfinished
 * uploads, because R2 deletes no bucket that is not empty (409, code 10008).
 *
 * @throws when the key is not accepted in time.
 * @see https://developers.cloudflare.com/r2/api/tokens/
 */
export class BucketAccess extends PackageResource {
  /** The bucket, once the key opens it. */
  declare readonly bucket: pulumi.Output<string>;
  /** The id of a key that works. */
  declare readonly accessKeyId: pulumi.Output<string>;
  /** The secret of a key that works. Secret. */
  declare readonly secretAccessKey: pulumi.Output<string>;

  constructor(name: string, args: BucketAccessArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = {
      bucket: args.bucket,
      accountId: args.accountId,
      accessKeyId: args.accessKeyId,
      secretAccessKey: pulumi.secret(args.secretAccessKey),
      jurisdiction: args.jurisdiction ?? "default",
      endpoint: args.endpoint,
      timeoutSeconds: args.timeoutSeconds ?? 120,
      keepObjects: args.keepObjects ?? false,
      dispensable: args.dispensable,
      forBackups: args.forBackups,
    };
    const options = pulumi.mergeOptions({ additionalSecretOutputs: ["secretAccessKey"] }, opts ?? {});
    super("cloudflare", "BucketAccess", name, inputs, [], options);
  }
}

/** Arguments of {@link KeptBucket}. */
export interface KeptBucketArgs extends CloudflareReach {
  accountId: pulumi.Input<string>;
  /** Name of the bucket. A change makes another bucket; the first one stays. */
  bucket: pulumi.Input<string>;
  /** Jurisdiction that the objects are stored in; permanent. Default `default`. */
  jurisdiction?: pulumi.Input<"default" | "eu" | "fedramp">;
}

/**
 * A bucket that outlives its stack: it is made unless it exists, and never deleted or emptied.
 * `cloudflare.R2Bucket` with `retainOnDelete` would stay too, but creating it a second time would fail.
 *
 * @see https://developers.cloudflare.com/api/resources/r2/subresources/buckets/
 */
export class KeptBucket extends PackageResource {
  /** The bucket, once it exists. */
  declare readonly bucket: pulumi.Output<string>;

  constructor(name: string, args: KeptBucketArgs, opts?: pulumi.CustomResourceOptions) {
    const { way, options } = reaching(args, opts);
    const inputs = {
      accountId: args.accountId,
      bucket: args.bucket,
      jurisdiction: args.jurisdiction ?? "default",
      ...way,
    };
    super("cloudflare", "KeptBucket", name, inputs, [], options);
  }
}

/** Arguments of {@link PublicHost}. */
export interface PublicHostArgs extends CloudflareReach {
  accountId: pulumi.Input<string>;
  /** The bucket that the host serves. A change replaces this resource. */
  bucket: pulumi.Input<string>;
  /** Jurisdiction that the objects are stored in. Default `default`. */
  jurisdiction?: pulumi.Input<"default" | "eu" | "fedramp">;
  /** The custom domain, once R2 was told of it. A change replaces this resource. */
  host: pulumi.Input<string>;
  /** Minimum version of TLS, which is sent with every change. Default `1.2`. */
  minTls?: pulumi.Input<"1.0" | "1.1" | "1.2" | "1.3">;
}

/**
 * A bucket's custom domain. Every run looks at it, and switches it on again where R2 left it off or it got
 * stuck. It waits for nothing: its outputs say how far the host is.
 *
 * @see https://developers.cloudflare.com/r2/buckets/public-buckets/
 */
export class PublicHost extends PackageResource {
  /** Whether R2 serves the bucket at the host. */
  declare readonly enabled: pulumi.Output<boolean>;
  /** `active` once R2 has verified who owns the host. */
  declare readonly ownership: pulumi.Output<string>;
  /** `active` once the edge has the host's certificate. */
  declare readonly ssl: pulumi.Output<string>;

  constructor(name: string, args: PublicHostArgs, opts?: pulumi.CustomResourceOptions) {
    const { way, options } = reaching(args, opts);
    const inputs = {
      accountId: args.accountId,
      bucket: args.bucket,
      jurisdiction: args.jurisdiction ?? "default",
      host: args.host,
      minTls: args.minTls ?? "1.2",
      ...way,
    };
    super("cloudflare", "PublicHost", name, inputs, ["enabled", "ownership", "ssl"], options);
  }
}
