import * as pulumi from "@pulumi/pulumi";
import { BucketAccess, KeptBucket } from "../../providers/cloudflare/resources.ts";
import type { DumpOutput, DumpSpec } from "../../providers/fly/spec.ts";
import { mintBucketKey } from "../cloudflare/bucket-key.ts";
import { farewellBucket } from "../config/derived-names.ts";
import type { FlyPlace } from "../fly/app.ts";
import { FlyCommand } from "../fly/driver.ts";
import { type EndingFacts, lastWords, leftAfterDestroy } from "./ending.ts";

/** Arguments of {@link FinalDump}. */
export interface FinalDumpArgs {
  place: FlyPlace;
  /** Facts about the community that ends. */
  facts: Omit<EndingFacts, "farewellBucket" | "stack">;
  /** What was at SendGrid before this stack. */
  adopted: { mailDomain: pulumi.Input<boolean>; sender: pulumi.Input<boolean> };
  /** The web app, which has DATABASE_URL. */
  appName: pulumi.Input<string>;
  /** App of the database. */
  databaseApp: string;
  accountId: string;
  jurisdiction: "default" | "eu";
  /** A key that the operator made. It must give access to the dump's bucket too. */
  key?: { accessKeyId: string; secretAccessKey: pulumi.Output<string> } | undefined;
  /** Base URL of R2's S3 API, as the operator's machine reaches it. Default: the account's own. */
  endpoint?: string | undefined;
  /** Base URL of Cloudflare's API. Default: the real one. */
  baseUrl?: string | undefined;
  /** Resources that must exist before there is anything to dump. */
  after: pulumi.Resource[];
}

/**
 * The last dump of a community's database, taken once, in a bucket that stays when the stack is destroyed.
 *
 * The bucket for uploads cannot hold it, because that is emptied and deleted. The operator's machine cannot
 * either: it has no pg_dump of the right version, cannot reach the private network without a tunnel, and may
 * be a CI job. The dump's bucket is under the same law (`jurisdiction`) as the uploads, since the dump holds
 * the same people's data. The bucket's key is deleted with the stack, so that afterwards only the account's
 * owner can open the bucket.
 */
export class FinalDump extends pulumi.ComponentResource {
  /** Where the dump is, how large it is, and how many people's accounts are in it. */
  readonly dump: pulumi.Output<DumpOutput>;
  /** What remains after `pulumi destroy`, a sentence each. */
  readonly left: pulumi.Output<string[]>;

  constructor(name: string, args: FinalDumpArgs, opts?: pulumi.ComponentResourceOptions) {
    const bucket = farewellBucket(args.facts.bucket);
    super("mastiff:mastodon:FinalDump", name, { bucket }, opts);
    const facts = { ...args.facts, farewellBucket: bucket, stack: pulumi.getStack() };
    pulumi.log.warn(lastWords(facts), this);
    const { accountId, jurisdiction } = args;
    const base = args.baseUrl === undefined ? {} : { baseUrl: args.baseUrl };
    const kept = new KeptBucket(
      `${name}-bucket`,
      { accountId, bucket, jurisdiction, ...base },
      { parent: this },
    );
    const key =
      args.key ??
      mintBucketKey(
        name,
        { accountId, bucket, jurisdiction, stack: args.place.stack },
        { about: "last dump", parent: this },
      );
    const access = new BucketAccess(
      `${name}-access`,
      {
        bucket: kept.bucket,
        accountId,
        accessKeyId: key.accessKeyId,
        secretAccessKey: key.secretAccessKey,
        jurisdiction,
        keepObjects: true,
        ...(args.endpoint !== undefined && { endpoint: args.endpoint }),
      },
      { parent: this },
    );
    const law = jurisdiction === "default" ? "" : `.${jurisdiction}`;
    const taken = new FlyCommand(
      `${name}-taken`,
      {
        kind: "dump",
        spec: pulumi.output(args.appName).apply(
          (app): DumpSpec => ({
            app,
            server: args.databaseApp,
            bucket,
            bucketUrl: `https://${accountId}${law}.r2.cloudflarestorage.com/${bucket}`,
          }),
        ),
        place: args.place,
        secrets: { accessKeyId: access.accessKeyId, secretAccessKey: access.secretAccessKey },
        // The output is only the names of bucket and object, and a few numbers.
        secretOutput: false,
      },
      { parent: this, dependsOn: args.after },
    );
    this.dump = taken.output<DumpOutput>();
    this.left = pulumi
      .all([this.dump, args.adopted])
      .apply(([dump, adopted]) => leftAfterDestroy(facts, dump, adopted));
    this.registerOutputs({ dump: this.dump, left: this.left });
  }
}
