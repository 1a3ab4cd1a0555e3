/** The checks of what the operator's accounts say: SendGrid of the mails, Cloudflare of what stops visitors. */
import { type Check, check, type Instead } from "../../checks/check.ts";
import { must } from "../../checks/expect.ts";
import type { Inspector } from "../../checks/inspector.ts";
import type { Envelope } from "../../providers/cloudflare/client.ts";
import { isTracking } from "../../providers/sendgrid/click-tracking.ts";
import { brandedLinks } from "../../providers/sendgrid/link-branding.ts";
import type { CloudClient } from "../../providers/shared/cloud-client.ts";
import { type Connect, isRefusal, plainly, type ZoneOfAccount } from "./token-checks.ts";

/** The share of the credits that should be left. */
const leastCredits = 0.2;
/** Mails of one week that came back or were refused; a few wrong addresses are nobody's fault. */
const mostBounces = 20;
const weekMs = 7 * 24 * 3_600_000;

const unknown: Instead = {
  urgency: "info",
  means: "Nothing is known about this: the cloud did not answer, or the token may not read it.",
  repair:
    "see for yourself: https://app.sendgrid.com, https://dash.cloudflare.com\n" +
    "or give the token the right to read it (docs/operations.md, “Is everything well?”)",
};

/** Whose mails. */
export interface MailAccount {
  domain: string;
  /** The Owner's address, whose mails should arrive. */
  owner: string;
}

/** The checks of SendGrid's account. */
export function mailChecks(connect: Connect, { domain, owner }: MailAccount): Check<unknown, Inspector>[] {
  const at = () => "SendGrid's API";
  return [
    check({
      name: "mail: SendGrid's quota is not used up",
      at,
      asked: () => "GET /v3/user/credits",
      ask: plainly(({ signal }: Inspector) => connect(signal).get<Credits>("/user/credits")),
      judge({ remain, total, reset_frequency: frequency }) {
        if (!(total > 0)) return;
        const seen = `${remain} of ${total} mails are left${frequency ? ` (${frequency})` : ""}`;
        must(remain > total * leastCredits, seen, { urgency: remain > 0 ? "warning" : "critical" });
      },
      means:
        "When it is used up, no mail leaves: nobody can sign up, confirm an address or reset a password.",
      repair:
        "SendGrid dashboard, Settings, Account Details: a larger plan\n" +
        "If it is used up much sooner than the community grows: somebody abuses the sign-up form, or the key.",
      urgency: "warning",
      unanswered: unknown,
    }),
    check({
      name: "mail: mails arrive, as SendGrid sees it",
      at,
      asked: () =>
        `GET /v3/suppression/bounces, blocks and spam_reports of the last week, and ${owner} in each`,
      ask: plainly(async ({ signal }: Inspector) => {
        const cloud = connect(signal);
        const [bounces, blocks, reports] = await Promise.all(
          ["bounces", "blocks", "spam_reports"].map((list) => suppressed(cloud, list, owner)),
        );
        return { bounces, blocks, reports };
      }),
      judge({ bounces, blocks, reports }) {
        const lists = { bounces, blocks, "spam reports": reports };
        for (const [list, found] of Object.entries(lists))
          must(!found?.hasOwner, `${owner} is among SendGrid's ${list}`, {
            means: "The Owner gets no mail: SendGrid drops what goes to an address on this list.",
            repair: `SendGrid dashboard, Suppressions: see why ${owner} is there, and take the address off the list`,
          });
        const failed = (bounces?.count ?? 0) + (blocks?.count ?? 0);
        must(
          failed <= mostBounces,
          `${bounces?.count} bounces and ${blocks?.count} blocks in a week; the last: ${bounces?.last ?? blocks?.last}`,
        );
        must((reports?.count ?? 0) === 0, `${reports?.count} people reported mails as spam in a week`, {
          urgency: "info",
          means: "Many reports make mail providers distrust the domain.",
        });
      },
      means: "Mails come back: people miss confirmations, and providers distrust a domain with many of them.",
      repair:
        "SendGrid dashboard, Suppressions: the reason of each\n" +
        "Sign-ups with invented addresses: Administration, Server settings, Registrations: approval required",
      urgency: "warning",
      unanswered: unknown,
    }),
    check({
      name: "mail: links in mails open, although HSTS wants https",
      at,
      asked: () => "GET /v3/whitelabel/links and /v3/tracking_settings/click",
      ask: plainly(async ({ signal }: Inspector) => {
        const cloud = connect(signal);
        const [branded, tracking] = await Promise.all([
          brandedLinks(cloud, domain),
          unlessRefused(isTracking(cloud)),
        ]);
        return { branded, tracking };
      }),
      judge({ branded, tracking }) {
        must(branded.length === 0, `link branding is on: ${branded.join(", ")}`);
        must(tracking !== true, "click tracking is on: links in mails lead through SendGrid first", {
          urgency: "info",
          means:
            "SendGrid learns which links people follow, also those that confirm an address or reset a password.",
        });
      },
      means:
        "Browsers refuse the links of mails: their host is below the domain, whose HSTS header wants https, and has no certificate.",
      repair:
        "pulumi up     (says what stands there, and switches click tracking off)\n" +
        "SendGrid dashboard, Settings, Sender Authentication, Link Branding: who made it, and for what",
      urgency: "critical",
      unanswered: unknown,
    }),
  ];
}

