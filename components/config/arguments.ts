/** Which argument of a `Community` is which key of the config. Pure. */

/**
 * Path of the argument by config key. Every key has one but SendGrid's API key, a credential of the cloud, and the tags,
 * which are the stack's and not a community's.
 */
export const argumentPaths: Readonly<Record<string, string>> = {
  domain: "domain",
  ownerUsername: "owner.username",
  ownerEmail: "owner.email",
  cloudflareAccountId: "cloudflare.accountId",
  zone: "cloudflare.zone",
  zoneMode: "cloudflare.zoneMode",
  flyOrg: "fly.organization",
  region: "fly.region",
  app: "fly.app",
  dedicatedIpv4: "fly.dedicatedIpv4",
  snapshotRetention: "fly.snapshotRetention",
  metrics: "fly.metrics",
  certificates: "fly.certificates",
  assetsHost: "hosts.assets",
  filesHost: "hosts.files",
  oldFilesHosts: "hosts.oldFiles",
  streamingHost: "hosts.streaming",
  alternateDomains: "hosts.alternateDomains",
  bucket: "uploads.bucket",
  bucketLocation: "uploads.location",
  bucketJurisdiction: "uploads.jurisdiction",
  r2AccessKeyId: "uploads.accessKeyId",
  r2SecretAccessKey: "uploads.secretAccessKey",
  backup: "backup",
  backupAccessKeyId: "backupKey.accessKeyId",
  backupSecretAccessKey: "backupKey.secretAccessKey",
  uploadsMirror: "uploadsMirror",
  mirrorAccessKeyId: "mirrorKey.accessKeyId",
  mirrorSecretAccessKey: "mirrorKey.secretAccessKey",
  fromAddress: "mail.fromAddress",
  fromName: "mail.fromName",
  smtpServer: "mail.smtp.server",
  smtpPort: "mail.smtp.port",
  smtpEncryption: "mail.smtp.encryption",
  smtpAuth: "mail.smtp.auth",
  smtpLogin: "mail.smtp.login",
  smtpPassword: "mail.smtp.password",
  sendgridRegion: "mail.sendgrid.region",
  sendgridSubdomain: "mail.sendgrid.subdomain",
  sendgridAccountIsOurs: "mail.sendgrid.accountIsOurs",
  sender: "mail.sendgrid.sender",
  spf: "mail.spf",
  dmarcPolicy: "mail.dmarc.policy",
  dmarcReports: "mail.dmarc.reports",
  mastodonVersion: "mastodonVersion",
  preset: "preset",
  web: "sizes.web",
  sidekiq: "sizes.sidekiq",
  streaming: "sizes.streaming",
  postgres: "sizes.postgres",
  redis: "sizes.redis",
  housekeeping: "housekeeping",
  env: "env",
  secretEnv: "secretEnv",
  otpSecret: "otpSecret",
  protect: "protect",
  drift: "drift",
  destroy: "destroy",
  movedFrom: "movedFrom",
  rotate: "rotate",
  budget: "budget.usdPerMonth",
  budgetAction: "budget.action",
  endpoints: "endpoints",
};

/** The arguments by the config key of each, and the paths of those that no key has. */
export function byKey(args: object): { inputs: Record<string, unknown>; foreign: string[] } {
  const keys = new Map(Object.entries(argumentPaths).map(([key, path]) => [path, key]));
  const inputs: Record<string, unknown> = {};
  const foreign: string[] = [];
  const walk = (value: unknown, path: string): void => {
    const key = keys.get(path);
    if (value === undefined) return;
    if (key !== undefined) inputs[key] = value;
    else if (isGroup(path) && typeof value === "object" && value !== null)
      for (const [name, part] of Object.entries(value)) walk(part, path === "" ? name : `${path}.${name}`);
    else foreign.push(path);
  };
  walk(args, "");
  return { inputs, foreign };
}

function isGroup(path: string): boolean {
  return path === "" || Object.values(argumentPaths).some((known) => known.startsWith(`${path}.`));
}

/**
 * A message that names config keys, for a community whose values are arguments: each key becomes the argument,
 * and each `pulumi config` command the change of the program that has the same effect.
 */
export function inArguments(message: string, community: string): string {
  const where = `in the arguments of Community "${community}"`;
  const pathOf = (key: string) => argumentPaths[key] ?? key;
  const plain = (word: string) => word.replace(/^(['"])(.*)\1$/s, "$2");
  return message
    .replaceAll(
      /pulumi config set-all --path ((?:--(?:plaintext|secret) (?:'[^']*'|"[^"]*"|[^\s;)]+)(?: (?=--))?)+)(?:--stack \S+)?/g,
      (_all, words: string) => {
        const parts = [...words.matchAll(/--(?:plaintext|secret) ('[^']*'|"[^"]*"|[^\s;)]+)/g)].map(
          ([, word = ""]) => {
            const [, key = "", rest = "", value = ""] = /^mastiff:(\w+)(\S*?)=(.*)$/s.exec(plain(word)) ?? [];
            const printed = /^\$\((.*)\)$/s.exec(value)?.[1];
            return `${pathOf(key)}${rest} to ${printed === undefined ? value : `what ${printed} prints`}`;
          },
        );
        return `set ${parts.join(", ")} ${where}`;
      },
    )
    .replaceAll(
      /pulumi config set (?:--secret )?mastiff:(\w+)(?: (?!--)('[^']*'|[^\s;)]+))?(?: --secret| --plaintext)?(?: --stack \S+)?/g,
      (_all, key: string, value?: string) =>
        `set ${pathOf(key)}${value === undefined ? "" : ` to ${plain(value)}`} ${where}`,
    )
    .replaceAll(
      /pulumi config rm (?:--path )?'?mastiff:(\w+)'?(?: --stack \S+)?/g,
      (_all, key: string) => `remove ${pathOf(key)} ${where}`,
    )
    .replaceAll(/mastiff:(\w+)/g, (_all, key: string) => pathOf(key));
}
