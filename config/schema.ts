/** Form and defaults of every `mastiff:` key, and the checked config that they make. */
import { z } from "zod";
import { nameRules } from "../limits/names.ts";
import { appOf, bucketOf, longestApp, proxiedHost } from "./derived-names.ts";
import { boolean, emailAddress, hostName, jsonOf, number, ownerName, secretText, variable } from "./forms.ts";
import { mastodonVersion } from "./mastodon-release.ts";
import { rotation } from "./rotation.ts";
import { type Sizes, sizeOverrides, sizesOf } from "./sizes.ts";

/** Where the clouds are. Set only to reach others than the real ones. */
export interface Endpoints {
  /** Base of Fly's three APIs. */
  fly?: string | undefined;
  /** Base of SendGrid's API, with its `/v3`. */
  sendgrid?: string | undefined;
  /** Base of R2's S3 API; the bucket follows as a path. */
  r2?: string | undefined;
}

/** How the stack holds its Cloudflare zone. */
export type ZoneMode = "owned" | "shared" | "created";

const form = {
  domain: hostName,
  zone: hostName.optional(),
  zoneMode: z.enum(["owned", "shared", "created"]).optional(),
  assetsHost: hostName.optional(),
  filesHost: hostName.optional(),
  oldFilesHosts: jsonOf(z.array(hostName), '["files.example.org"]').default([]),
  streamingHost: hostName.optional(),
  alternateDomains: jsonOf(z.array(hostName), '["old.example.org"]').optional(),

  cloudflareAccountId: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "is 32 hexadecimal digits, on the right side of the account's overview page"),
  bucket: z
    .string()
    .regex(nameRules.bucket.pattern, "a bucket's name is 3 to 63 lower-case letters, digits and dashes")
    .max(nameRules.bucket.longest, "a bucket's name has at most 63 characters")
    .optional(),
  bucketLocation: z.enum(["apac", "eeur", "enam", "weur", "wnam", "oc"]).optional(),
  bucketJurisdiction: z.enum(["default", "eu"]).default("default"),
  r2AccessKeyId: z.string().min(1).optional(),
  r2SecretAccessKey: secretText.min(1).optional(),

  flyOrg: z.string().regex(/^[a-z0-9-]+$/, "is the organisation's slug, as `fly orgs list` shows it"),
  region: z
    .string()
    .regex(/^[a-z]{3}$/, "a region is three lower-case letters, as `fly platform regions` lists them")
    .default("ams"),
  app: z
    .string()
    .regex(nameRules.flyApp.pattern, "an app's name is lower-case letters, digits and dashes")
    .max(longestApp, "an app's name has at most 63 characters, and -streaming is added to this one")
    .optional(),
  dedicatedIpv4: boolean.default(false),
  certificates: z.enum(["perHost", "wildcard"]).default("perHost"),

  mastodonVersion: mastodonVersion.default("v4.7.4"),
  preset: z.enum(["tiny", "guide", "small", "medium"]).default("tiny"),
  ...sizeOverrides,

  smtpServer: hostName.optional(),
  smtpPort: number(1, 65535).default(587),
  smtpEncryption: z.enum(["starttls", "tls", "none"]).optional(),
  smtpAuth: z.enum(["plain", "login", "cram_md5", "none"]).default("plain"),
  smtpLogin: z.string().min(1).optional(),
  smtpPassword: secretText.min(1).optional(),
  fromAddress: emailAddress.optional(),
  fromName: z
    .string()
    .regex(/^\P{Cc}*$/u, "has no line breaks or other control characters in it")
    .regex(/^(\S(.*\S)?)?$/su, "has no blanks at its ends")
    .max(200, "is longer than 200 characters")
    .default("Mastodon"),
  sendgridApiKey: z.string().min(1).optional(),
  sendgridRegion: z.enum(["global", "eu"]).default("global"),
  sendgridSubdomain: z.string().regex(nameRules.returnPath.pattern, "is one label, such as em").optional(),
  sendgridAccountIsOurs: boolean.default(false),
  sender: jsonOf(
    z.strictObject({
      email: emailAddress,
      // Lengths: twilio/sendgrid-oai spec/yaml/tsg_verified_senders_v3.yaml.
      name: z.string().min(1).max(256),
      address: z.string().min(1).max(100),
      city: z.string().min(1).max(150),
      country: z.string().min(1).max(100),
      state: z.string().max(2).optional(),
      zip: z.string().max(10).optional(),
    }),
    '{"email":"me@example.org","name":"Me","address":"1 Street","city":"Town","country":"Land"}',
  ).optional(),
  spf: boolean.default(false),
  dmarcPolicy: z.enum(["none", "quarantine", "reject"]).optional(),
  dmarcReports: emailAddress.optional(),

  ownerUsername: ownerName,
  ownerEmail: emailAddress,
  otpSecret: boolean.default(false),
  env: jsonOf(z.record(z.string(), variable), '{"DEFAULT_LOCALE":"de"}').default({}),
  secretEnv: jsonOf(z.record(z.string(), secretText), '{"DEEPL_API_KEY":"…"}').default({}),

  protect: boolean.default(true),
  drift: z.enum(["look", "off"]).default("look"),
  destroy: hostName.optional(),
  movedFrom: jsonOf(
    z.strictObject({
      filesHost: hostName.optional(),
      redisKind: z.enum(["own", "upstash"]).optional(),
      mastodonVersion: z.string().optional(),
    }),
    '{"redisKind":"upstash"} or {"mastodonVersion":"v4.7.4"}',
  ).default({}),
  rotate: jsonOf(rotation, '{"smtpKey":"2026-11"}').default({}),
  endpoints: jsonOf(
    z.strictObject({
      fly: z.url().optional(),
      sendgrid: z.url().optional(),
      r2: z.url().optional(),
    }),
    '{"fly":"http://127.0.0.1:4640"}',
  ).default({}),
};

