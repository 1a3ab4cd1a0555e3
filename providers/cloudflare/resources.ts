import * as pulumi from "@pulumi/pulumi";
import { CheckoutResource } from "../shared/resource.ts";

/** Arguments of {@link PhaseRule}. */
export interface PhaseRuleArgs {
  /** Zone that gets the rule. Another one replaces it. */
  zoneId: pulumi.Input<string>;
  /** Phase, e.g. `http_response_headers_transform`. Another one replaces the rule. */
  phase: pulumi.Input<string>;
  /**
   * The rule's lasting name within the phase: letters, digits, `_`. It has to carry the community, since a rule
   * of this name is taken for ours. Another one replaces the rule.
   */
  ref: pulumi.Input<string>;
  /** Shown in the dashboard. Default empty. */
  description?: pulumi.Input<string>;
  /** Action that the phase knows, e.g. `rewrite`, `set_config`. */
  action: pulumi.Input<string>;
  /** When the rule acts, in Cloudflare's rule language. */
  expression: pulumi.Input<string>;
  /** What the action does, in the wire's own spelling, e.g. `{ headers: { … } }`, `{ ssl: "strict" }`. */
  actionParameters?: pulumi.Input<Record<string, unknown>>;
  /** Base of the API, with its version. Default `https://api.cloudflare.com/client/v4`. Changing it alone is no diff. */
  baseUrl?: pulumi.Input<string>;
}

/**
 * One rule in a zone's entrypoint ruleset of a phase, known by its `ref`.
 *
 * A zone has one ruleset a phase, for everybody. `cloudflare.Ruleset` owns it whole, so that its destroy removes
 * the rules of others and a second stack cannot start. This one reads, adds, changes and removes its own rule
 * alone, and takes the ruleset away only when we made it and it is empty.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rulesets-api/
 */
export class PhaseRule extends CheckoutResource {
  /** Id of the ruleset that holds the rule. */
  declare readonly rulesetId: pulumi.Output<string>;
  /** Id of the rule, which may change; `ref` does not. */
  declare readonly ruleId: pulumi.Output<string>;

  constructor(name: string, args: PhaseRuleArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = {
      zoneId: args.zoneId,
      phase: args.phase,
      ref: args.ref,
      description: args.description ?? "",
      action: args.action,
      expression: args.expression,
      actionParameters: args.actionParameters ?? {},
      baseUrl: args.baseUrl,
    };
    const outputs = ["rulesetId", "ruleId"];
    super("cloudflare", "PhaseRule", name, inputs, outputs, opts);
  }
}

/** Arguments of {@link BucketAccess}. */
export interface BucketAccessArgs {
  /** Name of the bucket. Neither it nor the jurisdiction can change while deleting would empty the old one. */
  bucket: pulumi.Input<string>;
  /** Account of the bucket, which names the default endpoint. */
  accountId: pulumi.Input<string>;
  /** Id of the token that the key comes from. */
  accessKeyId: pulumi.Input<string>;
  /** Lower-case hex SHA-256 of the token's value. Secret. */
  secretAccessKey: pulumi.Input<string>;
  /** Where the objects are kept by law; it is part of the endpoint's name. Default `default`. */
  jurisdiction?: pulumi.Input<"default" | "eu" | "fedramp">;
  /**
   * The S3 API, without the bucket. Default `https://<accountId>.r2.cloudflarestorage.com`, or that of the
   * jurisdiction. Changing it alone is no diff.
   */
  endpoint?: pulumi.Input<string>;
  /** How long a new key may take to be accepted, in seconds. Default 120. */
  timeoutSeconds?: pulumi.Input<number>;
  /** Whether the objects stay when this is deleted (the bucket can then not be deleted). Default false. */
  keepObjects?: pulumi.Input<boolean>;
  /** Whether all objects may be removed when this is deleted; else only a bucket without any is let go. Default false. */
  dispensable?: pulumi.Input<boolean>;
}

