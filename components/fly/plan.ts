/**
 * Plans what a community has on Fly, as far as config alone decides it. A look compares the plan with the things that
 * exist (look.ts). Then the components declare it. Pure.
 */

import {
  type BackupPlan,
  backupThings,
  type LastRelease,
  namedByRelease,
  planBackup,
} from "../backup/backup-plan.ts";
import { hostsOf, hostsOnFly } from "../cloudflare/hosts.ts";
import { databaseOf } from "../config/derived-names.ts";
import type { CommunitySettings } from "../config/schema.ts";
import {
  type HousekeepingPlan,
  housekeepingThings,
  planHousekeeping,
} from "../housekeeping/housekeeping-plan.ts";
import {
  type Addresses,
  type MailServer,
  railsEnvironment,
  streamingEnvironment,
} from "../mastodon/environment.ts";
import { mastodonSecretNames, permanentSecretNames } from "../mastodon/mastodon-secrets.ts";
import { type MirrorPlan, mirrorThings, planMirror } from "../mirror/mirror-plan.ts";
import { type LastState, specIn } from "../stack/last-state.ts";
import { type ComponentNames, resourceNames } from "../stack/logical-names.ts";
import { type FlyAppPlan, flyAppThings, lastAddresses, type UnseenPlace } from "./app.ts";
import { type AppReleasePlan, appReleaseThings } from "./app-release.ts";
import { certificateThing } from "./certificate.ts";
import { groupsOf, images, streamingToml, webToml } from "./fly-toml.ts";
import { type OwnerPlan, ownerThing } from "./owner.ts";
import { type PostgresPlan, postgresThing } from "./postgres.ts";
import { type RedisPlan, redisThing } from "./redis.ts";
import type { ObservedThing } from "./thing.ts";

/** One app with its machines. */
export interface PlannedApp extends FlyAppPlan {
  release: AppReleasePlan;
  /** Renders the fly.toml for the app's public addresses. */
  flyToml(addresses: Addresses): string;
}

/** A certificate: the role in its logical name, the app that serves the host, and the host or `*.domain`. */
export interface PlannedCertificate {
  role: string;
  servedBy: "web" | "streaming";
  hostname: string;
}

/** Everything that is planned on Fly. */
export interface FlyPlan {
  /** The app that serves the community, with its background jobs. */
  web: PlannedApp;
  /** The app of the streaming API. */
  streaming: PlannedApp;
  /** A certificate for each host that Fly serves. */
  certificates: PlannedCertificate[];
  /** The database in an app of its own. */
  postgres: PostgresPlan;
  /** An own Redis, or one at Upstash. */
  redis: RedisPlan;
  /** The first account. */
  owner: OwnerPlan;
  /** The machine that takes backups; undefined: backups are off. */
  backup: BackupPlan | undefined;
  /** What Mastodon forgets, and the machine that tidies up; undefined: housekeeping is off. */
  housekeeping: HousekeepingPlan | undefined;
  /** The machine that copies the uploads; undefined: they have no mirror. */
  mirror: MirrorPlan | undefined;
}

/**
 * The plan for a community whose mails go out through this server.
 *
 * @param last the web release in the last state. Default: the community was never released
 */
