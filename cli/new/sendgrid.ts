/** Looks at SendGrid for a stack that is not there yet: the key's rights, and the plan. Changes nothing. */
import { SENDGRID_EU_URL, sendgridClient } from "../../providers/sendgrid/client.ts";
import { CloudError } from "../../providers/shared/cloud-error.ts";
import { shell } from "../../providers/shared/shell.ts";
import { type Connect, firstLine, sendgridToken } from "../doctor/token-checks.ts";
import { diagnosed, type Place, paragraphOf, type Seen, unlooked, well } from "./seen.ts";

/** A person waits for the answer. */
const tries = 2;

/** The smallest set of rights, in the words of SendGrid's key dialog (README, “Tokens and rights”). */
export const sendgridRights =
  "a custom key: Sender Authentication, API Keys, Tracking Settings: full access; Mail Send";

export async function lookAtSendgrid(place: Place): Promise<Seen> {
  const { smtpServer, sendgridRegion, endpoints } = place.settings;
  if (smtpServer !== undefined) return well;
  const { SENDGRID_API_KEY: key } = shell().env;
  if (!key) return unlooked("SENDGRID_API_KEY", sendgridRights);
  const url = endpoints.sendgrid ?? (sendgridRegion === "eu" ? SENDGRID_EU_URL : undefined);
  const connect: Connect = (signal) => sendgridClient([key], url, { tries, signal });
  const found = await diagnosed(sendgridToken(connect), place);
  if (found?.answered) return { problems: [{ words: paragraphOf(found) }], notes: [] };
  if (found !== undefined) return { problems: [], notes: [paragraphOf(found)] };
  return { problems: [], notes: await planOf(connect) };
}

/** @see https://www.twilio.com/docs/sendgrid/api-reference/users-api/get-a-users-account-information */
async function planOf(connect: Connect): Promise<string[]> {
  try {
    const { type } = await connect(new AbortController().signal).get<{ type?: string }>("/user/account");
    if (type !== "free") return [];
    return ["SendGrid's account is on its trial, which ends after 60 days: choose a plan before that."];
  } catch (error) {
    // The rights that `up` needs do not include this one.
    if (error instanceof CloudError)
      return [`SendGrid did not say which plan it is: ${firstLine(error.message)}`];
    throw error;
  }
}
