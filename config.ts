/**
 * The only reader of Pulumi's config: form, defaults and rules of every `mastiff:` key, checked as a whole
 * before any cloud is called. Whether a region, a plan or a name exists is for the clouds to say.
 */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { boolean, emailAddress, hostName, jsonOf, number, ownerName } from "./config/forms.ts";
import { reservedNames } from "./config/reserved-names.ts";
import { budgetProblem, type Sizes, sizeOverrides, sizesOf } from "./config/sizes.ts";

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
  endpoints: jsonOf(
    z.strictObject({
      fly: z.url().optional(),
      sendgrid: z.url().optional(),
      r2: z.url().optional(),
    }),
    '{"fly":"http://127.0.0.1:4640"}',
  ).default({}),
};

const schema = z.strictObject(form);
type Parsed = z.infer<typeof schema>;

/** Every key that a stack may set, without its namespace. */
export const configKeys: readonly string[] = Object.keys(form);

/** Keys whose value must be encrypted in the stack's file. */
const secretKeys = ["r2SecretAccessKey", "sendgridApiKey", "smtpPassword", "secretEnv"] as const;

/** The whole config of one community, checked, with every default filled in. Secret values are not in it. */
export interface Community extends Omit<Parsed, (typeof secretKeys)[number] | keyof Sizes | "preset"> {
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

/** One thing that is wrong with the config. */
export interface ConfigProblem {
  key: string;
  /** The value as it was set; undefined when it is missing or secret. */
  value?: string | undefined;
  reason: string;
}

/** Config that is refused, with everything that is wrong with it. Shown without a stack trace. */
export class ConfigError extends pulumi.RunError {
  readonly problems: ConfigProblem[];

  constructor(problems: ConfigProblem[], stack: string) {
    super(
      `${problems.length} problem(s) in Pulumi.${stack}.yaml, nothing was done:\n\n${describe(problems, stack)}`,
    );
    this.problems = problems;
  }
}

/**
 * Reads the config of the current stack.
 *
 * @throws ConfigError with every problem at once.
 */
export function readCommunity(): Community {
  const mine = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith("mastiff:"));
  const raw = Object.fromEntries(mine.map(([key, value]) => [key.slice("mastiff:".length), value]));
  // The SDK says which values are secret to nobody but itself; the engine says it by this variable.
  const secret = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as string[];
  const encrypted = new Set(secret.map((key) => key.replace(/^mastiff:/, "")));
  return parseCommunity(raw, encrypted, pulumi.getStack());
}

/** The secret values of the config, marked secret. */
export function secretConfig(): {
  r2SecretAccessKey: pulumi.Output<string> | undefined;
  sendgridApiKey: pulumi.Output<string> | undefined;
  smtpPassword: pulumi.Output<string> | undefined;
  secretEnv: pulumi.Output<Record<string, string>>;
} {
  const config = new pulumi.Config("mastiff");
  return {
    r2SecretAccessKey: config.getSecret("r2SecretAccessKey"),
    sendgridApiKey: config.getSecret("sendgridApiKey"),
    smtpPassword: config.getSecret("smtpPassword"),
    secretEnv:
      config.getSecretObject<Record<string, string>>("secretEnv") ??
      pulumi.secret<Record<string, string>>({}),
  };
}

/**
 * Checks raw config and fills in the defaults. Pure.
 *
 * @param raw values by key without namespace, as Pulumi keeps them: text, objects as JSON
 * @param encrypted keys that are stored as secrets
 */
export function parseCommunity(
  raw: Record<string, string>,
  encrypted: ReadonlySet<string>,
  stack: string,
): Community {
  const result = schema.safeParse(raw);
  const problems = result.success
    ? []
    : result.error.issues.flatMap((issue) => formProblems(issue, raw, encrypted));
  for (const key of secretKeys) {
    if (raw[key] !== undefined && !encrypted.has(key)) {
      problems.push({ key, reason: "is stored in plain text: set it again with --secret" });
    }
  }
  const parsed = result.success ? result.data : withoutProblems(raw, problems);
  if (parsed === undefined) throw new ConfigError(problems, stack);
  const community = withDefaults(parsed);
  problems.push(...ruleProblems(community, parsed));
  if (problems.length > 0) throw new ConfigError(problems, stack);
  return community;
}

/**
 * The config without the keys that have problems of their own, so that what is wrong between the others is shown
 * in the same breath. Undefined when a required key is among them: too much follows from those.
 */
function withoutProblems(raw: Record<string, string>, problems: ConfigProblem[]): Parsed | undefined {
  const bad = new Set(problems.map((problem) => problem.key));
  const rest = Object.fromEntries(Object.entries(raw).filter(([key]) => !bad.has(key)));
  const standIns = { ownerUsername: "someone", ownerEmail: "someone@example.org", flyOrg: "someone" };
  const missing = Object.entries(standIns).filter(([key]) => bad.has(key));
  return schema.safeParse({ ...rest, ...Object.fromEntries(missing) }).data;
}

