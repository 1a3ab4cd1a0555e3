import * as pulumi from "@pulumi/pulumi";
import { communityBackups } from "./backup/community-backups.ts";
import { CommunityCloudflare } from "./cloudflare/community-cloudflare.ts";
import { hostsOf } from "./cloudflare/hosts.ts";
import type { CommunityArgs } from "./community-args.ts";
import type { CommunityOutputs, PresentOutputs } from "./community-outputs.ts";
import { givenBy, inWordsOf, ownBucketKey, StackConfig, withMarkedSecrets } from "./config/given.ts";
import { CommunityFly } from "./fly/community-fly.ts";
import { isKept } from "./fly/plan.ts";
import { communityHousekeeping } from "./housekeeping/community-housekeeping.ts";
import { CommunityMail } from "./mail/community-mail.ts";
import { MastodonSecrets } from "./mastodon/mastodon-secrets.ts";
import { secretVariables } from "./mastodon/secret-variables.ts";
import { communityMirror } from "./mirror/community-mirror.ts";
import { CommunityLock } from "./stack/community-lock.ts";
import { communityWaiting } from "./stack/community-waiting.ts";
import { endCommunity } from "./stack/final-dump.ts";
import { groundwork } from "./stack/groundwork.ts";

/**
 * A Mastodon community: the zone, bucket and rules at Cloudflare, mail through SendGrid, the apps, machines,
 * database and Redis on Fly, backups of the database, and every secret.
 *
 * An explicit Cloudflare provider (`provider` or `providers`) serves everything at Cloudflare: the official
 * resources, the looks and Mastiff's own resources. These two take its `apiToken` and `baseUrl`; without an
 * `apiToken` they use `CLOUDFLARE_API_TOKEN`. The state contains the token as a secret of the three kinds of own
 * resources that call Cloudflare, so a new token updates them in place. A preview that cannot know the token
 * looks at nothing at Cloudflare. Without an explicit provider, the token is `cloudflare:apiToken` of the config,
 * then `CLOUDFLARE_API_TOKEN`.
 *
 * Each run first reads the state and looks at the clouds. It fails, in previews too, where data would be
 * lost, where something is in the way, or where the arguments are wrong; then nothing is changed.
 * {@link CommunityOutputs} describes the outputs.
 *
 * @example
 * const dogs = new Community("dogs", {
 *   domain: "mastiff.party",
 *   owner: { username: "rex", email: "rex@mastiff.party" },
 *   cloudflare: { accountId: "0123456789abcdef0123456789abcdef" },
 *   fly: { organization: "mastiff", region: "ams" },
 *   preset: "tiny",
 * });
 * export const url = dogs.url;
 */
export class Community extends pulumi.ComponentResource<PresentOutputs> implements CommunityOutputs {
  readonly url: CommunityOutputs["url"];
  readonly streamingUrl: CommunityOutputs["streamingUrl"];
  readonly filesUrl: CommunityOutputs["filesUrl"];
  readonly addresses: CommunityOutputs["addresses"];
  readonly nameServers: CommunityOutputs["nameServers"];
  readonly waitingFor: CommunityOutputs["waitingFor"];
  readonly ownerUsername: CommunityOutputs["ownerUsername"];
  readonly ownerPassword: CommunityOutputs["ownerPassword"];
  readonly secrets: CommunityOutputs["secrets"];
  readonly backups: CommunityOutputs["backups"];
  readonly flyToml: CommunityOutputs["flyToml"];
  readonly streamingFlyToml: CommunityOutputs["streamingFlyToml"];
  readonly finalDump: CommunityOutputs["finalDump"];
  readonly leftAfterDestroy: CommunityOutputs["leftAfterDestroy"];

