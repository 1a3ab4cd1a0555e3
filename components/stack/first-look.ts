/**
 * Checks at Fly and Cloudflare, before a stack's first `up`, whether its community is up already. If so, the
 * state is elsewhere, in another backend or on another laptop, and so are the keys that accounts sign with.
 *
 * Only marks on this community's things count: its apps, its hosts' records, its rule, its bucket. A run
 * without a state cannot have made them, so they belong to another stack, whatever its name.
 */
import * as pulumi from "@pulumi/pulumi";
import { type CommunityThings, markedThings } from "../../providers/cloudflare/marked-things.ts";
import type { MarksOutput } from "../../providers/fly/spec.ts";
import type { Mark } from "../../providers/shared/mark.ts";
import { headerRuleRef } from "../cloudflare/header-rule.ts";
import { hostsOf } from "../cloudflare/hosts.ts";
import type { OperatorsCloudflare } from "../cloudflare/operators-cloudflare.ts";
import { appsOf, ruleRefOf } from "../config/derived-names.ts";
import type { CommunitySettings } from "../config/schema.ts";
import { askDriver } from "../fly/driver-call.ts";

/** A thing in a cloud that bears a mark, or that belongs to a marked thing. */
export interface Found {
  /** In words: "the app acme-social (3 machines, 3 of them running)". */
  what: string;
  /** The owner that the mark names; undefined: the thing has no mark, but has this community's name. */
  owner: Mark | undefined;
}

/**
 * @param connect makes the client that looks at Cloudflare; undefined: this preview cannot look there
 * @throws Error when the community is up already
 */
export async function lookForCommunity(
  community: CommunitySettings,
  connect: OperatorsCloudflare["connect"],
  parent: pulumi.Resource,
): Promise<void> {
  const stack = `${pulumi.getProject()}/${pulumi.getStack()}`;
  const [onFly, atCloudflare] = await Promise.all([
    community.drift === "off" ? [] : looked("Fly", () => lookAtFly(community, stack, parent)),
    connect === undefined ? [] : looked("Cloudflare", () => markedThings(connect(), thingsOf(community))),
  ]);
  const problem = elsewhere([...onFly, ...atCloudflare], { domain: community.domain, stack });
  if (problem !== undefined) throw new Error(problem);
}

/**
 * The error message for what was found; undefined when nothing belongs to another stack. Pure.
 *
 * A mark with this stack's name but no identity counts as this stack's: it may be from an older Mastiff.
 */
export function elsewhere(
  found: readonly Found[],
  { domain, stack }: { domain: string; stack: string },
): string | undefined {
  const owners = found.map(({ owner }) => owner).filter((owner) => owner !== undefined);
  const others = owners.filter(({ identity, stack: name }) => identity !== undefined || name !== stack);
  if (others.length === 0) return undefined;
  const names = [...new Set(others.map((owner) => owner.stack).filter((name) => name !== ""))].sort();
  const short = (names[0] ?? stack).split("/").at(-1);
  return [
    `${domain} is already up, and its state is elsewhere${names.length === 0 ? "" : ` (stack ${names.join(", ")})`}. Found:`,
    ...found.map(({ what, owner }) => `  - ${what}${owner?.identity ? `, marked ${owner.identity}` : ""}`),
    "Nothing was created. The keys that accounts sign with exist only in that state and in the running machines: remove nothing of this.",
    `  fix     log in to the backend that has the state:  pulumi login <url>, then pulumi preview -s ${short}`,
    `          or restore an exported state:  pulumi stack import --file state.json -s ${stack.split("/").at(-1)}`,
    "          or, for another community, set other names:  mastiff:domain, mastiff:app, mastiff:bucket",
    "          if no state is left: docs/operations.md, “A lost state”",
  ].join("\n");
}

/** Only warns if a cloud does not answer: nothing can be made there either, and its resources will say so. */
async function looked<T>(cloud: string, look: () => Promise<T[]>): Promise<T[]> {
  try {
    return await look();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    await pulumi.log.warn(
      `${cloud} did not say whether this community is already up: ${said.split("\n")[0]}`,
    );
    return [];
  }
}

async function lookAtFly(
  community: CommunitySettings,
  stack: string,
  parent: pulumi.Resource,
): Promise<Found[]> {
  const { app, flyOrg, endpoints, sizes } = community;
  const redis = sizes.redis.kind === "upstash" ? `${app}-redis` : null;
  const spec = { org: flyOrg, apps: appsOf(community), redis, stack };
  const endpoint = endpoints.fly;
  const { things } = await askDriver<MarksOutput>({ kind: "marks", verb: "look", spec, endpoint, parent });
  return things.map(({ what, identity, isEarlier }) => ({
    what,
    owner: isEarlier
      ? { identity: undefined, stack }
      : identity === null
        ? undefined
        : { identity, stack: "" },
  }));
}

/** Names under which a community has things at Cloudflare. */
export function thingsOf(community: CommunitySettings): CommunityThings {
  const { cloudflareAccountId: accountId, zone, domain, bucket, bucketJurisdiction } = community;
  const hosts = Object.values(hostsOf(community)).map(({ name }) => name);
  const beside = hosts.flatMap((host) => [`_acme-challenge.${host}`, `_fly-ownership.${host}`]);
  const mail = [`_dmarc.${domain}`, `s1._domainkey.${domain}`, `s2._domainkey.${domain}`];
  return {
    accountId,
    zone,
    names: [...hosts, ...beside, ...mail],
    ref: headerRuleRef(ruleRefOf(domain)),
    bucket,
    jurisdiction: bucketJurisdiction,
  };
}
