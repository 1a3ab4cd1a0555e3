/** Keys for Mastodon's first account and its variables. */
import { z } from "zod";
import { boolean, emailAddress, jsonOf, ownerName, secretText, variable } from "../forms.ts";
import { described } from "../key-words.ts";

export const mastodonKeys = {
  ownerUsername: described(ownerName, {
    description:
      "User name of the first account, which has the role Owner: 1 to 30 lower-case letters, digits and `_`.",
    example: "rex",
  }),
  ownerEmail: described(emailAddress, {
    description: "E-mail address of the first account.",
    example: "rex@acme.social",
  }),
  otpSecret: described(boolean.default(false), {
    description: "Whether Mastiff generates `OTP_SECRET` too. A database from before Mastodon 4.4 needs it.",
    example: "true",
  }),
  env: described(jsonOf(z.record(z.string(), variable), '{"DEFAULT_LOCALE":"de"}').default({}), {
    description:
      "Your own variables for Mastodon. The values are texts, booleans or numbers, and are stored in plain text. Variables that Mastiff sets are refused.",
    example: '{"DEFAULT_LOCALE":"de"}',
  }),
  secretEnv: described(jsonOf(z.record(z.string(), secretText), '{"DEEPL_API_KEY":"…"}').default({}), {
    description:
      "Your own secret variables for Mastodon. The values are texts and reach Fly as secrets. Variables that Mastiff sets are refused.",
    example: '{"DEEPL_API_KEY":"<key>"}',
  }),
};
