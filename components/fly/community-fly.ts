import * as pulumi from "@pulumi/pulumi";
import type { AddressesOutput } from "../../providers/fly/spec.ts";
import { CommunityRecords } from "../cloudflare/community-records.ts";
import { hostsOf } from "../cloudflare/hosts.ts";
import type { MastodonSecrets } from "../mastodon/mastodon-secrets.ts";
import type { Groundwork } from "../stack/groundwork.ts";
import { FlyApp } from "./app.ts";
import { AppRelease } from "./app-release.ts";
import { FlyCertificate, proofOf } from "./certificate.ts";
import { Owner } from "./owner.ts";
import { Postgres } from "./postgres.ts";
import { Redis } from "./redis.ts";
import { RetiredPasswords } from "./retired-passwords.ts";

/** Arguments of {@link CommunityFly}. */
export interface CommunityFlyArgs {
  /** The checked settings, the names, the plan of everything on Fly, and the drift that a look found. */
  ground: Groundwork;
  /** Id of the zone that gets the records of the hosts. */
  zoneId: pulumi.Input<string>;
  /** The generated secrets: Mastodon's keys, and the passwords of database, Redis and Owner. */
  secrets: MastodonSecrets;
  /**
   * Secret variables of Mastodon beside those of {@link secrets}, by name, from `secretVariables`. Other
   * names than the plan's are an error.
   */
  variables: Record<string, pulumi.Input<string>>;
}

/**
 * A community on Fly: apps and what leads to them, the database and Redis, the machines, the first account.
 *
 * @example
 * const { names, own } = ground;
 * const variables = {
 *   AWS_ACCESS_KEY_ID: media.accessKeyId,
 *   AWS_SECRET_ACCESS_KEY: media.secretAccessKey,
 *   SMTP_PASSWORD: mail.apiKey,
 * };
 * const fly = new CommunityFly(names.fly, { ground, zoneId: zone.zoneId, secrets, variables }, own);
 * export const flyToml = fly.flyToml;
 */
export class CommunityFly extends pulumi.ComponentResource {
  /** The app that serves the community, with its background jobs. */
  readonly web: FlyApp;
  /** The app of the streaming API. */
  readonly streaming: FlyApp;
  /** A certificate for each host that Fly serves. */
  readonly certificates: FlyCertificate[];
  /** Addresses that the apps keep for those who still know them. */
  readonly oldAddresses: pulumi.Output<AddressesOutput[]>;
  /** The community's database. */
  readonly postgres: Postgres;
  /** The Redis of Sidekiq and streaming. */
  readonly redis: Redis;
  /** URLs of database and Redis, by the name of their variable. Secret. */
  readonly connections: Record<"DATABASE_URL" | "REDIS_URL", pulumi.Output<string>>;
  /** Rendered fly.toml of the web app. */
  readonly flyToml: pulumi.Output<string>;
  /** Rendered fly.toml of the streaming app. */
  readonly streamingFlyToml: pulumi.Output<string>;
  /** The web and background machines. */
  readonly webRelease: AppRelease;
  /** The streaming machines, released last. */
  readonly streamingRelease: AppRelease;
  /** The first account. */
  readonly owner: Owner;

  constructor(name: string, args: CommunityFlyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:fly:Fly", name, {}, opts);
    const { ground, zoneId, secrets } = args;
    const { settings, names, place, plan, protect, stack } = ground;
    const child = { parent: this };

    this.web = new FlyApp(names.web, { place, ...plan.web }, child);
    this.streaming = new FlyApp(names.streaming, { place, ...plan.streaming }, child);
    const addresses = { web: this.web, streaming: this.streaming };
    const hosts = Object.values(hostsOf(settings));
    const records = new CommunityRecords(
      names.records,
      { zoneId, hosts, addresses, root: settings.domain, stack },
      child,
    );
    this.oldAddresses = pulumi.all([this.web.releaseOld([records]), this.streaming.releaseOld([records])]);
    this.certificates = plan.certificates.map(({ role, servedBy, hostname }) => {
      const proof = proofOf(hostname, settings.zone);
      const { app } = plan[servedBy];
      const { appName } = addresses[servedBy];
      return new FlyCertificate(names.host(role), { place, zoneId, app, appName, hostname, proof }, child);
    });

    this.postgres = new Postgres(
      names.database,
      {
        place,
        ...plan.postgres,
        password: secrets.databasePassword,
        later: secrets.later.database,
        protect,
        // A destroy goes in reverse order: if the database may not be destroyed, its keys stay in the state.
        after: [...secrets.permanent],
      },
      child,
    );
    const passwords = { password: secrets.redisPassword, later: secrets.later.redis };
    this.redis = new Redis(
      names.redis,
      { place, ...plan.redis, appName: this.web.appName, ...passwords, protect },
      child,
    );
    this.connections = { DATABASE_URL: this.postgres.url, REDIS_URL: this.redis.url };

    this.flyToml = this.web.addresses.apply((all) => plan.web.flyToml(all));
    this.webRelease = new AppRelease(
      names.webMachines,
      {
        place,
        ...plan.web.release,
        appName: this.web.appName,
        flyToml: this.flyToml,
        secrets: { ...secrets.variables, ...this.connections, ...args.variables },
        after: [this.postgres.ready, this.redis.ready],
        movedFrom: settings.movedFrom,
      },
      child,
    );
    this.streamingFlyToml = this.streaming.addresses.apply((all) => plan.streaming.flyToml(all));
    this.streamingRelease = new AppRelease(
      names.streamingMachines,
      {
        place,
        ...plan.streaming.release,
        appName: this.streaming.appName,
        flyToml: this.streamingFlyToml,
        secrets: this.connections,
        // Restarted last: every reader is connected to it. Before the first release there is none.
        after: [this.webRelease.databaseReady],
        movedFrom: settings.movedFrom,
      },
      child,
    );
    this.owner = new Owner(
      names.owner,
      {
        place,
        ...plan.owner,
        appName: this.web.appName,
        password: secrets.ownerPassword,
        secretKeyBase: secrets.variables.SECRET_KEY_BASE,
        // As long as nobody has an account, a first up that failed may be destroyed, or moved to another region.
        after: this.webRelease.released,
      },
      child,
    );
    const { later } = secrets;
    const released = [this.webRelease.released, this.streamingRelease.released];
    if (later.database ?? later.redis)
      new RetiredPasswords(names.retired, { place, plan, later, after: released }, child);
    this.registerOutputs();
  }
}
