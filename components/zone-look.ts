/**
 * A look at the zone before anything is declared: that it is there, and that nothing of others stands where this
 * stack is told to put something of its own. What is wrong is said at once and as a whole, in previews too.
 */
import * as pulumi from "@pulumi/pulumi";
import type { Community } from "../config/schema.ts";
import { sleep, waitBefore } from "../dynamic/waiting.ts";
import * as cloudflare from "./cloudflare.ts";
import { isUnwell } from "./cloudflare-hints.ts";
import { recordComment } from "./community-records.ts";
import { headerPhase, rulesetName } from "./header-rule.ts";
import { mailRecordsOf } from "./mail-records.ts";

/** A zone as Cloudflare knows it. */
export interface FoundZone {
  zoneId: string;
  /** What has to stand at the registrar. */
  nameServers: string[];
  /** `active` once the registrar names Cloudflare's name servers. */
  status: string;
}

/**
 * Finds the community's zone.
 *
 * @throws RunError when it is not there, or when something of others is in the way
 */
export async function lookAtZone(community: Community, stack: string): Promise<FoundZone> {
  const zone = await findZone(community.cloudflareAccountId, community.zone);
  const problems = await Promise.all([
    community.zoneMode === "owned" ? foreignRuleset(zone.zoneId, rulesetName(stack)) : undefined,
    ...mailRecordsOf(community).map((record) => foreignRecord(zone.zoneId, record, recordComment(stack))),
  ]);
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw new pulumi.RunError(found.join("\n\n"));
  return zone;
}

/** Half an answer is all that the provider does not ask anew for by itself. */
const tries = 4;

/**
 * A question to Cloudflare, asked again when the answer came by half.
 *
 * @throws RunError with the call when Cloudflare stays unwell; any other refusal as it is
 */
async function asked<T>(call: string, ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause);
      if (!isUnwell(said)) throw cause;
      if (attempt >= tries || !isHalf(said))
        throw new pulumi.RunError(
          [
            `Cloudflare does not answer ${call}, so nothing in the clouds was changed.`,
            "  fix     run the command again; https://www.cloudflarestatus.com tells how it is",
            `  said    ${said}`,
          ].join("\n"),
        );
      await sleep(waitBefore(attempt, undefined, {}, Date.now()));
    }
  }
}

const isHalf = (said: string) => /parsing response json|deserialize/.test(said);

async function findZone(accountId: string, name: string): Promise<FoundZone> {
  try {
    const filter = { name, match: "all" as const, account: { id: accountId } };
    const zone = await asked(`GET /zones?name=${name}`, () => cloudflare.getZone({ filter }));
    return { zoneId: zone.zoneId ?? zone.id, nameServers: zone.nameServers, status: zone.status };
  } catch (cause) {
    if (pulumi.RunError.isInstance(cause)) throw cause;
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new pulumi.RunError(
      [
        `Cloudflare shows no zone ${name} in the account ${accountId}.`,
        "  set in  mastiff:zone (or mastiff:domain), mastiff:cloudflareAccountId, and the token in CLOUDFLARE_API_TOKEN",
        "  fix     add the domain in the Cloudflare dashboard, or let this stack make the zone:",
        "            pulumi config set mastiff:zoneMode created",
        "          if it is there, the token may not read it: it needs Zone Read on this zone",
        `  said    ${said}`,
      ].join("\n"),
    );
  }
}

/** A zone has one ruleset a phase: Cloudflare refuses a second one (20217), and destroying ours would end theirs. */
async function foreignRuleset(zoneId: string, own: string): Promise<string | undefined> {
  const { results } = await asked(`GET /zones/${zoneId}/rulesets`, () => cloudflare.getRulesets({ zoneId }));
  const foreign = results.find((r) => r.phase === headerPhase && r.kind === "zone" && r.name !== own);
  if (foreign === undefined) return undefined;
  return [
    `The zone has a ruleset for response headers already: ${JSON.stringify(foreign.name)} (${foreign.id}).`,
    "A zone has one for each phase, and this stack is set to own it. Two ways out:",
    "  - let this stack add its one rule to that ruleset and leave the others alone:",
    "      pulumi config set mastiff:zoneMode shared",
    "  - or, when the ruleset is not needed, remove it and run again:",
    '      curl -X DELETE -H "Authorization: Bearer $CLOUDFLARE_API_TOKEN" \\',
    `        https://api.cloudflare.com/client/v4/zones/${zoneId}/rulesets/${foreign.id}`,
  ].join("\n");
}

/** A name has at most one SPF and one DMARC record; two make both void (RFC 7208 4.5, RFC 7489 6.6.3). */
async function foreignRecord(
  zoneId: string,
  wanted: ReturnType<typeof mailRecordsOf>[number],
  ownComment: string,
): Promise<string | undefined> {
  const { results } = await asked(`GET /zones/${zoneId}/dns_records?name=${wanted.host}`, () =>
    cloudflare.getDnsRecords({ zoneId, name: { exact: wanted.host }, type: "TXT" }),
  );
  const foreign = results.find(
    (r) => r.content.replace(/^"/, "").startsWith(wanted.prefix) && r.comment !== ownComment,
  );
  if (foreign === undefined) return undefined;
  return [
    `${wanted.host} has a ${wanted.prefix} record already that this stack did not make: ${foreign.content}`,
    `  set in  mastiff:${wanted.key}, which asks for one of ours`,
    `  fix     keep theirs: pulumi config rm mastiff:${wanted.key}`,
    "          or remove their record in the Cloudflare dashboard and run again",
  ].join("\n");
}
