/** Looks at Cloudflare for a stack that is not there yet: the token's rights, R2, and the zone. Changes nothing. */

import { wholeRulesetName } from "../../components/cloudflare/header-rule.ts";
import { hostsOf } from "../../components/cloudflare/hosts.ts";
import { rulesOf } from "../../components/cloudflare/zone-look.ts";
import { obstaclesIn } from "../../components/cloudflare/zone-obstacles.ts";
import { ruleKinds } from "../../components/cloudflare/zone-room.ts";
import { zoneWarnings } from "../../components/cloudflare/zone-setup.ts";
import { ruleRefOf } from "../../components/config/derived-names.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";
import { planFly } from "../../components/fly/plan.ts";
import { mailServerOf } from "../../components/mastodon/environment.ts";
import { cloudflareClient, type Envelope } from "../../providers/cloudflare/client.ts";
import { readZone, type ZoneReading } from "../../providers/cloudflare/zone-reading.ts";
import { show } from "../../providers/fly/call/errors.ts";
import type { CloudClient } from "../../providers/shared/cloud-client.ts";
import { CloudError } from "../../providers/shared/cloud-error.ts";
import { shell } from "../../providers/shared/shell.ts";
import { cloudflareToken, isRefusal, mayWriteConfigRules, verified } from "../doctor/token-checks.ts";
import { questions } from "./questions.ts";
import { both, diagnosed, judgedBy, type Place, type Seen, unlooked, well, wrong } from "./seen.ts";

/** A person waits for the answer. */
const tries = 2;

/** R2's answer in an account that has not agreed to its terms. */
const notSwitchedOn = 10042;

/** The smallest set of rights, in the dashboard's words (README, “Tokens and rights”). */
export function smallestRights({ zoneMode }: Pick<CommunitySettings, "zoneMode">): string {
  const ofZone = [
    "Zone Read",
    "DNS Edit",
    "Zone Settings Edit",
    "Transform Rules Edit",
    "Bot Management Read",
  ];
  if (zoneMode === "shared") ofZone.push("Config Rules Edit");
  if (zoneMode === "created") ofZone.push("Zone Edit");
  const zones = zoneMode === "created" ? "all zones of the account" : "one zone";
  return `Account: Workers R2 Storage Edit, Account API Tokens Edit, Account Rulesets Read. Zone (${zones}): ${ofZone.join(", ")}`;
}

export async function lookAtCloudflare(place: Place): Promise<Seen> {
  const { settings, cloudflareUrl } = place;
  const { CLOUDFLARE_API_TOKEN: token } = shell().env;
  if (!token) return unlooked("CLOUDFLARE_API_TOKEN", smallestRights(settings));
  const connect = (signal?: AbortSignal) => cloudflareClient([token], cloudflareUrl, { tries, signal });
  const cloud = connect();
  const [account, zone] = await Promise.all([
    orRefusal(lookAtAccount(cloud, settings), settings),
    orRefusal(lookAtZone(cloud, place), settings),
  ]);
  const seen = both(account, zone);
  // The check looks at the zone, which may still be missing.
  if (seen.problems.length > 0 || settings.zoneMode === "created") return seen;
  const { cloudflareAccountId: accountId, zone: name } = settings;
  // Whether it may write config rules has been looked up with the account.
  const check = cloudflareToken(connect, { accountId, zone: name, isShared: false });
  return both(seen, judgedBy(await diagnosed(check, place)));
}

/** What a look found, or the words of the refusal that ended it. */
async function orRefusal(look: Promise<Seen>, settings: CommunitySettings): Promise<Seen> {
  try {
    return await look;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const rights = `\n          the smallest set of rights for it:  ${smallestRights(settings)}`;
    return { problems: [{ words: `${error.message}${isRefusal(error) ? rights : ""}` }], notes: [] };
  }
}