function formProblems(
  issue: z.core.$ZodIssue,
  raw: Record<string, string>,
  encrypted: ReadonlySet<string>,
): ConfigProblem[] {
  if (issue.code === "unrecognized_keys" && issue.path.length === 0) {
    return issue.keys.map((key) => ({ key, value: raw[key], reason: "is no key that Mastiff knows" }));
  }
  const [key, ...rest] = issue.path.map(String);
  const top = key ?? "";
  if (raw[top] === undefined) return [{ key: top, reason: "is required" }];
  const value = encrypted.has(top) ? undefined : raw[top];
  const where = rest.length > 0 ? `${rest.join(".")}: ` : "";
  return [{ key: top, value, reason: `${where}${issue.message}` }];
}

function withDefaults(parsed: Parsed): Community {
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

/** Rules between keys. */
function ruleProblems(community: Community, parsed: Parsed): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const add = (key: string, value: string | undefined, reason: string) =>
    problems.push({ key, value, reason });
  const { domain, zone } = community;
  const inZone = (host: string) => host === zone || host.endsWith(`.${zone}`);

  if (!inZone(domain)) add("zone", zone, `${domain} does not lie in it`);
  const hosts = {
    domain,
    assetsHost: community.assetsHost,
    filesHost: community.filesHost,
    streamingHost: community.streamingHost,
  };
  for (const [key, host] of Object.entries(hosts)) {
    if (key !== "domain" && !inZone(host)) add(key, host, `does not lie in the zone ${zone}`);
    const twin = Object.entries(hosts).find(([other, name]) => other < key && name === host);
    if (twin !== undefined)
      add(key, host, `is the same host as mastiff:${twin[0]}; each needs a host of its own`);
  }
  for (const key of ["assetsHost", "filesHost"] as const) {
    const labels = community[key].slice(0, -zone.length - 1).split(".").length;
    if (inZone(community[key]) && labels > 1) {
      add(
        key,
        community[key],
        `Cloudflare's Universal SSL covers one label below ${zone} only, so its edge has no certificate for it`,
      );
    }
  }
  const assetsLabels = community.assetsHost.endsWith(`.${domain}`)
    ? community.assetsHost.slice(0, -domain.length - 1).split(".").length
    : 0;
  if (community.certificates === "wildcard" && assetsLabels !== 1) {
    add("certificates", "wildcard", `*.${domain} does not cover ${community.assetsHost}: use perHost`);
  }
  if (parsed.app === undefined && community.app.length > 53) {
    add("app", community.app, "made from the domain it is too long: set a name of at most 53 characters");
  }
  if ((parsed.r2AccessKeyId === undefined) !== (parsed.r2SecretAccessKey === undefined)) {
    const missing = parsed.r2AccessKeyId === undefined ? "r2AccessKeyId" : "r2SecretAccessKey";
    add(missing, undefined, "an R2 key has two halves: r2AccessKeyId and r2SecretAccessKey");
  }
  if (parsed.smtpServer !== undefined && parsed.smtpPassword === undefined) {
    add("smtpPassword", undefined, `${parsed.smtpServer} wants a password`);
  }
  if (parsed.smtpServer !== undefined && parsed.smtpLogin === undefined) {
    add("smtpLogin", undefined, `${parsed.smtpServer} wants a login`);
  }
  if (parsed.smtpServer === undefined && (parsed.smtpLogin ?? parsed.smtpPassword) !== undefined) {
    add(
      "smtpServer",
      undefined,
      "smtpLogin and smtpPassword belong to a server: name it, or remove them to use SendGrid",
    );
  }
  if (parsed.dmarcReports !== undefined && parsed.dmarcPolicy === undefined) {
    add("dmarcPolicy", undefined, "dmarcReports needs a policy: none, quarantine or reject");
  }
  for (const [key, names] of [
    ["env", Object.keys(community.env)],
    ["secretEnv", community.secretEnvNames],
  ] as const) {
    for (const name of names) {
      if (!/^[A-Z_][A-Z0-9_]*$/.test(name))
        add(key, name, "a variable's name is capital letters, digits and _");
      const reserved = reservedNames[name];
      if (reserved !== undefined) add(key, name, reserved);
    }
  }
  for (const name of community.secretEnvNames) {
    if (name in community.env) add("secretEnv", name, "is set in mastiff:env too");
  }
  const budget = budgetProblem(community.sizes);
  if (budget !== undefined) add("web", undefined, budget);
  return problems;
}

function atLeast43(version: string): boolean {
  const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
  return major > 4 || (major === 4 && minor >= 3);
}

/** One paragraph per problem: what, where, how to fix it. */
function describe(problems: ConfigProblem[], stack: string): string {
  return problems
    .map(({ key, value, reason }) => {
      const what =
        value === undefined
          ? `mastiff:${key}: ${reason}`
          : `mastiff:${key} is ${JSON.stringify(value)}: ${reason}`;
      const secret = (secretKeys as readonly string[]).includes(key) ? " --secret" : "";
      const fix = reason.startsWith("is no key")
        ? `pulumi config rm mastiff:${key} --stack ${stack}`
        : `pulumi config set mastiff:${key} <value>${secret} --stack ${stack}`;
      return `  ${what}\n      fix: ${fix}`;
    })
    .join("\n");
}
