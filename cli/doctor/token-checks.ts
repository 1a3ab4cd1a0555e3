/** The checks of the operator's own tokens: whether they are valid, for how long, and what they may read. */
import { type Check, check, type Instead } from "../../checks/check.ts";
import { must } from "../../checks/expect.ts";
import type { Inspector } from "../../checks/inspector.ts";
import type { Envelope } from "../../providers/cloudflare/client.ts";
import type { CloudClient } from "../../providers/shared/cloud-client.ts";
import { CloudError } from "../../providers/shared/cloud-error.ts";
import { endOf } from "./fly-token.ts";

/** A cloud, as a check asks it. The signal ends what is still asked. */
export type Connect = (signal: AbortSignal) => CloudClient;

/** What Cloudflare's token is for. */
export interface ZoneOfAccount {
  accountId: string;
  zone: string;
  /** Whether others use the zone too (`zoneMode: shared`): a config rule does there what a setting does elsewhere. */
  isShared: boolean;
}

const dayMs = 24 * 3_600_000;

/** A run that fails half way needs no more than this to be repaired. */
const daysLeft = { warning: 14, critical: 2 };

/** SendGrid's scopes that an `up` uses (README, “Tokens and rights”). */
const sendgridScopes = ["whitelabel", "api_keys"]
  .flatMap((name) => ["create", "read", "update", "delete"].map((verb) => `${name}.${verb}`))
  .concat("tracking_settings.click.read", "tracking_settings.click.update", "mail.send");

const unknown: Instead = {
  urgency: "warning",
  means: "Nothing is known about this token: the cloud could not be asked.",
  repair:
    "ask again: the clouds have pages about what does not work, such as https://www.cloudflarestatus.com",
};

const notInTime =
  "When it does not work, pulumi up can change and repair nothing. The community runs on without it.";

/** @param token FLY_API_TOKEN */
export function flyToken(token: string): Check<unknown, Inspector> {
  return check({
    name: "tokens: FLY_API_TOKEN is valid for some time yet",
    at: () => "FLY_API_TOKEN",
    asked: () => "the token itself, which has the time of its end",
    ask: async () => ({ end: endOf(token), now: Date.now() }),
    judge: ({ end, now }) => mustLast(end, now),
    means: notInTime,
    repair:
      "fly tokens create org -o <organisation>   (a new token: export it as FLY_API_TOKEN)\n" +
      "No resource changes with it (docs/operations.md, “Secrets”).",
    urgency: "warning",
  });
}

/** What a call needs, in the dashboard's words, and a path that shows it. */
const cloudflareRights: readonly [right: string, path: (of: ZoneOfAccount & { zoneId: string }) => string][] =
  [
    ["Zone → DNS", ({ zoneId }) => `/zones/${zoneId}/dns_records?per_page=5`],
    ["Zone → Transform Rules", ({ zoneId }) => `/zones/${zoneId}/rulesets`],
    ["Zone → Zone Settings", ({ zoneId }) => `/zones/${zoneId}/settings/ssl`],
    ["Account → Workers R2 Storage", ({ accountId }) => `/accounts/${accountId}/r2/buckets?per_page=1`],
  ];

/** What Cloudflare says of its token. */
interface CloudflareAnswers {
  status: string;
  /** Milliseconds since 1970; undefined: it never ends. */
  end: number | undefined;
  now: number;
  /** Undefined: the token sees no such zone. */
  missing: string[] | undefined;
}

export function cloudflareToken(connect: Connect, of: ZoneOfAccount): Check<unknown, Inspector> {
  return check({
    name: "tokens: CLOUDFLARE_API_TOKEN is valid for some time yet, and has its rights",
    at: () => "Cloudflare's API",
    asked: () => `GET /user/tokens/verify, and a look at what it is for: the zone ${of.zone} and the buckets`,
    ask: plainly(async ({ signal }: Inspector): Promise<CloudflareAnswers> => {
      const cloud = connect(signal);
      const token = await verified(cloud, of.accountId);
      const end = token.expires_on === undefined ? undefined : Date.parse(token.expires_on);
      const now = Date.now();
      if (token.status !== "active") return { status: token.status, end, now, missing: undefined };
      const { result } = await cloud.get<Envelope<{ id: string }[]>>("/zones", {
        name: of.zone,
        "account.id": of.accountId,
      });
      const zoneId = result[0]?.id;
      const missing = zoneId === undefined ? undefined : await missingRights(cloud, { ...of, zoneId, token });
      return { status: token.status, end, now, missing };
    }),
    judge({ status, end, now, missing }) {
      must(status === "active", `the token is ${status}`, { urgency: "critical" });
      must(missing !== undefined, `the token sees no zone ${of.zone} in the account ${of.accountId}`);
      must(missing.length === 0, `the token lacks ${missing.join(", ")}`);
      mustLast(end, now);
    },
    means: notInTime,
    repair:
      "Cloudflare dashboard, Manage Account, Account API Tokens: the rights of README, “Tokens and rights”, and a later end\n" +
      "export CLOUDFLARE_API_TOKEN=…   (a new token; no resource changes with it)",
    urgency: "warning",
    unanswered: unknown,
  });
}

