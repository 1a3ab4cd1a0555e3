import type { CloudClient } from "../shared/cloud-client.ts";
import { domainEntries } from "./authenticated-domain.ts";
import { isTracking } from "./click-tracking.ts";
import { sendersOf } from "./single-sender.ts";

/** What to look at. */
export interface MailLookSpec {
  /** Domain that mails are sent from. */
  domain: string;
  /** Address of the verified sender. Default: there is none. */
  senderEmail?: string | undefined;
}

/** The state of mail, as SendGrid sees it now. Null where it could not be read; `problems` then says why. */
export interface MailLook {
  /** Whether SendGrid knows the domain. */
  domainFound: boolean | null;
  /** Whether SendGrid has found the domain's records. */
  domainValid: boolean | null;
  senderFound: boolean | null;
  /** Whether the operator has clicked the link in SendGrid's mail. */
  senderVerified: boolean | null;
  /** Whether links in mails are rewritten. */
  clickTracking: boolean | null;
  problems: string[];
}

/** Looks without changing anything. A part that cannot be read does not hide the others. */
export async function lookAtMail(cloud: CloudClient, spec: MailLookSpec): Promise<MailLook> {
  const problems: string[] = [];
  const learn = async <T>(ask: () => Promise<T>): Promise<T | null> => {
    try {
      return await ask();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      return null;
    }
  };
  const { domain, senderEmail } = spec;
  const [entries, senders, clickTracking] = await Promise.all([
    learn(() => domainEntries(cloud, domain)),
    senderEmail ? learn(() => sendersOf(cloud, senderEmail)) : null,
    learn(() => isTracking(cloud)),
  ]);
  return {
    domainFound: entries && entries.length > 0,
    domainValid: entries?.some((entry) => entry.valid) ?? null,
    senderFound: senders && senders.length > 0,
    senderVerified: senders?.some((sender) => sender.verified) ?? null,
    clickTracking,
    problems: [...new Set(problems)].sort(),
  };
}
