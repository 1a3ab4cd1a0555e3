/** The community that the doctor looks at: as a stack's config describes it, or a domain with the default hosts. */
import type { Check } from "../../checks/check.ts";
import type { Community } from "../../checks/community.ts";
import { checksOf, within } from "../../checks/examine.ts";
import { type InsideLook, insideChecks } from "../../checks/inside.ts";
import type { Inspection, Inspector } from "../../checks/inspector.ts";
import { checks as visitorsChecks } from "../../checks/table.ts";
import { inArguments } from "../../components/config/arguments.ts";
import { proxiedHost } from "../../components/config/derived-names.ts";
import { hostNameProblem } from "../../components/config/forms.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";
import type { Sizes } from "../../components/config/sizes.ts";
import { setParts } from "../../providers/rules/config-parts.ts";
import { type OpenedCommunity, openCommunity } from "../community.ts";
import { internetOf } from "../internet.ts";
import { UsageError } from "../usage-error.ts";
import { accountChecks } from "./accounts.ts";
import { backupCheck, knownAccess } from "./backup-check.ts";
import { growthSince } from "./growth.ts";
import { insideLook } from "./inside-look.ts";

/** Whom the doctor looks at, and how. */
export interface Patient {
  community: Community;
  /** Where it is looked for. */
  internet: Inspection;
  /** In the order in which they are reported. */
  checks: Check<unknown, Inspector>[];
  /** Other checks than those of a community on the real internet, in words. Undefined: all of them. */
  leftOut?: string;
  /** What checks wait for. It fails when somebody stops the command. */
  waited: Promise<unknown>;
}

/**
 * The community of a stack, see {@link openCommunity}.
 *
 * @param name undefined: the stack that is selected
 * @param options.community its logical name, if the stack has several
 * @param options.inside whether to look into its machines
 */
export async function patientOfStack(
  name: string | undefined,
  { community, inside }: { community: string | undefined; inside: boolean },
): Promise<Patient> {
  return patientOf(await openCommunity(name, community), { inside });
}

/** As {@link patientOfStack}, of a community whose settings are known. */
export function patientOf(opened: OpenedCommunity, { inside }: { inside: boolean }): Patient {
  const { config, named, recorded, settings } = opened;
  const { app, backup, domain, endpoints, sizes } = settings;
  // Not awaited: pulumi decrypts it while everything else is asked.
  const access = backup === undefined ? Promise.resolve(undefined) : knownAccess(opened);
  const growth = backup === undefined ? async () => undefined : growthSince(access, backup, domain);
  const whole = communityOfSettings(settings);
  const isLocal = endpoints.internet !== undefined;
  return {
    community: whole,
    internet: internetOf(settings),
    ...(isLocal && {
      leftOut: `${endpoints.internet} (mastiff:endpoints) has neither TLS nor name servers: certificates and the zone's delegation are not checked`,
    }),
    waited: access,
    checks: [
      ...(isLocal ? visitorsChecks : checksOf(whole)),
      ...(backup === undefined ? [] : [backupCheck(opened, domain, backup, access)]),
      ...accountChecks(settings, config),
      ...(inside
        ? insideChecks({
            ask: insideLook(settings),
            growth,
            domain,
            named,
            app,
            resize: resizeOf(sizes, recorded?.name),
          })
        : []),
    ],
  };
}

/**
 * How a part of a community's sizes gets another value.
 *
 * @param community logical name of a community that a program makes from arguments; undefined: it is made from config
 */
export function resizeOf(sizes: Sizes, community?: string): InsideLook["resize"] {
  return (path, value) => {
    const [key = "", part = ""] = path.split(".");
    const command = setParts(`mastiff:${key}`, { ...sizes[key as keyof Sizes], [part]: value });
    return community === undefined ? command : inArguments(command, community);
  };
}

/** What config says of a community's outside. */
function communityOfSettings(
  settings: Pick<
    CommunitySettings,
    | "assetsHost"
    | "domain"
    | "filesHost"
    | "mastodonVersion"
    | "oldFilesHosts"
    | "ownerUsername"
    | "smtpServer"
    | "streamingHost"
  >,
): Community {
  const { domain, streamingHost, assetsHost, filesHost, oldFilesHosts } = settings;
  return {
    domain,
    streamingHost,
    assetsHost,
    filesHost,
    oldFilesHosts: oldFilesHosts.filter((host) => host !== filesHost),
    owner: settings.ownerUsername,
    version: settings.mastodonVersion.replace(/^v/, ""),
    sendgrid: settings.smtpServer === undefined,
  };
}

/** The community of a domain, see {@link communityAt}. */
export async function patientAt(domain: string, internet: Inspection): Promise<Patient> {
  const community = await communityAt(domain, internet);
  return { community, internet, checks: checksOf(community), waited: Promise.resolve() };
}

/**
 * The community of a domain, at the hosts that Mastiff gives it by default. They depend on the zone, which the
 * internet knows.
 *
 * @throws UsageError when it is no domain
 */
export async function communityAt(domain: string, { open, limitMs }: Inspection): Promise<Community> {
  const problem = hostNameProblem(domain);
  if (problem !== undefined)
    throw new UsageError({
      what: `--domain is ${JSON.stringify(domain)}: ${problem}.`,
      fix: ["for example:  --domain acme.social"],
    });
  const zone = await zoneOf(domain, { open, limitMs: limitMs / 3 });
  return {
    domain,
    streamingHost: `streaming.${domain}`,
    assetsHost: proxiedHost("assets", domain, zone),
    filesHost: proxiedHost("files", domain, zone),
  };
}

/** The domain itself where its zone is not known: a check says why. */
async function zoneOf(domain: string, { open, limitMs }: Inspection): Promise<string> {
  try {
    const found = await within(limitMs, (signal) => open(signal).nameServers(domain));
    return found.servers.length === 0 ? domain : found.zone;
  } catch {
    return domain;
  }
}
