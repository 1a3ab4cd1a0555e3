/**
 * Reads the zone before any resource is declared, and checks that it exists, that a community can use it, and
 * that nobody else's records or rules are where this stack puts its own. All problems are reported together,
 * in previews too. This file makes the calls; pure functions in other files judge the answers.
 */
import * as pulumi from "@pulumi/pulumi";
import { readZone, type ZoneReading } from "../../providers/cloudflare/zone-reading.ts";
import type { CloudClient } from "../../providers/shared/cloud-client.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import type { CommunitySettings } from "../config/schema.ts";
import type { FlyPlan } from "../fly/plan.ts";
import { headerRuleRef, wholeRulesetName } from "./header-rule.ts";
import { hostsOf } from "./hosts.ts";
import { strictTlsRef } from "./strict-tls.ts";
import { obstaclesIn } from "./zone-obstacles.ts";
import { ruleKinds, type WantedRule } from "./zone-room.ts";
import { zoneWarnings } from "./zone-setup.ts";

/** A zone as Cloudflare knows it. */
export interface FoundZone {
  zoneId: string;
  /** The name servers to enter at the registrar. */
  nameServers: string[];
  /** `active` once the registrar names Cloudflare's name servers. */
  status: string;
  /** Whether Cloudflare serves only the zone's DNS, and no proxied host. */
  paused: boolean;
  /** When the zone first became active, in ISO 8601; null before. */
  activatedOn: string | null;
}

/** Arguments of {@link lookAtZone}. */
export interface ZoneLookArgs {
  /** The checked settings of the community that needs the zone. */
  community: CommunitySettings;
  /** The stack's mark; in the preview before the first `up`, which has no mark yet, the stack's name. */
  stack: string;
  /** Identifies this community's rules among those of others: letters, digits and `_`. */
  ref: string;
  /** The planned certificates, whose proofs are records in the zone. */
  certificates: FlyPlan["certificates"];
  /** Makes the client that reads the zone. @throws OperatorError when there is no token */
  connect: () => CloudClient;
}

/**
 * Reads and checks the community's zone; undefined if this stack creates the zone and has not done so yet.
 *
 * @throws RunError when the zone is missing, a community cannot use it, or others' records or rules conflict
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

/** The rules of a stack, by kind. In a shared zone, a config rule replaces the zone's SSL mode setting. */
export function rulesOf({ community, ref }: Pick<ZoneLookArgs, "community" | "ref">): WantedRule[] {
  const header: WantedRule = { kind: "transform", ref: headerRuleRef(ref) };
  return community.zoneMode === "shared" ? [header, { kind: "config", ref: strictTlsRef(ref) }] : [header];
}

/** @throws RunError when Cloudflare refuses or keeps failing: nothing can be declared without its answers */
async function read(args: ZoneLookArgs): Promise<ZoneReading | undefined> {
  const { cloudflareAccountId: accountId, zone, bucket, bucketJurisdiction, filesHost } = args.community;
  const phases = rulesOf(args).flatMap(({ kind }) => ruleKinds[kind].phases);
  try {
    return await readZone(args.connect(), {
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

function noZone({ zone, cloudflareAccountId }: CommunitySettings): string {
  return [
    `Cloudflare shows no zone ${zone} in the account ${cloudflareAccountId}.`,
    "  set in  mastiff:zone (or mastiff:domain), mastiff:cloudflareAccountId, and the token in CLOUDFLARE_API_TOKEN",
    "  fix     add the domain in the Cloudflare dashboard, or let this stack create the zone:",
    "            pulumi config set mastiff:zoneMode created",
    "          if the zone exists, the token cannot read it: the token needs Zone Read on this zone",
  ].join("\n");
}
