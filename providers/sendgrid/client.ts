import { CloudClient, type Persistence } from "../shared/cloud-client.ts";
import type { Refusal } from "../shared/cloud-error.ts";
import { OperatorError } from "../shared/operator-error.ts";

/** The API for accounts outside the EU. */
export const SENDGRID_URL = "https://api.sendgrid.com/v3";

/** The API for subusers whose region is the EU. */
export const SENDGRID_EU_URL = "https://api.eu.sendgrid.com/v3";

/** The scopes that this program needs, in the words of SendGrid's key dialog. */
const SCOPES = "whitelabel.*, api_keys.*, tracking_settings.*, mail.send; verified senders need Full Access";

/**
 * A client of SendGrid's v3 API.
 *
 * @param credentials keys in the order of preference; at least one.
 */
export function sendgridClient(
  credentials: string[],
  baseUrl?: string,
  persistence: Persistence = {},
): CloudClient {
  if (credentials.length === 0) {
    throw new OperatorError(
      "There is no key for SendGrid.\n  fix     export SENDGRID_API_KEY=SG.…   (or: pulumi config set --secret mastiff:sendgridApiKey)",
    );
  }
  return new CloudClient({
    cloud: "SendGrid",
    baseUrl: baseUrl ?? SENDGRID_URL,
    credentials,
    refuses: (status) => status === 401,
    explain,
    hint,
    ...persistence,
  });
}

/** `{"errors":[{"message":"…","field":"…"}]}`, where the field names the part of the body that is meant. */
export function explain(body: unknown): { messages: string[]; codes: number[] } {
  const errors = (body as { errors?: unknown } | null)?.errors;
  if (!Array.isArray(errors)) return { messages: [], codes: [] };
  const messages = errors.map(({ message, field }) => (field ? `${message} (${field})` : String(message)));
  return { messages, codes: [] };
}

function hint({ status, call, messages }: Refusal): string | undefined {
  const said = messages.join(" ");
  if (status === 401) {
    return "the key is not valid. A destroy or refresh uses the key of the last `up`: export SENDGRID_API_KEY to use another";
  }
  // "You have reached your limit …": https://www.twilio.com/docs/sendgrid/api-reference/api-keys (100 keys)
  if (status === 403 && call === "POST /api_keys" && /limit|maximum/i.test(said)) {
    return "the account already has 100 API keys, which is the limit: see in the dashboard (Settings, API Keys) which of them nobody uses, or use a separate subuser";
  }
  if (status === 403) return `give the operator's key these scopes: ${SCOPES}`;
  if (status === 429) return "too many calls: wait a minute and run it again";
  if (status === undefined || status >= 500) return "run it again: it continues where it stopped";
  return undefined;
}
