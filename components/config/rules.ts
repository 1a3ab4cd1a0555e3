/** Rules for combinations of config keys. */
import { nameProblem } from "../../providers/rules/names.ts";
import { backupProblems } from "./backup-rules.ts";
import type { ConfigProblem } from "./config-error.ts";
import { derivedNames, longestApp, proxiedHost } from "./derived-names.ts";
import { housekeepingProblems } from "./housekeeping-rules.ts";
import { mailProblems } from "./mail-rules.ts";
import { mirrorProblems } from "./mirror-rules.ts";
import { notOurs } from "./rotation.ts";
import type { CommunitySettings, Parsed } from "./schema.ts";
import { budgetProblem } from "./sizes.ts";
import { variableProblems } from "./variable-rules.ts";

/** Each rule, and the keys that it relies on. If one of these has problems, the rule is skipped. */
const rules: readonly {
  of: readonly string[];
  problems: (c: CommunitySettings, p: Parsed) => ConfigProblem[];
}[] = [
  {
    of: ["zone", "zoneMode", "assetsHost", "filesHost", "oldFilesHosts", "streamingHost", "certificates"],
    problems: hostProblems,
  },
  { of: ["zone", "app", "bucket", "smtpServer", "sendgridSubdomain"], problems: nameProblems },
  { of: ["r2AccessKeyId", "r2SecretAccessKey"], problems: (_community, parsed) => keyProblems(parsed) },
  {
    of: [
      "app",
      "backup",
      "backupAccessKeyId",
      "backupSecretAccessKey",
      "bucket",
      "cloudflareAccountId",
      "r2AccessKeyId",
      "r2SecretAccessKey",
    ],
    problems: backupProblems,
  },
  {
    of: [
      "uploadsMirror",
      "mirrorAccessKeyId",
      "mirrorSecretAccessKey",
      "backup",
      "bucket",
      "cloudflareAccountId",
      "r2AccessKeyId",
      "r2SecretAccessKey",
    ],
    problems: mirrorProblems,
  },
  { of: ["housekeeping"], problems: housekeepingProblems },
  {
    of: ["smtpServer", "smtpAuth", "smtpEncryption", "smtpLogin", "smtpPassword", "fromAddress", "sender"],
    problems: mailProblems,
  },
  { of: [], problems: variableProblems },
  { of: ["smtpServer", "r2AccessKeyId", "redis"], problems: endProblems },
  { of: ["budget", "budgetAction"], problems: actionProblems },
];

/**
 * Problems in the combination of keys that are each valid on their own; empty when there are none.
 *
 * @param bad keys that have problems of their own: rules that rely on them are skipped
 */
export function ruleProblems(
  community: CommunitySettings,
  parsed: Parsed,
  bad: ReadonlySet<string>,
): ConfigProblem[] {
  return rules
    .filter(({ of }) => !of.some((key) => bad.has(key)))
    .flatMap(({ problems }) => problems(community, parsed))
    .filter(({ key }) => !bad.has(key));
}

type HostKey = "assetsHost" | "filesHost" | "streamingHost";
const hostKeys: readonly HostKey[] = ["assetsHost", "filesHost", "streamingHost"];