/** Its id is absent where no such token is known. */
type Verified = { id?: string; status: string; expires_on?: string };

/** A token of the account is not known among those of users. */
export async function verified(cloud: CloudClient, accountId: string): Promise<Verified> {
  try {
    return (await cloud.get<Envelope<Verified>>("/user/tokens/verify")).result;
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  try {
    return (await cloud.get<Envelope<Verified>>(`/accounts/${accountId}/tokens/verify`)).result;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { status: "not valid" };
  }
}

/** `Config Settings Write`, which the dashboard calls Config Rules Edit (GET /accounts/{id}/tokens/permission_groups). */
const configRulesEdit = "06f0526e6e464647bd61b63c54935235";

interface Policy {
  effect: "allow" | "deny";
  permission_groups: { id: string }[];
}

/**
 * Whether a token may write config rules, as its own policies say: any right to rules lets a token read those of every
 * phase, so no call that only reads shows it.
 *
 * @returns undefined where the policies cannot be read: a user's token is none of the account's
 */
export async function mayWriteConfigRules(
  cloud: CloudClient,
  accountId: string,
  { id }: Verified,
): Promise<boolean | undefined> {
  if (id === undefined) return undefined;
  try {
    const path = `/accounts/${accountId}/tokens/${id}`;
    const { result } = await cloud.get<Envelope<{ policies: Policy[] }>>(path);
    const allowed = result.policies.filter(({ effect }) => effect === "allow");
    return allowed.some(({ permission_groups: groups }) => groups.some((one) => one.id === configRulesEdit));
  } catch (error) {
    if (isRefusal(error) || (error instanceof CloudError && error.status === 404)) return undefined;
    throw error;
  }
}

async function missingRights(
  cloud: CloudClient,
  of: ZoneOfAccount & { zoneId: string; token: Verified },
): Promise<string[]> {
  const configRules = of.isShared ? await mayWriteConfigRules(cloud, of.accountId, of.token) : undefined;
  const found = await Promise.all(
    cloudflareRights.map(async ([right, path]) => {
      try {
        await cloud.get(path(of));
        return [];
      } catch (error) {
        if (!isRefusal(error)) throw error;
        return [right];
      }
    }),
  );
  return [...found.flat(), ...(configRules === false ? ["Zone → Config Rules"] : [])];
}

export function sendgridToken(connect: Connect): Check<unknown, Inspector> {
  return check({
    name: "tokens: SENDGRID_API_KEY is valid, and has its rights",
    at: () => "SendGrid's API",
    asked: () => "GET /v3/scopes",
    ask: plainly(async ({ signal }: Inspector): Promise<string[] | undefined> => {
      try {
        return (await connect(signal).get<{ scopes: string[] }>("/scopes")).scopes;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        return undefined;
      }
    }),
    judge(scopes: string[] | undefined) {
      must(scopes !== undefined, "SendGrid refuses the key", { urgency: "critical" });
      const missing = sendgridScopes.filter((one) => !scopes.includes(one));
      must(missing.length === 0, `the key lacks ${missing.join(", ")}`);
    },
    means: notInTime,
    repair:
      "SendGrid dashboard, Settings, API Keys: the rights of README, “Tokens and rights”\n" +
      "export SENDGRID_API_KEY=SG.…   (a new key; no resource changes with it)",
    urgency: "warning",
    unanswered: unknown,
  });
}

/** A refusal in one line, without the client's advice: the check has its own. */
export function plainly<T>(ask: (by: Inspector) => Promise<T>): (by: Inspector) => Promise<T> {
  return async (by) => {
    try {
      return await ask(by);
    } catch (error) {
      throw error instanceof CloudError ? new Error(firstLine(error.message), { cause: error }) : error;
    }
  };
}

export const firstLine = (text: string) => text.split("\n")[0] ?? "";

/** Whether the cloud says that the credential may not do this. */
export function isRefusal(error: unknown): boolean {
  return error instanceof CloudError && [400, 401, 403].includes(error.status ?? 0);
}

function mustLast(end: number | undefined, now: number): void {
  if (end === undefined) return;
  const days = Math.floor((end - now) / dayMs);
  const until = new Date(end).toISOString().slice(0, 10);
  must(end > now, `the token ended on ${until}`, { urgency: "critical" });
  must(days >= daysLeft.warning, `the token ends on ${until}, in ${days === 1 ? "1 day" : `${days} days`}`, {
    urgency: days < daysLeft.critical ? "critical" : "warning",
  });
}
