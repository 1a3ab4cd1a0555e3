/** Form and defaults of every `mastiff:` key, and the checked config that they make. */
import { z } from "zod";
import { boolean, emailAddress, hostName, jsonOf, number, ownerName } from "./forms.ts";
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
  streamingHost: hostName.optional(),
  alternateDomains: jsonOf(z.array(hostName), '["old.example.org"]').optional(),

  cloudflareAccountId: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "is 32 hexadecimal digits, on the right side of the account's overview page"),
  bucket: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
      "a bucket's name is 3 to 63 lower-case letters, digits and dashes",
    )
    .optional(),
  bucketLocation: z.enum(["apac", "eeur", "enam", "weur", "wnam", "oc"]).optional(),
  bucketJurisdiction: z.enum(["default", "eu"]).default("default"),
  r2AccessKeyId: z.string().min(1).optional(),
  r2SecretAccessKey: z.string().min(1).optional(),

  flyOrg: z.string().regex(/^[a-z0-9-]+$/, "is the organisation's slug, as `fly orgs list` shows it"),
  region: z
    .string()
    .regex(/^[a-z]{3}$/, "a region is three lower-case letters, as `fly platform regions` lists them")
    .default("ams"),
  app: z
    .string()
    .regex(/^[a-z][a-z0-9-]*[a-z0-9]$/, "an app's name is lower-case letters, digits and dashes")
    .max(53, "an app's name has at most 63 characters, and -streaming is added to this one")
    .optional(),
  dedicatedIpv4: boolean.default(false),
  certificates: z.enum(["perHost", "wildcard"]).default("perHost"),

  mastodonVersion: z
    .string()
    .regex(
      /^v\d+\.\d+\.\d+$/,
      "pin a release such as v4.7.4: moving tags (latest, edge, nightly) would upgrade without a preview",
    )
    .refine(atLeast43, "Mastodon before v4.3 has no streaming image of its own")
    .default("v4.7.4"),
  preset: z.enum(["tiny", "guide", "small", "medium"]).default("tiny"),
  ...sizeOverrides,

  smtpServer: hostName.optional(),
  smtpPort: number(1, 65535).default(587),
  smtpLogin: z.string().min(1).optional(),
  smtpPassword: z.string().min(1).optional(),
  fromAddress: emailAddress.optional(),
  fromName: z
    .string()
    .regex(/^[^<>"\r\n]*$/, 'has none of < > " in it')
    .default("Mastodon"),
  sendgridApiKey: z.string().min(1).optional(),
  sendgridRegion: z.enum(["global", "eu"]).default("global"),
  sendgridSubdomain: z
    .string()
    .regex(/^[a-z0-9-]+$/, "is one label, such as em")
    .optional(),
  sendgridAccountIsOurs: boolean.default(false),
  sender: jsonOf(
    z.strictObject({
      email: emailAddress,
      name: z.string().min(1),
      address: z.string().min(1),
      city: z.string().min(1),
      country: z.string().min(1),
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
  env: jsonOf(z.record(z.string(), z.coerce.string()), '{"DEFAULT_LOCALE":"de"}').default({}),
  secretEnv: jsonOf(z.record(z.string(), z.string()), '{"DEEPL_API_KEY":"…"}').default({}),

  protect: boolean.default(true),
  drift: z.enum(["look", "off"]).default("look"),
  destroy: hostName.optional(),
  movedFrom: jsonOf(
    z.strictObject({
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
  // Universal SSL covers one label below the zone: proxied hosts of a community on a subdomain get a dash, not a dot.
  const below = domain === zone ? "" : domain.slice(0, -zone.length - 1).replaceAll(".", "-");
  const proxiedHost = (role: string) => (below === "" ? `${role}.${zone}` : `${role}-${below}.${zone}`);
  const dashed = domain.replaceAll(".", "-");
  return {
    ...rest,
    zone,
    zoneMode: parsed.zoneMode ?? (domain === zone ? "owned" : "shared"),
    app: parsed.app ?? dashed,
    bucket: parsed.bucket ?? `files-${dashed}`.slice(0, 63),
    assetsHost: parsed.assetsHost ?? proxiedHost("assets"),
    filesHost: parsed.filesHost ?? proxiedHost("files"),
    streamingHost: parsed.streamingHost ?? `streaming.${domain}`,
    alternateDomains: parsed.alternateDomains ?? [],
    fromAddress: parsed.fromAddress ?? `notifications@${domain}`,
    sizes: sizesOf(preset, { web, sidekiq, streaming, postgres, redis }),
    secretEnvNames: Object.keys(secretEnv).sort(),
  };
}

function atLeast43(version: string): boolean {
  const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
  return major > 4 || (major === 4 && minor >= 3);
}
