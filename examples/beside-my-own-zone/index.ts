/**
 * A community at a subdomain of a website. The zone with its settings and records stays the program's own; the
 * community adds its records and rules, and removes nothing else.
 */
import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { Community } from "mastiff";

const config = new pulumi.Config();
const zone = config.require("zone");
const accountId = config.require("accountId");
const { zoneId } = cloudflare.getZoneOutput({ filter: { name: zone, account: { id: accountId } } });

const website = new cloudflare.DnsRecord("website", {
  zoneId,
  name: zone,
  type: "A",
  content: "192.0.2.10",
  proxied: true,
  ttl: 1,
});

const social = new Community(
  "social",
  {
    domain: `social.${zone}`,
    owner: { username: "rex", email: `rex@social.${zone}` },
    cloudflare: { accountId, zone },
    fly: { organization: config.require("organization"), region: "ams" },
    mail: { dmarc: { policy: "none" } },
    // Other clouds than the real ones, for a trial.
    endpoints: config.getObject("endpoints") ?? {},
  },
  { dependsOn: [website] },
);

export const url = social.url;
export const nameServers = social.nameServers;
export const ownerPassword = social.ownerPassword;
export const waitingFor = social.waitingFor;