/** Only a call shows whether R2 is on, and whether the token may make tokens for the buckets. */
async function lookAtAccount(cloud: CloudClient, settings: CommunitySettings): Promise<Seen> {
  const { cloudflareAccountId: id, zone, zoneMode } = settings;
  const isShared = zoneMode === "shared";
  const [buckets, tokens, configRules] = await Promise.all([
    refusalOf(cloud, `/accounts/${id}/r2/buckets?per_page=1`),
    refusalOf(cloud, `/accounts/${id}/tokens?per_page=5`),
    isShared ? verified(cloud, id).then((token) => mayWriteConfigRules(cloud, id, token)) : true,
  ]);
  if (buckets?.codes.includes(notSwitchedOn))
    return wrong({
      what: `R2 is not switched on in the account ${id}, so there is no place for uploads and backups.`,
      fix: ["switch it on: Cloudflare dashboard, R2 (Cloudflare asks for a card, even for the free tier)"],
    });
  const lacking = [
    ...(buckets === undefined ? [] : ["Workers R2 Storage Edit"]),
    ...(tokens === undefined ? [] : ["Account API Tokens Edit"]),
    ...(configRules === false ? [`Config Rules Edit on the zone ${zone}`] : []),
  ];
  if (lacking.length === 0) return configRules === undefined ? unseenConfigRules(settings) : well;
  return wrong({
    what: `The token in CLOUDFLARE_API_TOKEN lacks, in the account ${id}: ${lacking.join(", ")}.`,
    fix: [
      "give it these rights: Cloudflare dashboard, Manage Account, Account API Tokens",
      `the smallest set for this community:  ${smallestRights(settings)}`,
    ],
  });
}

/** The token is a user's, who alone may read what rights it has. */
function unseenConfigRules(settings: CommunitySettings): Seen {
  const { zone, domain } = settings;
  return {
    problems: [],
    notes: [
      show({
        what: `The zone ${zone} holds more than ${domain}, so the token needs Config Rules Edit too. Cloudflare does not show whether it has that right.`,
        fix: [`the smallest set for this community:  ${smallestRights(settings)}`],
      }),
    ],
  };
}

/** The refusal for want of a right; undefined when the call was granted. A token that is not valid is an error. */
async function refusalOf(cloud: CloudClient, path: string): Promise<CloudError | undefined> {
  try {
    await cloud.get<Envelope<unknown>>(path);
    return undefined;
  } catch (error) {
    if (error instanceof CloudError && error.status === 403) return error;
    throw error;
  }
}

async function lookAtZone(cloud: CloudClient, { settings, stack }: Place): Promise<Seen> {
  const { cloudflareAccountId: accountId, zone, zoneMode, bucket, bucketJurisdiction, filesHost } = settings;
  const rules = rulesOf({ community: settings, ref: ruleRefOf(settings.domain) });
  const reading = await readZone(cloud, {
    accountId,
    zone,
    phases: rules.flatMap(({ kind }) => ruleKinds[kind].phases),
    bucket: { accountId, bucket, jurisdiction: bucketJurisdiction, host: filesHost },
  });
  if (reading === undefined) return zoneMode === "created" ? well : noZone(zone, accountId);
  const isOwned = zoneMode !== "shared";
  const { certificates } = planFly(settings, mailServerOf(settings));
  const ownRuleset = isOwned ? wholeRulesetName(stack) : undefined;
  return {
    problems: obstaclesIn(reading, { community: settings, stack, certificates, rules, ownRuleset }).map(
      (words) => ({ words, key: keyIn(words) }),
    ),
    notes: [
      ...notDelegated(reading.zone),
      ...zoneWarnings(reading, Object.values(hostsOf(settings)), isOwned),
    ],
  };
}

/** The question whose answer an obstacle is about: the first that it names. A host follows from the domain. */
function keyIn(words: string): string {
  const named = [...words.matchAll(/mastiff:(\w+)/g)].map(([, key = ""]) => key);
  return named.find((key) => questions.some((question) => question.key === key)) ?? "domain";
}

function notDelegated({ name, status, name_servers: servers = [] }: ZoneReading["zone"]): string[] {
  if (status === "active") return [];
  return [
    show({
      what: `The zone ${name} is ${status}: the registrar does not name Cloudflare's name servers yet. The first up does not wait for that.`,
      fix: [`enter at the registrar:  ${servers.join(", ")}`],
    }),
  ];
}

function noZone(zone: string, accountId: string): Seen {
  return wrong(
    {
      what: `Cloudflare shows no zone ${zone} in the account ${accountId}.`,
      fix: [
        "add the domain: Cloudflare dashboard, Add a domain",
        "or let the stack create the zone:  --zone-mode created",
        "or name the zone that contains the domain:  --zone <name>",
        "if the zone exists, the token cannot read it: it needs Zone Read on this zone",
      ],
    },
    "zone",
  );
}
