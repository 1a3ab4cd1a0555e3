import * as pulumi from "@pulumi/pulumi";
import type { CloudflareReach } from "../../providers/cloudflare/resources.ts";
import type { DumpOutput, DumpSpec } from "../../providers/fly/spec.ts";
import { lastingBucket } from "../cloudflare/lasting-bucket.ts";
import { farewellBucket } from "../config/derived-names.ts";
import type { OwnBucketKey } from "../config/given.ts";
import type { FlyPlace } from "../fly/app.ts";
import { FlyCommand } from "../fly/driver.ts";
import type { SendgridMail } from "../mail/sendgrid-mail.ts";
import { bucketHost } from "../mastodon/environment.ts";
import { type EndingFacts, lastWords, leftAfterDestroy } from "./ending.ts";
import type { Groundwork } from "./groundwork.ts";
import { resourceNames } from "./logical-names.ts";

/** Arguments of {@link FinalDump}. */
export interface FinalDumpArgs {
  /** Organisation, region and mark of everything on Fly, and the drift that a look found. */
  place: FlyPlace;
  /** Facts about the community that ends. */
  facts: Omit<EndingFacts, "farewellBucket" | "stack">;
  /** Whether the mail domain and the verified sender were at SendGrid before this stack: then they remain. */
  adopted: { mailDomain: pulumi.Input<boolean>; sender: pulumi.Input<boolean> };
  /** Name of the web app, which has DATABASE_URL, once it exists. */
  appName: pulumi.Input<string>;
  /** App of the database. */
  databaseApp: string;
  /** Id of the Cloudflare account that gets the dump's bucket: 32 hexadecimal digits. */
  accountId: string;
  /** Jurisdiction of the dump's bucket, that of the uploads. */
  jurisdiction: "default" | "eu";
  /**
   * A key that the operator made. It must give access to the dump's bucket too. Default: a key that the
   * component makes, for this bucket only.
   */
  key?: OwnBucketKey | undefined;
  /** Base URL of R2's S3 API, as the operator's machine reaches it. Default: the account's own. */
  endpoint?: string | undefined;
  /** How the dump's bucket reaches Cloudflare. Default: as config and environment say. */
  reach?: CloudflareReach | undefined;
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
 *
 * @example
 * const ending = new FinalDump("dogs-final-dump", {
 *   place,
 *   facts: { ...settings, redisKind: "own", mail: "sendgrid" },
 *   adopted: mail.adopted,
 *   appName: web.appName,
 *   databaseApp: "mastiff-party-db",
 *   accountId: "0123456789abcdef0123456789abcdef",
 *   jurisdiction: "eu",
 *   after: [webRelease.released, streamingRelease.released],
 * });
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
    const access = lastingBucket(name, {
      accountId,
      bucket,
      jurisdiction,
      stack: args.place.stack,
      key: args.key,
      about: "last dump",
      endpoint: args.endpoint,
      reach: args.reach,
      parent: this,
    });
    const spec: DumpSpec = {
      app: args.facts.app,
      server: args.databaseApp,
      bucket,
      bucketUrl: `https://${bucketHost(accountId, jurisdiction)}/${bucket}`,
    };
    const taken = new FlyCommand(
      { name: `${name}-taken`, kind: "dump", spec },
      {
        place: args.place,
        moves: false,
        after: args.appName,
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

/** Arguments of {@link endCommunity}. */
export interface EndingArgs extends Pick<FinalDumpArgs, "key" | "appName" | "after"> {
  /** The checked settings, the names and the plan. */
  ground: Groundwork;
  /** The mail domain at SendGrid; undefined where config names a mail server. */
  sendgrid: SendgridMail | undefined;
}

/** The last dump, where config says that the community is about to end. */
export function endCommunity({ ground, sendgrid, ...rest }: EndingArgs): FinalDump | undefined {
  const { settings, names, last, place, plan, own, cloudflare } = ground;
  if (settings.destroy === undefined) return undefined;
  return new FinalDump(
    names.finalDump,
    {
      ...rest,
      place,
      facts: {
        ...settings,
        redisKind: settings.sizes.redis.kind,
        mail: sendgrid === undefined ? "server" : "sendgrid",
        hadBackups: last[resourceNames.backupKey(names.backups)] !== undefined,
      },
      adopted: sendgrid?.adopted ?? { mailDomain: false, sender: false },
      databaseApp: plan.postgres.app,
      accountId: settings.cloudflareAccountId,
      jurisdiction: settings.bucketJurisdiction,
      endpoint: settings.endpoints.r2,
      reach: cloudflare.reach,
    },
    own,
  );
}
