/** Which look belongs to which answer. The clouds' code is loaded when it is needed. */
import { type Look, settingsOf } from "./collected.ts";
import type { Answers } from "./questions.ts";
import { type Place, type Seen, well } from "./seen.ts";

/** By the question after whose answer there is enough to look. */
const looks: Readonly<Record<string, (place: Place) => Promise<Seen>>> = {
  cloudflareAccountId: async (place) => (await import("./cloudflare.ts")).lookAtCloudflare(place),
  flyOrg: async (place) => (await import("./fly.ts")).lookAtOrganisation(place),
  region: async (place) => (await import("./fly.ts")).lookAtRegion(place),
  smtpServer: async (place) => (await import("./sendgrid.ts")).lookAtSendgrid(place),
};

/** @param named the name of the new stack, as far as the answers say it */
export function looksFor(named: (answers: Answers) => string): Look {
  return async (key, answers) => {
    const cloudflareUrl = answers["cloudflare:baseUrl"];
    return (
      (await looks[key]?.({ settings: settingsOf(answers), stack: named(answers), cloudflareUrl })) ?? well
    );
  };
}
