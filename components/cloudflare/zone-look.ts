/**
 * A look at the zone before anything is declared: that it is there, that it can hold a community, and that nothing of
 * others stands where this stack is told to put something of its own. What is wrong is said at once and as a whole, in
 * previews too. What the answers mean is in pure functions; this file asks.
 */
import * as pulumi from "@pulumi/pulumi";
import { readZone, type ZoneReading } from "../../providers/cloudflare/zone-reading.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import type { Community } from "../config/schema.ts";
import type { FlyPlan } from "../fly/plan.ts";
import { headerRuleRef, wholeRulesetName } from "./header-rule.ts";
import { hostsOf } from "./hosts.ts";
import { operatorsCloudflare } from "./operators-cloudflare.ts";
import { strictTlsRef } from "./strict-tls.ts";
import { obstaclesIn } from "./zone-obstacles.ts";
import { ruleKinds, type WantedRule } from "./zone-room.ts";
import { zoneWarnings } from "./zone-setup.ts";

/** A zone as Cloudflare knows it. */
export interface FoundZone {
  zoneId: string;
  /** What has to stand at the registrar. */
  nameServers: string[];
  /** `active` once the registrar names Cloudflare's name servers. */
  status: string;
  /** Whether Cloudflare serves its DNS alone, and no proxied host. */
  paused: boolean;
  /** When it became active for the first time, in ISO 8601; null before. */
  activatedOn: string | null;
}

/** What the look is told about the stack. */
export interface ZoneLookArgs {
  community: Community;
  /** The stack's mark; in the preview before the first `up`, when it has none, its name. */
  stack: string;
  /** What tells this community's rules from others': letters, digits and `_`. */
  ref: string;
  certificates: FlyPlan["certificates"];
}

/**
 * Looks at the community's zone; undefined where this stack makes the zone and has not yet.
 *
 * @throws RunError when it is not there, cannot hold a community, or something of others is in the way
 */
export async function lookAtZone(args: ZoneLookArgs): Promise<FoundZone | undefined> {
  const { community } = args;
  const reading = await read(args);
  if (reading === undefined) {
    if (community.zoneMode === "created") return undefined;
    throw new pulumi.RunError(noZone(community));
  }
  const isOwned = community.zoneMode !== "shared";
  const ownRuleset = isOwned ? wholeRulesetName(args.stack) : undefined;
  const obstacles = obstaclesIn(reading, { ...args, rules: rulesOf(args), ownRuleset });
  if (obstacles.length > 0) throw new pulumi.RunError(obstacles.join("\n\n"));
  for (const sentence of zoneWarnings(reading, Object.values(hostsOf(community)), isOwned)) {
    pulumi.log.warn(sentence);
  }
  const { id, status, paused, activated_on, name_servers = [] } = reading.zone;
  return { zoneId: id, nameServers: name_servers, status, paused, activatedOn: activated_on };
}

/** The rules of this stack, by kind: a config rule takes the place of the SSL mode in a shared zone. */
function rulesOf({ community, ref }: ZoneLookArgs): WantedRule[] {
  const header: WantedRule = { kind: "transform", ref: headerRuleRef(ref) };
  return community.zoneMode === "shared" ? [header, { kind: "config", ref: strictTlsRef(ref) }] : [header];
}

/** @throws RunError when Cloudflare refuses, or stays unwell: what is not known cannot be declared on. */
async function read(args: ZoneLookArgs): Promise<ZoneReading | undefined> {
  const { cloudflareAccountId: accountId, zone, bucket, bucketJurisdiction, filesHost } = args.community;
  const phases = rulesOf(args).flatMap(({ kind }) => ruleKinds[kind].phases);
  try {
    return await readZone(operatorsCloudflare(), {
      accountId,
      zone,
      phases,
      bucket: { accountId, bucket, jurisdiction: bucketJurisdiction, host: filesHost },
    });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    throw new pulumi.RunError(`${error.message}\nNothing in the clouds was changed.`);
  }
}

function noZone({ zone, cloudflareAccountId }: Community): string {
  return [
    `Cloudflare shows no zone ${zone} in the account ${cloudflareAccountId}.`,
    "  set in  mastiff:zone (or mastiff:domain), mastiff:cloudflareAccountId, and the token in CLOUDFLARE_API_TOKEN",
    "  fix     add the domain in the Cloudflare dashboard, or let this stack make the zone:",
    "            pulumi config set mastiff:zoneMode created",
    "          if it is there, the token may not read it: it needs Zone Read on this zone",
  ].join("\n");
}
