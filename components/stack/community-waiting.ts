import * as pulumi from "@pulumi/pulumi";
import type { CommunityCloudflare } from "../cloudflare/community-cloudflare.ts";
import { hostsOf } from "../cloudflare/hosts.ts";
import type { SecretValues } from "../config/given.ts";
import type { CommunityFly } from "../fly/community-fly.ts";
import { sendgridBaseUrl } from "../mail/community-mail.ts";
import type { SendgridMail } from "../mail/sendgrid-mail.ts";
import type { Groundwork } from "./groundwork.ts";
import { waitingFor } from "./waiting.ts";

/** The parts of a community that may wait for something. */
export interface WaitingParts {
  ground: Groundwork;
  cloudflare: CommunityCloudflare;
  sendgrid: SendgridMail | undefined;
  fly: CommunityFly;
  secrets: SecretValues;
}

/** What a community still waits for, in sentences; empty when nothing is missing. */
export function communityWaiting(parts: WaitingParts): pulumi.Output<string[]> {
  const { ground, cloudflare, sendgrid, fly, secrets } = parts;
  const { settings, zone: found, ready } = ground;
  const { zone, media } = cloudflare;
  const hosts = hostsOf(settings);
  return waitingFor(
    {
      zone: pulumi.output({
        name: settings.zone,
        status: zone.status,
        nameServers: zone.nameServers,
        paused: found?.paused ?? false,
        activatedOn: found?.activatedOn ?? null,
        edgeHost: hosts.assets.name,
      }),
      files: pulumi.output({ name: hosts.files.name, ...media.publicHost }),
      addresses: fly.oldAddresses,
      certificates: fly.certificates
        .filter(({ item }) => !ready.includes(item))
        .map(({ subject }) => subject),
      flyEndpoint: settings.endpoints.fly,
      sendgrid: sendgrid && {
        domain: sendgrid.subject,
        senderEmail: settings.sender?.email,
        baseUrl: sendgridBaseUrl(settings),
        apiKey: secrets.sendgridApiKey,
        after: [fly.webRelease.released, fly.streamingRelease.released],
      },
      after: [fly.owner, fly.streamingRelease],
    },
    fly.owner,
  );
}
