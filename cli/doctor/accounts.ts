/** The checks for which the operator's own tokens are needed: those that the environment has. */
import type { Check } from "../../checks/check.ts";
import type { Inspector } from "../../checks/inspector.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";
import { cloudflareClient } from "../../providers/cloudflare/client.ts";
import { SENDGRID_EU_URL, sendgridClient } from "../../providers/sendgrid/client.ts";
import { shell } from "../../providers/shared/shell.ts";
import type { ConfigValues } from "../stack.ts";
import { guardCheck, mailChecks } from "./account-checks.ts";
import { type Connect, cloudflareToken, flyToken, sendgridToken } from "./token-checks.ts";

/** A check that fails may be asked again. */
const tries = 2;

/** @param config of the stack, which may name other clouds than the real ones */
export function accountChecks(
  settings: Pick<
    CommunitySettings,
    | "cloudflareAccountId"
    | "domain"
    | "endpoints"
    | "ownerEmail"
    | "sendgridRegion"
    | "smtpServer"
    | "zone"
    | "zoneMode"
  >,
  config: ConfigValues,
): Check<unknown, Inspector>[] {
  const { CLOUDFLARE_API_TOKEN: cloudflare, FLY_API_TOKEN: fly, SENDGRID_API_KEY: sendgrid } = shell().env;
  const { cloudflareAccountId: accountId, domain, ownerEmail: owner, zone } = settings;
  const place = { accountId, zone, isShared: settings.zoneMode === "shared" };
  const toCloudflare: Connect = (signal) =>
    cloudflareClient([cloudflare ?? ""], config["cloudflare:baseUrl"]?.value, { tries, signal });
  const sendgridUrl =
    settings.endpoints.sendgrid ?? (settings.sendgridRegion === "eu" ? SENDGRID_EU_URL : undefined);
  const toSendgrid: Connect = (signal) => sendgridClient([sendgrid ?? ""], sendgridUrl, { tries, signal });
  return [
    ...(cloudflare ? [guardCheck(toCloudflare, place), cloudflareToken(toCloudflare, place)] : []),
    ...(fly ? [flyToken(fly)] : []),
    // Another mail server has none of this.
    ...(sendgrid && settings.smtpServer === undefined
      ? [...mailChecks(toSendgrid, { domain, owner }), sendgridToken(toSendgrid)]
      : []),
  ];
}
