/** Rules between config keys. */
import type { ConfigProblem } from "./config-error.ts";
import { reservedNames } from "./reserved-names.ts";
import { notOurs } from "./rotation.ts";
import type { Community, Parsed } from "./schema.ts";
import { budgetProblem } from "./sizes.ts";

/** What is wrong between keys that are each of the right form; empty when nothing is. */
export function ruleProblems(community: Community, parsed: Parsed): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const add = (key: string, value: string | undefined, reason: string) =>
    problems.push({ key, value, reason });
  const { domain, zone } = community;
  const inZone = (host: string) => host === zone || host.endsWith(`.${zone}`);

  if (!inZone(domain)) add("zone", zone, `${domain} does not lie in it`);
  const hosts = {
    domain,
    assetsHost: community.assetsHost,
    filesHost: community.filesHost,
    streamingHost: community.streamingHost,
  };
  for (const [key, host] of Object.entries(hosts)) {
    if (key !== "domain" && !inZone(host)) add(key, host, `does not lie in the zone ${zone}`);
    const twin = Object.entries(hosts).find(([other, name]) => other < key && name === host);
    if (twin !== undefined)
      add(key, host, `is the same host as mastiff:${twin[0]}; each needs a host of its own`);
  }
  for (const key of ["assetsHost", "filesHost"] as const) {
    const labels = community[key].slice(0, -zone.length - 1).split(".").length;
    if (inZone(community[key]) && labels > 1) {
      add(
        key,
        community[key],
        `Cloudflare's Universal SSL covers one label below ${zone} only, so its edge has no certificate for it`,
      );
    }
  }
  const assetsLabels = community.assetsHost.endsWith(`.${domain}`)
    ? community.assetsHost.slice(0, -domain.length - 1).split(".").length
    : 0;
  if (community.certificates === "wildcard" && assetsLabels !== 1) {
    add("certificates", "wildcard", `*.${domain} does not cover ${community.assetsHost}: use perHost`);
  }
  if (parsed.app === undefined && community.app.length > 53) {
    add("app", community.app, "made from the domain it is too long: set a name of at most 53 characters");
  }
  if ((parsed.r2AccessKeyId === undefined) !== (parsed.r2SecretAccessKey === undefined)) {
    const missing = parsed.r2AccessKeyId === undefined ? "r2AccessKeyId" : "r2SecretAccessKey";
    add(missing, undefined, "an R2 key has two halves: r2AccessKeyId and r2SecretAccessKey");
  }
  if (parsed.smtpServer !== undefined && parsed.smtpPassword === undefined) {
    add("smtpPassword", undefined, `${parsed.smtpServer} wants a password`);
  }
  if (parsed.smtpServer !== undefined && parsed.smtpLogin === undefined) {
    add("smtpLogin", undefined, `${parsed.smtpServer} wants a login`);
  }
  if (parsed.smtpServer === undefined && (parsed.smtpLogin ?? parsed.smtpPassword) !== undefined) {
    add(
      "smtpServer",
      undefined,
      "smtpLogin and smtpPassword belong to a server: name it, or remove them to use SendGrid",
    );
  }
  if (parsed.dmarcReports !== undefined && parsed.dmarcPolicy === undefined) {
    add("dmarcPolicy", undefined, "dmarcReports needs a policy: none, quarantine or reject");
  }
  for (const [key, names] of [
    ["env", Object.keys(community.env)],
    ["secretEnv", community.secretEnvNames],
  ] as const) {
    for (const name of names) {
      if (!/^[A-Z_][A-Z0-9_]*$/.test(name))
        add(key, name, "a variable's name is capital letters, digits and _");
      const reserved = reservedNames[name];
      if (reserved !== undefined) add(key, name, reserved);
    }
  }
  for (const name of community.secretEnvNames) {
    if (name in community.env) add("secretEnv", name, "is set in mastiff:env too");
  }
  if (parsed.destroy !== undefined && parsed.destroy !== domain) {
    add(
      "destroy",
      parsed.destroy,
      `is not the domain of this stack's community, ${domain}: the key ends a community only when it names it`,
    );
  }
  const foreign = notOurs({ ...parsed, redisKind: community.sizes.redis.kind });
  for (const [name, reason] of Object.entries(foreign)) {
    if (name in community.rotate) add("rotate", JSON.stringify(community.rotate), `${name}: ${reason}`);
  }
  const budget = budgetProblem(community.sizes);
  if (budget !== undefined) add("web", undefined, budget);
  return problems;
}
