/** How mail stands at SendGrid while the program runs. */
import * as pulumi from "@pulumi/pulumi";
import { sendgridClient } from "../../providers/sendgrid/client.ts";
import { lookAtMail, type MailLook, type MailLookSpec } from "../../providers/sendgrid/look.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";

/** The place where a community's mail is looked at. */
export interface MailPlace {
  /** Domain that mails are sent from, once SendGrid has it. */
  domain: pulumi.Output<string>;
  /** Address of the verified sender. Default: there is none. */
  senderEmail?: string | undefined;
  /** Base of the API, with its version. Default: that of accounts outside the EU. */
  baseUrl?: string | undefined;
  /** The operator's key. Default: SENDGRID_API_KEY. */
  apiKey?: pulumi.Output<string> | undefined;
  /** Resources that must be finished before SendGrid is asked. A component counts as finished when it is declared. */
  after: readonly pulumi.Resource[];
}

/** What was asked about mail, and what SendGrid answered. */
export interface SeenMail {
  asked: MailLookSpec;
  mail: MailLook;
}

/**
 * Looks at SendGrid in the program itself: a program of its own takes 0.4 CPU seconds to load, and a start of Node.
 *
 * @throws RunError when there is no key for SendGrid
 */
export function mailAt(place: MailPlace): pulumi.Output<SeenMail> {
  const { senderEmail, baseUrl, after } = place;
  const finished = pulumi.all(after.map(({ urn }) => urn));
  return pulumi
    .all([place.domain, place.apiKey, finished])
    .apply(async ([domain, apiKey = process.env.SENDGRID_API_KEY]) => {
      const asked = { domain, senderEmail };
      return { asked, mail: await lookAtMail(connect(apiKey, baseUrl), asked) };
    });
}

function connect(apiKey: string | undefined, baseUrl: string | undefined): ReturnType<typeof sendgridClient> {
  try {
    // A preview should not wait long for a status line: two tries are enough.
    return sendgridClient(apiKey ? [apiKey] : [], baseUrl, { tries: 2 });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    throw new pulumi.RunError(error.message);
  }
}