/** https://www.twilio.com/docs/sendgrid/api-reference/users-api/retrieve-your-credit-balance */
interface Credits {
  remain: number;
  total: number;
  reset_frequency?: string;
}

/** An entry of a list of addresses to which SendGrid sends nothing. */
interface Suppressed {
  email: string;
  reason?: string;
}

/** How many came onto a list within a week, why the last did, and whether the Owner is on it at all. */
async function suppressed(cloud: CloudClient, list: string, owner: string) {
  const start = Math.floor((Date.now() - weekMs) / 1000);
  const [recent, own] = await Promise.all([
    cloud.get<Suppressed[]>(`/suppression/${list}`, { start_time: start, limit: 500 }),
    cloud.get<Suppressed[]>(`/suppression/${list}/${encodeURIComponent(owner)}`),
  ]);
  return { count: recent.length, last: recent[0]?.reason?.slice(0, 100), hasOwner: own.length > 0 };
}

/** What Cloudflare does to visitors of the zone. Undefined where the token may not read it. */
interface Guards {
  fightMode: boolean | undefined;
  level: string | undefined;
}

export function guardCheck(connect: Connect, { accountId, zone }: ZoneOfAccount): Check<unknown, Inspector> {
  return check({
    name: "fediverse: neither Bot Fight Mode nor Under Attack mode keeps servers out",
    at: () => "Cloudflare's API",
    asked: () => `the zone ${zone}: bot_management and settings/security_level`,
    ask: plainly(async ({ signal }: Inspector): Promise<Guards> => {
      const cloud = connect(signal);
      const { result } = await cloud.get<Envelope<{ id: string }[]>>("/zones", {
        name: zone,
        "account.id": accountId,
      });
      const id = result[0]?.id;
      if (id === undefined) throw new Error(`the token sees no zone ${zone}`);
      const [bots, level] = await Promise.all([
        unlessRefused(cloud.get<Envelope<{ fight_mode?: boolean }>>(`/zones/${id}/bot_management`)),
        unlessRefused(cloud.get<Envelope<{ value: string }>>(`/zones/${id}/settings/security_level`)),
      ]);
      if (bots === undefined && level === undefined) throw new Error("the token may read neither");
      return { fightMode: bots?.result.fight_mode, level: level?.result.value };
    }),
    judge({ fightMode, level }) {
      must(fightMode !== true, "bot_management.fight_mode is on", {
        repair:
          "Cloudflare dashboard, the zone, Security, Settings, Bot traffic: Bot Fight Mode off (no rule can exempt requests from it)",
      });
      must(level !== "under_attack", "settings/security_level is under_attack");
    },
    means:
      "Other servers get no pictures, and with hosts behind the proxy nothing at all: they cannot show that they are browsers.",
    repair: "pulumi up --refresh   (after an attack: ends Under Attack mode in a zone of the stack's own)",
    urgency: "critical",
    unanswered: unknown,
  });
}

async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
