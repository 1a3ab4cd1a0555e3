/** Two communities in one program. They share a Cloudflare zone, a SendGrid account and a Fly organisation. */
import * as pulumi from "@pulumi/pulumi";
import { Community, type CommunityArgs } from "mastiff";

const config = new pulumi.Config();
const zone = config.require("zone");

const shared: Pick<CommunityArgs, "cloudflare" | "fly" | "protect" | "endpoints"> = {
  cloudflare: { accountId: config.require("accountId"), zone },
  fly: { organization: config.require("organization"), region: "ams" },
  // For a trial, `false` lets `pulumi destroy` remove everything.
  protect: config.getBoolean("protect") ?? true,
  // Other clouds than the real ones, for a trial.
  endpoints: config.getObject("endpoints") ?? {},
};

const dogs = new Community("dogs", {
  ...shared,
  domain: `dogs.${zone}`,
  owner: { username: "rex", email: `rex@dogs.${zone}` },
});

const cats = new Community("cats", {
  ...shared,
  domain: `cats.${zone}`,
  owner: { username: "tom", email: `tom@cats.${zone}` },
  sizes: { redis: { kind: "upstash" } },
});

export const dogsUrl = dogs.url;
export const catsUrl = cats.url;
export const dogsPassword = dogs.ownerPassword;
export const catsPassword = cats.ownerPassword;
export const waitingFor = pulumi.all([dogs.waitingFor, cats.waitingFor]).apply((all) => all.flat());