/**
 * A key that has been seen to open its bucket, and the way to empty the bucket at the end. A new token takes a
 * moment to reach R2; who takes the key from here has one that works. Deleting it removes all objects and
 * aborts unfinished uploads, because R2 deletes no bucket that is not empty (409, code 10008).
 *
 * @throws when the key is not accepted in time.
 * @see https://developers.cloudflare.com/r2/api/tokens/
 */
export class BucketAccess extends CheckoutResource {
  /** The bucket, once it is open to the key. */
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
    };
    const options = pulumi.mergeOptions({ additionalSecretOutputs: ["secretAccessKey"] }, opts ?? {});
    super("cloudflare", "BucketAccess", name, inputs, [], options);
  }
}

/** Arguments of {@link KeptBucket}. */
export interface KeptBucketArgs {
  accountId: pulumi.Input<string>;
  /** Name of the bucket. Another one is another bucket; the first stays. */
  bucket: pulumi.Input<string>;
  /** Where the objects are kept by law, for good. Default `default`. */
  jurisdiction?: pulumi.Input<"default" | "eu" | "fedramp">;
  /** Base of the API, with its version. Default `https://api.cloudflare.com/client/v4`. Changing it alone is no diff. */
  baseUrl?: pulumi.Input<string>;
}

/**
 * A bucket that outlives its stack: made when it is not there, used when it is, never deleted and never emptied.
 * `cloudflare.R2Bucket` with `retainOnDelete` would stay too, but could not be made a second time.
 *
 * @see https://developers.cloudflare.com/api/resources/r2/subresources/buckets/
 */
export class KeptBucket extends CheckoutResource {
  /** The bucket, once it is there. */
  declare readonly bucket: pulumi.Output<string>;

  constructor(name: string, args: KeptBucketArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = {
      accountId: args.accountId,
      bucket: args.bucket,
      jurisdiction: args.jurisdiction ?? "default",
      baseUrl: args.baseUrl,
    };
    super("cloudflare", "KeptBucket", name, inputs, [], opts);
  }
}

/** Arguments of {@link PublicHost}. */
export interface PublicHostArgs {
  accountId: pulumi.Input<string>;
  /** The bucket that the host shows. Another one replaces this. */
  bucket: pulumi.Input<string>;
  /** Where the objects are kept by law. Default `default`. */
  jurisdiction?: pulumi.Input<"default" | "eu" | "fedramp">;
  /** The custom domain, once R2 was told of it. Another one replaces this. */
  host: pulumi.Input<string>;
  /** Least version of TLS, which goes with every change. Default `1.2`. */
  minTls?: pulumi.Input<"1.0" | "1.1" | "1.2" | "1.3">;
  /** Base of the API, with its version. Default `https://api.cloudflare.com/client/v4`. Changing it alone is no diff. */
  baseUrl?: pulumi.Input<string>;
}

/**
 * A bucket's custom domain that is looked at in every run, and switched on again where R2 left it off or it got stuck.
 * It waits for nothing: how far the host is are its outputs.
 *
 * @see https://developers.cloudflare.com/r2/buckets/public-buckets/
 */
export class PublicHost extends CheckoutResource {
  /** Whether R2 shows the bucket at the host. */
  declare readonly enabled: pulumi.Output<boolean>;
  /** `active` once R2 knows whose the host is. */
  declare readonly ownership: pulumi.Output<string>;
  /** `active` once the edge has the host's certificate. */
  declare readonly ssl: pulumi.Output<string>;

  constructor(name: string, args: PublicHostArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = {
      accountId: args.accountId,
      bucket: args.bucket,
      jurisdiction: args.jurisdiction ?? "default",
      host: args.host,
      minTls: args.minTls ?? "1.2",
      baseUrl: args.baseUrl,
    };
    super("cloudflare", "PublicHost", name, inputs, ["enabled", "ownership", "ssl"], opts);
  }
}