/** The form of the whole config. */
export const schema = z.strictObject(form);
/** Config of the right form, without defaults that follow from other keys. */
export type Parsed = z.infer<typeof schema>;

/** Every key that a stack may set, without its namespace. */
export const configKeys: readonly string[] = Object.keys(form);

/** Keys whose value must be encrypted in the stack's file. */
export const secretKeys: readonly SecretKey[] = [
  "r2SecretAccessKey",
  "sendgridApiKey",
  "smtpPassword",
  "secretEnv",
];

type SecretKey = "r2SecretAccessKey" | "sendgridApiKey" | "smtpPassword" | "secretEnv";

/** The whole config of one community, checked, with every default filled in. Secret values are not in it. */
export interface Community extends Omit<Parsed, SecretKey | keyof Sizes | "preset"> {
  zone: string;
  zoneMode: ZoneMode;
  app: string;
  bucket: string;
  assetsHost: string;
  filesHost: string;
  streamingHost: string;
  alternateDomains: string[];
  smtpEncryption: "starttls" | "tls" | "none";
  fromAddress: string;
  sizes: Sizes;
  /** Names of the operator's own secret variables; the values come from {@link secretConfig}. */
  secretEnvNames: string[];
}

/** Fills in what follows from other keys. */
export function withDefaults(parsed: Parsed): Community {
  const {
    r2SecretAccessKey,
    smtpPassword,
    secretEnv,
    preset,
    web,
    sidekiq,
    streaming,
    postgres,
    redis,
    ...rest
  } = parsed;
  const { domain } = parsed;
  const zone = parsed.zone ?? domain;
  return {
    ...rest,
    zone,
    zoneMode: parsed.zoneMode ?? (domain === zone ? "owned" : "shared"),
    app: parsed.app ?? appOf(domain),
    bucket: parsed.bucket ?? bucketOf(domain),
    assetsHost: parsed.assetsHost ?? proxiedHost("assets", domain, zone),
    filesHost: parsed.filesHost ?? proxiedHost("files", domain, zone),
    streamingHost: parsed.streamingHost ?? `streaming.${domain}`,
    alternateDomains: parsed.alternateDomains ?? [],
    smtpEncryption: parsed.smtpEncryption ?? (parsed.smtpPort === 465 ? "tls" : "starttls"),
    fromAddress: parsed.fromAddress ?? `notifications@${domain}`,
    sizes: sizesOf(preset, { web, sidekiq, streaming, postgres, redis }),
    secretEnvNames: Object.keys(secretEnv).sort(),
  };
}