function hostProblems(community: CommunitySettings, parsed: Parsed): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const { domain, zone } = community;
  const inZone = (host: string) => host === zone || host.endsWith(`.${zone}`);
  const usual = (key: HostKey) => {
    const role = key.replace("Host", "");
    return key === "streamingHost" ? `streaming.${domain}` : proxiedHost(role, domain, zone);
  };
  if (!inZone(domain)) {
    const reason = `does not contain ${domain}`;
    return [{ key: "zone", value: zone, reason, ...(parsed.zoneMode !== "shared" && { right: domain }) }];
  }
  const seen = new Map<string, string>([[domain, "domain"]]);
  // Keys that were set come last, so that a conflict is reported for them and not for a default.
  const sorted = [...hostKeys].sort(
    (a, b) => Number(parsed[a] !== undefined) - Number(parsed[b] !== undefined),
  );
  for (const key of sorted) {
    const host = community[key];
    const others = new Set([domain, ...hostKeys.filter((other) => other !== key).map((o) => community[o])]);
    const right = others.has(usual(key)) ? undefined : usual(key);
    const add = (reason: string, better = right) =>
      problems.push({ key, value: host, reason, right: better });
    const twin = seen.get(host);
    seen.set(host, key);
    if (twin !== undefined) add(`is the same host as mastiff:${twin}; each needs a host of its own`);
    else if (!inZone(host)) add(`is not in the zone ${zone}`);
    else if (key !== "streamingHost" && isDeep(host, zone)) {
      const flat = `${host.slice(0, -zone.length - 1).replaceAll(".", "-")}.${zone}`;
      add(
        `Cloudflare's Universal SSL covers one label below ${zone} only, so its edge has no certificate for it`,
        others.has(flat) ? right : flat,
      );
    }
  }
  for (const host of community.oldFilesHosts) {
    const add = (reason: string) => problems.push({ key: "oldFilesHosts", value: host, reason });
    const twin = seen.get(host);
    if (twin !== undefined) add(`is the same host as mastiff:${twin}`);
    else if (!inZone(host)) add(`is not in the zone ${zone}`);
    else if (isDeep(host, zone))
      add(
        `Cloudflare's Universal SSL covers one label below ${zone} only, so its edge has no certificate for it`,
      );
  }
  const { assetsHost } = community;
  if (
    community.certificates === "wildcard" &&
    (!assetsHost.endsWith(`.${domain}`) || isDeep(assetsHost, domain))
  ) {
    const reason = `*.${domain} does not cover ${assetsHost}: use perHost`;
    problems.push({ key: "certificates", value: "wildcard", reason, right: "perHost" });
  }
  return problems;
}

/** Whether a host is more than one label below another name. */
function isDeep(host: string, below: string): boolean {
  return host.slice(0, -below.length - 1).includes(".");
}

/** Checks that each derived name is valid in its cloud. Only the first problem of a key is reported. */
function nameProblems(community: CommunitySettings): ConfigProblem[] {
  const problems = new Map<string, ConfigProblem>();
  for (const { key, rule, name } of derivedNames(community)) {
    const problem = nameProblem(rule, name);
    if (problem === undefined || problems.has(key)) continue;
    const value = community[key as keyof CommunitySettings] as string | undefined;
    const reason = value === name ? problem : `${name}, which is derived from it, ${problem}`;
    const right =
      key === "streamingHost" && problem.startsWith("is too long") ? undefined : rightName(key, name);
    problems.set(key, { key, value, reason, right });
  }
  // A domain that is too long makes every name below it too long: only the domain is reported.
  if (problems.has("domain")) return [...problems.values()].filter(({ key }) => key === "domain");
  return [...problems.values()];
}

/** A suggestion for an app whose name is reserved. */
function rightName(key: string, name: string): string | undefined {
  const other = `mastodon-${name}`;
  return key === "app" && other.length <= longestApp ? other : undefined;
}

function keyProblems(parsed: Parsed): ConfigProblem[] {
  if ((parsed.r2AccessKeyId === undefined) === (parsed.r2SecretAccessKey === undefined)) return [];
  const missing = parsed.r2AccessKeyId === undefined ? "r2AccessKeyId" : "r2SecretAccessKey";
  return [{ key: missing, reason: "an R2 key has two halves: r2AccessKeyId and r2SecretAccessKey" }];
}

function actionProblems({ budget, budgetAction }: CommunitySettings): ConfigProblem[] {
  if (budgetAction === "warn" || budget !== undefined) return [];
  const reason = "mastiff:budget is not set, so there is nothing to refuse";
  return [{ key: "budgetAction", value: budgetAction, reason, remove: true }];
}

function endProblems(community: CommunitySettings, parsed: Parsed): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const { domain } = community;
  if (parsed.destroy !== undefined && parsed.destroy !== domain) {
    problems.push({
      key: "destroy",
      value: parsed.destroy,
      reason: `is not the domain of this stack's community, ${domain}: the key must name the community that is to end`,
      // The fix never contains the domain: whoever ends a community types its name.
      remove: true,
    });
  }
  const foreign = notOurs({ ...parsed, redisKind: community.sizes.redis.kind });
  for (const [path, reason] of Object.entries(foreign)) {
    if (!(path in community.rotate)) continue;
    problems.push({
      key: "rotate",
      at: { part: path, parts: community.rotate },
      value: Object.entries(community.rotate).find(([name]) => name === path)?.[1],
      reason,
      remove: true,
    });
  }
  const budget = budgetProblem(community.sizes);
  if (budget !== undefined) problems.push({ key: "web", reason: budget });
  return problems;
}
