/** Keys for protecting, checking, moving and ending a community. */
import { z } from "zod";
import { boolean, hostName, jsonOf } from "../forms.ts";
import { described } from "../key-words.ts";
import { rotation } from "../rotation.ts";

export const operationKeys = {
  protect: described(boolean.default(true), {
    description:
      "Whether the database, Redis, the bucket and the secrets are protected from deletion. The protection begins with the first release.",
    example: "false",
    see: ["operations.md#ending-a-community"],
  }),
  drift: described(z.enum(["look", "off"]).default("look"), {
    description:
      "Whether each preview and each `up` first compares Fly with the state. `off` skips the comparison.",
    example: "off",
    see: ["operations.md#what-other-hands-have-changed"],
  }),
  destroy: described(hostName.optional(), {
    description:
      "The community's domain, to end the community. The next `up` takes a last dump and removes the protection.",
    unset: "the community is kept",
    example: "acme.social",
    see: ["operations.md#ending-a-community"],
  }),
  movedFrom: described(
    jsonOf(
      z.strictObject({
        filesHost: hostName.meta({ description: "Host of the uploads that is given up." }).optional(),
        redisKind: z
          .enum(["own", "upstash"])
          .meta({ description: "Kind of Redis that the stack has now." })
          .optional(),
        mastodonVersion: z
          .string()
          .meta({ description: "Release from which the community goes back." })
          .optional(),
      }),
      '{"redisKind":"upstash"} or {"mastodonVersion":"v4.7.4"}',
    ).default({}),
    {
      description:
        "What you have moved away by hand. Mastiff then accepts this one change, which it refuses otherwise because data would be lost.",
      example: '{"redisKind":"own"}',
      see: [
        "operations.md#another-redis",
        "operations.md#another-name-for-uploads",
        "operations.md#going-back",
      ],
    },
  ),
  rotate: described(jsonOf(rotation, '{"smtpKey":"2026-11"}').default({}), {
    description:
      "A word for each secret to rotate: 1 to 20 lower-case letters, digits and dashes. A new word makes a new secret.",
    example: '{"smtpKey":"2026-11"}',
    see: ["operations.md#rotation"],
  }),
  endpoints: described(
    jsonOf(
      z.strictObject({
        fly: z.url().meta({ description: "Base of Fly's three APIs." }).optional(),
        sendgrid: z.url().meta({ description: "Base of SendGrid's API, with its `/v3`." }).optional(),
        r2: z.url().meta({ description: "Base of R2's S3 API; the bucket follows as a path." }).optional(),
        internet: z
          .url()
          .meta({
            description:
              "Where `mastiff doctor` finds the community's hosts, without TLS: it names the host in the header Host, and asks for DNS over HTTP.",
          })
          .optional(),
      }),
      '{"fly":"http://127.0.0.1:4640"}',
    ).default({}),
    {
      description:
        "Addresses of other clouds than the real ones, such as the local clouds. Without a part, Mastiff uses the real cloud. Cloudflare's address is `cloudflare:baseUrl`.",
      example: '{"fly":"http://127.0.0.1:4640"}',
    },
  ),
};
