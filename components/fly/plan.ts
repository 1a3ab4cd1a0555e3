/** The part of a community on Fly that config alone decides: first looked at, then declared. Pure. */

import { hostsOf, hostsOnFly } from "../cloudflare/hosts.ts";
import { databaseOf } from "../config/derived-names.ts";
import type { Community } from "../config/schema.ts";
import {
  type Addresses,
  type MailServer,
  railsEnvironment,
  streamingEnvironment,
} from "../mastodon/environment.ts";
import { forGoodSecretNames, mastodonSecretNames } from "../mastodon/mastodon-secrets.ts";
import type { LastState } from "../stack/last-state.ts";
import { type FlyAppPlan, flyAppThings, lastAddresses, type UnseenPlace } from "./app.ts";
import { type AppReleasePlan, appReleaseThings } from "./app-release.ts";
import { flyCertificateThings } from "./certificate.ts";
import { groupsOf, images, streamingToml, webToml } from "./fly-toml.ts";
import type { Things } from "./look.ts";
import { type OwnerPlan, ownerThings } from "./owner.ts";
import { type PostgresPlan, postgresThings } from "./postgres.ts";
import { type RedisPlan, redisThings } from "./redis.ts";

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
  web: PlannedApp;
  streaming: PlannedApp;
  certificates: PlannedCertificate[];
  postgres: PostgresPlan;
  redis: RedisPlan;
  owner: OwnerPlan;
}

export function planFly(community: Community, mail: MailServer): FlyPlan {
  const { app, domain, region, rotate, sizes, dedicatedIpv4: dedicatedV4 } = community;
  const streamingApp = `${app}-streaming`;
  const image = images(community.mastodonVersion);
  const connections = ["DATABASE_URL", "REDIS_URL"];
  const dispensable = !isKept(community);
  return {
    web: {
      app,
      dedicatedV4,
      release: {
        image: image.web,
        secretNames: [
          ...mastodonSecretNames(community.otpSecret),
          ...connections,
          "AWS_ACCESS_KEY_ID",
          "AWS_SECRET_ACCESS_KEY",
          ...(mail.auth === "none" ? [] : ["SMTP_PASSWORD"]),
          ...community.secretEnvNames,
        ],
        groups: groupsOf(sizes),
        forGood: forGoodSecretNames,
        database: { memoryMb: Math.max(1024, sizes.sidekiq.memoryMb), sidekiq: { ...sizes.sidekiq } },
        redisGate: sizes.redis.kind === "upstash",
        ...(sizes.redis.kind === "own" && { redis: `${app}-redis` }),
      },
      flyToml: (addresses) =>
        webToml({ app, region, image: image.web, env: railsEnvironment(community, addresses, mail), sizes }),
    },
    streaming: {
      app: streamingApp,
      dedicatedV4,
      release: {
        image: image.streaming,
        secretNames: connections,
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
        }),
    },
    certificates: hostsOnFly(hostsOf(community)).map(({ role, servedBy, name }) => ({
      role,
      servedBy,
      hostname: community.certificates === "wildcard" && role === "assets" ? `*.${domain}` : name,
    })),
    postgres: {
      app: `${app}-db`,
      size: sizes.postgres,
      database: databaseOf(app),
      consumers: [app, streamingApp],
      rotated: rotate.databasePassword !== undefined,
      dispensable,
    },
    redis: {
      name: `${app}-redis`,
      app,
      size: sizes.redis,
      rotated: rotate.redisPassword !== undefined,
      dispensable,
    },
    owner: {
      username: community.ownerUsername,
      email: community.ownerEmail,
      domain,
      rotation: rotate.ownerPassword,
    },
  };
}

/** Whether data is protected from deletion. The data of a community that is about to end is not. */
export function isKept({ protect, destroy }: Community): boolean {
  return protect && destroy === undefined;
}

/** The things to look at before any of the plan is declared, by the logical names that index.ts gives. */
export function thingsOf(place: UnseenPlace, plan: FlyPlan, last: LastState): Things {
  const app = (name: "web" | "streaming"): Things => ({
    ...flyAppThings(name, place, plan[name], last),
    ...appReleaseThings(
      `${name}-machines`,
      place,
      plan[name].app,
      plan[name].release,
      plan[name].flyToml(lastAddresses(name, last)),
    ),
  });
  const certificates = plan.certificates.map(({ role, servedBy, hostname }) =>
    flyCertificateThings(`${role}-host`, { app: plan[servedBy].app, hostname }),
  );
  return Object.assign(
    {},
    app("web"),
    app("streaming"),
    ...certificates,
    postgresThings("database", place, plan.postgres),
    redisThings("redis", place, plan.redis),
    ownerThings("owner", plan.web.app, plan.owner),
  );
}