  /**
   * @param name logical name, with which the names of all resources begin. It is permanent
   * @param args arguments, or the `mastiff:` config of the stack. Wrong ones are reported all at once
   */
  constructor(name: string, args: CommunityArgs | StackConfig, opts?: pulumi.ComponentResourceOptions) {
    super(
      "mastiff:index:Community",
      name,
      args instanceof StackConfig ? args : withMarkedSecrets(args),
      opts,
    );
    const built = this.getData();
    // Here and not at the end of `initialize`: the run must not end before the promise does. If it fails, the
    // outputs below report the error.
    this.registerOutputs(built.catch(() => ({})));
    const output = <Key extends keyof CommunityOutputs>(key: Key) =>
      pulumi.output(built.then((outputs) => outputs[key])) as CommunityOutputs[Key];
    this.url = output("url");
    this.streamingUrl = output("streamingUrl");
    this.filesUrl = output("filesUrl");
    this.addresses = output("addresses");
    this.nameServers = output("nameServers");
    this.waitingFor = output("waitingFor");
    this.ownerUsername = output("ownerUsername");
    this.ownerPassword = output("ownerPassword");
    this.secrets = output("secrets");
    this.backups = output("backups");
    this.flyToml = output("flyToml");
    this.streamingFlyToml = output("streamingFlyToml");
    this.finalDump = output("finalDump");
    this.leftAfterDestroy = output("leftAfterDestroy");
  }

  /**
   * The outputs that this community has, for a program to return as those of its stack. The SDK warns in each run of an
   * output of a stack that is undefined.
   */
  outputs(): Promise<PresentOutputs> {
    return this.getData();
  }

  protected override async initialize(
    args: CommunityArgs | StackConfig,
    _opts?: pulumi.ComponentResourceOptions,
    name = "",
  ): Promise<PresentOutputs> {
    const given = await givenBy(args, name);
    const { settings } = given;
    const ground = await groundwork(name, settings, this).catch((error: unknown) => {
      throw inWordsOf(args, name, error);
    });
    const { names, own, protect, mail } = ground;

    const { otpSecret, rotate } = settings;
    const secrets = new MastodonSecrets(names.secrets, { otpSecret, protect, rotate }, own);
    const key = ownBucketKey(given);
    const cloudflare = new CommunityCloudflare(names.cloudflare, { ground, key }, own);
    const { zone, media } = cloudflare;
    const { zoneId } = zone;
    const { sendgrid } = new CommunityMail(names.mail, { ground, zoneId }, own);
    const variables = secretVariables({ given, media, mail, apiKey: sendgrid?.apiKey });
    const fly = new CommunityFly(names.fly, { ground, zoneId, secrets, variables }, own);
    const { web, streaming, webRelease, streamingRelease } = fly;
    const uploads = media.keepUploads(webRelease.released);
    const backups = communityBackups({ ground, given, secrets, fly });
    communityHousekeeping(ground, fly);
    communityMirror(ground, given, media);
    const opensBackups = backups === undefined ? [] : [backups.key];
    const holds = [secrets, zone, uploads, fly.postgres, fly.redis, webRelease, ...opensBackups];
    new CommunityLock(names.lock, { protect: isKept(settings), holds }, own);
    const released = [webRelease.released, streamingRelease.released];
    const ending = endCommunity({ ground, key, sendgrid, appName: web.appName, after: released });

    const hosts = hostsOf(settings);
    return {
      url: pulumi.output(`https://${settings.domain}`),
      streamingUrl: pulumi.output(`wss://${hosts.streaming.name}`),
      filesUrl: pulumi.output(`https://${hosts.files.name}`),
      addresses: pulumi.output({
        web: { v4: web.v4, v6: web.v6 },
        streaming: { v4: streaming.v4, v6: streaming.v6 },
      }),
      nameServers: zone.nameServers,
      waitingFor: communityWaiting({ ground, cloudflare, sendgrid, fly, secrets: given.secrets }),
      ownerUsername: pulumi.output(settings.ownerUsername),
      ownerPassword: secrets.ownerPassword,
      secrets: pulumi.secret<Record<string, string>>(
        pulumi.all({ ...secrets.variables, ...fly.connections }),
      ),
      ...(backups?.access && { backups: backups.access }),
      flyToml: fly.flyToml,
      streamingFlyToml: fly.streamingFlyToml,
      ...(ending && { finalDump: ending.dump, leftAfterDestroy: ending.left }),
    };
  }
}
