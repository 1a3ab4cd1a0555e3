/** Words that several checks share: how to repair what the config describes, and what an answer's absence means. */
import type { Instead } from "./check.ts";

/** Where something on Fly differs from the config. A preview looks at Fly itself. */
export const look = "pulumi preview   (DRIFT says what differs on Fly)\npulumi up        (repairs it)";

/** Where something at Cloudflare differs from the config, at which a preview looks on request. */
export const lookAgain =
  "pulumi preview --refresh   (says what differs at Cloudflare)\npulumi up --refresh        (repairs it)";

/** Records that nobody could be asked for are not missing. */
export const unknownDns: Instead = {
  urgency: "warning",
  means: "Nothing is known about these records: the name servers could not be reached.",
  repair:
    "ask again, also from another network: some networks block outgoing DNS (port 53)\n" +
    "https://www.cloudflarestatus.com",
};
