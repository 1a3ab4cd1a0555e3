/** Checks whether a community can use a zone as it is set up. Pure. */
import type { PhaseRuleset, ZoneReading, ZoneRecord } from "../../providers/cloudflare/zone-reading.ts";
import type { Host } from "./hosts.ts";

/**
 * The error for a zone whose DNS Cloudflare does not serve; undefined for full setup. Records in such a zone
 * are not public, and R2 accepts no host of the zone (10051).
 *
 * @see https://developers.cloudflare.com/dns/zone-setups/
 */
export function notFullSetup({ name, type }: ZoneReading["zone"]): string | undefined {
  if (type === "full") return undefined;
  return [
    `The zone ${name} has ${type} setup: other name servers answer for it, so nobody would see this community's records.`,
    "  set in  mastiff:zone",
    `  fix     change its setup to full (Cloudflare dashboard, the zone, DNS, Settings, Convert to primary DNS) after all of its`,
    "          records are in Cloudflare too, then change the name servers at the registrar",
    "          or choose another domain: pulumi config set mastiff:domain <another domain>",
  ].join("\n");
}

/** Warnings about a zone that is accepted all the same: each a sentence or two, with what to do. */
export function zoneWarnings(reading: ZoneReading, hosts: readonly Host[], isOwned: boolean): string[] {
  const { zone, records, rulesets, securityLevel, fightMode } = reading;
  const proxied = hosts.filter((host) => host.proxied).map((host) => host.name);
  const said: (string | undefined)[] = [
    zone.paused ? pausedSentence(zone.name) : undefined,
    securityLevel === "under_attack" && !isExempt(rulesets, proxied)
      ? attackSentence(zone.name, proxied, isOwned)
      : undefined,
    fightMode === true ? fightSentence(zone.name, proxied) : undefined,
    forbiddenIssuer(hosts, records),
  ];
  return said.filter((sentence) => sentence !== undefined);
}

/** The warning for a paused zone: proxied hosts do not answer, so uploads are not visible either. */
export function pausedSentence(zone: string): string {
  return (
    `zone ${zone} is paused: its proxied hosts (assets, files) do not answer. ` +
    "Resume it: Cloudflare dashboard, the zone, Overview, Enable Cloudflare on Site"
  );
}

/** @see https://developers.cloudflare.com/fundamentals/reference/under-attack-mode/ */
function attackSentence(zone: string, hosts: readonly string[], isOwned: boolean): string {
  const what =
    `zone ${zone} is in Under Attack mode: apps and other servers get a challenge page ` +
    `instead of the files of ${hosts.join(" and ")}. `;
  return isOwned
    ? `${what}When the attack is over: pulumi up --refresh (sets the level to medium)`
    : `${what}Exempt these hosts: Cloudflare dashboard, Rules, Configuration Rules, ` +
        `(http.host in {${hosts.map((host) => JSON.stringify(host)).join(" ")}}), Security Level: Medium`;
}

/** @see https://developers.cloudflare.com/bots/get-started/bot-fight-mode/ ("cannot be bypassed": no rule helps) */
function fightSentence(zone: string, hosts: readonly string[]): string {
  return (
    `zone ${zone} is in Bot Fight Mode: Cloudflare treats apps and other servers as bots and sends them a challenge page instead of ` +
    `the files of ${hosts.join(" and ")}. No rule can exempt them. Switch the mode off: Cloudflare dashboard, the zone, ` +
    "Security, Settings, Bot traffic, Bot Fight Mode"
  );
}

/** Whether a rule of the zone sets a level other than Under Attack for all of these hosts. */
function isExempt(rulesets: readonly PhaseRuleset[], hosts: readonly string[]): boolean {
  return rulesets
    .filter(({ phase }) => phase === "http_config_settings")
    .flatMap(({ rules }) => rules)
    .some(({ enabled, expression, action_parameters: settings }) => {
      const level = settings?.security_level;
      const isLower = level !== undefined && level !== "under_attack";
      return enabled !== false && isLower && hosts.every((host) => expression.includes(JSON.stringify(host)));
    });
}

/** The authority that issues Fly's certificates: https://fly.io/docs/networking/custom-domain/ */
const flysIssuer = "letsencrypt.org";

/**
 * The warning about CAA records that forbid Let's Encrypt at a host that Fly serves; undefined when there are
 * none. This is not an error: while Universal SSL is on, Cloudflare adds Let's Encrypt and its own
 * authorities to the DNS answer, in records that its API does not show
 * (https://developers.cloudflare.com/ssl/edge-certificates/troubleshooting/caa-records/).
 */
export function forbiddenIssuer(hosts: readonly Host[], records: readonly ZoneRecord[]): string | undefined {
  const forbidden = hosts
    .filter((host) => host.servedBy !== "bucket")
    .map((host) => ({ host: host.name, rules: caaOf(host.name, records) }))
    .filter(({ rules }) => !allows(rules, flysIssuer));
  const first = forbidden[0];
  if (first === undefined) return undefined;
  const at = first.rules[0]?.name ?? "";
  const named = first.rules.filter(({ tag }) => tag === "issue").map(({ value }) => value || "nobody");
  return (
    `the CAA records of ${at} allow only ${named.join(" and ")} to issue certificates, but the certificates of ` +
    `${forbidden.map(({ host }) => host).join(", ")} come from Let's Encrypt. Cloudflare adds Let's Encrypt by itself while Universal SSL ` +
    `is on (dig +short CAA ${at} shows it); otherwise add a record: Cloudflare dashboard, DNS, Add record, CAA, ${at}, ` +
    `0 issue "${flysIssuer}"`
  );
}

interface CaaRule {
  name: string;
  tag: string;
  value: string;
}

/** The CAA records that apply to a host: those at the closest name that has any (RFC 8659 3). */
function caaOf(host: string, records: readonly ZoneRecord[]): CaaRule[] {
  for (let name = host; name.includes("."); name = name.slice(name.indexOf(".") + 1)) {
    const rules = records.filter((record) => record.type === "CAA" && record.name === name);
    if (rules.length > 0) return rules.map(caaRule);
  }
  return [];
}

/** Parses `0 issue "letsencrypt.org"`. Cloudflare returns the value with quotes. */
function caaRule({ name, content }: ZoneRecord): CaaRule {
  const [, tag = "", value = ""] = /^\d+\s+(\S+)\s+"?([^"]*)"?$/.exec(content) ?? [];
  return { name, tag: tag.toLowerCase(), value: value.trim() === ";" ? "" : value.trim() };
}

/** Whether an authority may issue: a rule names it without `accounturi`, or none names any (RFC 8659 4.2). */
function allows(rules: readonly CaaRule[], issuer: string): boolean {
  const issue = rules.filter(({ tag }) => tag === "issue");
  if (issue.length === 0) return true;
  return issue.some(({ value }) => {
    const [domain = "", ...parameters] = value.split(";").map((part) => part.trim().toLowerCase());
    return domain === issuer && !parameters.some((parameter) => parameter.startsWith("accounturi="));
  });
}