export function planFly(community: CommunitySettings, mail: MailServer, last?: LastRelease): FlyPlan {
  const { app, domain, region, rotate, sizes, dedicatedIpv4: dedicatedV4 } = community;
  const { snapshotRetention: snapshotDays, metrics } = community;
  const streamingApp = `${app}-streaming`;
  const image = images(community.mastodonVersion);
  const connectionSecrets = ["DATABASE_URL", "REDIS_URL"];
  const dispensable = !isKept(community);
  const backup = planBackup(community);
  const backupApp = namedByRelease(backup?.app, image.web, last);
  return {
    web: {
      app,
      dedicatedV4,
      release: {
        app,
        image: image.web,
        secretNames: [
          ...mastodonSecretNames(community.otpSecret),
          ...connectionSecrets,
          "AWS_ACCESS_KEY_ID",
          "AWS_SECRET_ACCESS_KEY",
          ...(mail.auth === "none" ? [] : ["SMTP_PASSWORD"]),
          ...community.secretEnvNames,
        ],
        groups: groupsOf(sizes),
        permanentNames: permanentSecretNames,
        // The machine that migrates has as much memory as Sidekiq, and at least the 1 GB that Rails needs.
        database: { memoryMb: Math.max(1024, sizes.sidekiq.memoryMb), sidekiq: { ...sizes.sidekiq } },
        // Upstash decides which version it runs. The version of an own Redis is Mastiff's choice.
        redisGate: sizes.redis.kind === "upstash",
        ...(sizes.redis.kind === "own" && { redis: `${app}-redis` }),
        ...(backupApp !== undefined && { backup: backupApp }),
      },
      flyToml: (addresses) =>
        webToml({
          app,
          region,
          image: image.web,
          env: railsEnvironment(community, addresses, mail),
          sizes,
          metrics,
        }),
    },
    streaming: {
      app: streamingApp,
      dedicatedV4,
      release: {
        app: streamingApp,
        image: image.streaming,
        secretNames: connectionSecrets,
        groups: { streaming: { count: sizes.streaming.count } },
        database: null,
        redisGate: false,
      },
      flyToml: (addresses) =>
        streamingToml({
          app: streamingApp,
          region,
          image: image.streaming,
          env: streamingEnvironment(addresses, sizes.streaming.databasePool),
          sizes,
          metrics,
        }),
    },
    certificates: hostsOnFly(hostsOf(community)).map(({ role, servedBy, name }) => ({
      role,
      servedBy,
      // Only the assets host can get a wildcard certificate (config key `certificates`).
      hostname: community.certificates === "wildcard" && role === "assets" ? `*.${domain}` : name,
    })),
    postgres: {
      app: `${app}-db`,
      size: sizes.postgres,
      database: databaseOf(app),
      consumers: [app, streamingApp],
      rotated: rotate.databasePassword !== undefined,
      dispensable,
      snapshotDays,
    },
    redis: {
      name: `${app}-redis`,
      app,
      size: sizes.redis,
      rotated: rotate.redisPassword !== undefined,
      dispensable,
      snapshotDays,
    },
    owner: {
      app,
      username: community.ownerUsername,
      email: community.ownerEmail,
      domain,
      rotation: rotate.ownerPassword,
    },
    backup,
    housekeeping: planHousekeeping(community),
    mirror: planMirror(community),
  };
}

/** The web release that a state has; undefined: there is none. */
export function releaseIn(names: ComponentNames, last: LastState): LastRelease | undefined {
  const spec = specIn(last, resourceNames.release(names.webMachines));
  const app = specIn(last, resourceNames.backupMachine(names.backups))?.app;
  return spec && { spec, backupApp: typeof app === "string" ? app : undefined };
}

/** Whether data is protected from deletion. The data of a community that is about to end is not. */
export function isKept({ protect, destroy }: CommunitySettings): boolean {
  return protect && destroy === undefined;
}

/** The things of a plan, with what the last run's state says of them. */
export interface PlannedThings {
  /** Every thing that a look compares with what exists. */
  all: ObservedThing[];
  /** Those of `all` that stand for an app's addresses. They also say which old addresses are due for release. */
  addresses: ObservedThing[];
}

/** The things of a plan, with the logical names that their components give them. */
export function thingsOf(
  names: ComponentNames,
  place: UnseenPlace,
  plan: FlyPlan,
  last: LastState,
): PlannedThings {
  const apps = (["web", "streaming"] as const).map((name) => {
    const { app, addresses } = flyAppThings(names[name], place, plan[name], last);
    const machines = names[`${name}Machines`];
    const { secrets, release } = appReleaseThings(machines, place, plan[name].release);
    // Config does not know the addresses, so the look compares with the fly.toml of those in the state.
    const flyToml = plan[name].flyToml(lastAddresses(app));
    return { addresses, all: [app, addresses, secrets, { ...release, flyToml }] };
  });
  const certificates = plan.certificates.map(({ role, servedBy, hostname }) =>
    certificateThing(names.host(role), { app: plan[servedBy].app, hostname }),
  );
  const backup = plan.backup && backupThings(names.backups, place, plan.backup, last);
  const tidying = plan.housekeeping && housekeepingThings(names.housekeeping, plan.housekeeping).machine;
  const mirror = plan.mirror && mirrorThings(names.mirror, place, plan.mirror);
  return {
    all: [
      ...apps.flatMap(({ all }) => all),
      ...certificates,
      postgresThing(names.database, place, plan.postgres),
      redisThing(names.redis, place, plan.redis),
      ownerThing(names.owner, plan.owner),
      ...(backup === undefined ? [] : [backup.app, backup.secrets, backup.machine]),
      ...(tidying === undefined ? [] : [tidying]),
      ...(mirror === undefined ? [] : [mirror.app, mirror.secrets, mirror.machine]),
    ],
    addresses: apps.map(({ addresses }) => addresses),
  };
}
