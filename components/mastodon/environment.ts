/**
 * Mastodon's plain environment variables, for fly.toml. The secret ones are Fly secrets. Pure.
 *
 * Sources: docs.joinmastodon.org/admin/config, docs.joinmastodon.org/admin/optional/object-storage and
 * Mastodon's initializers. A comment explains each unusual value.
 */

import type { HostNames } from "../cloudflare/hosts.ts";
import { mailbox } from "../config/mailbox.ts";
import type { CommunitySettings } from "../config/schema.ts";

/** Public addresses of an app; null where it has none of that kind. */
export interface Addresses {
  v4: string | null;
  v6: string | null;
  /** Old addresses, which the app keeps while DNS may still lead to them. */
  leaving?: readonly string[] | undefined;
}

/** The SMTP server that sends Mastodon's mails. */
export interface MailServer {
  server: string;
  port: number;
  /** Undefined where the server wants neither login nor password. */
  login: string | undefined;
  /** Method of authentication. Default: plain. */
  auth?: "plain" | "login" | "cram_md5" | "none";
  /** Default: TLS from the first byte on port 465, STARTTLS on any other port. */
  encryption?: "starttls" | "tls" | "none";
}

/** The server in config, or SendGrid's server for the region (twilio.com/docs/sendgrid/data-residency). */
export function mailServerOf(
  community: Pick<
    CommunitySettings,
    "smtpServer" | "smtpPort" | "smtpLogin" | "smtpAuth" | "smtpEncryption" | "sendgridRegion"
  >,
): MailServer {
  const { smtpServer, smtpPort: port, smtpAuth: auth, smtpEncryption: encryption } = community;
  if (smtpServer !== undefined)
    return { server: smtpServer, port, login: community.smtpLogin, auth, encryption };
  const server = community.sendgridRegion === "eu" ? "smtp.eu.sendgrid.net" : "smtp.sendgrid.net";
  return { server, port, login: "apikey", auth, encryption };
}

/** Host of the bucket's S3 API, as Mastodon reaches it from Fly. */
export function bucketHost(accountId: string, jurisdiction: "default" | "eu"): string {
  return jurisdiction === "eu"
    ? `${accountId}.eu.r2.cloudflarestorage.com`
    : `${accountId}.r2.cloudflarestorage.com`;
}

/**
 * Proxies whose X-Forwarded-For Mastodon trusts: Rails' default private ranges (setting the variable drops
 * them) and the app's own addresses, because Fly appends the address that the client connected to
 * (fly.io/docs/networking/request-headers).
 */
export function trustedProxies(addresses: Addresses): string {
  const privateRanges = [
    "127.0.0.0/8",
    "::1/128",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "fc00::/7",
  ];
  const own = [addresses.v4, addresses.v6, ...(addresses.leaving ?? [])].filter(
    (address) => address !== null,
  );
  return [...privateRanges, ...own].join(",");
}

/** Plain variables of web, Sidekiq and every one-off machine. */
export function railsEnvironment(
  community: Pick<
    CommunitySettings,
    | "alternateDomains"
    | "app"
    | "bucket"
    | "bucketJurisdiction"
    | "cloudflareAccountId"
    | "env"
    | "fromAddress"
    | "fromName"
    | "sizes"
  > &
    HostNames,
  addresses: Addresses,
  mail: MailServer,
): Record<string, string> {
  const encryption = mail.encryption ?? (mail.port === 465 ? "tls" : "starttls");
  const s3 = bucketHost(community.cloudflareAccountId, community.bucketJurisdiction);
  const { web, sidekiq } = community.sizes;
  const own: Record<string, string> = {
    LOCAL_DOMAIN: community.domain,
    // Mastodon answers any other Host with 403. The fly.dev name is for people who come from Fly's dashboard.
    ALTERNATE_DOMAINS: [community.assetsHost, `${community.app}.fly.dev`, ...community.alternateDomains].join(
      ",",
    ),
    STREAMING_API_BASE_URL: `wss://${community.streamingHost}`,
    CDN_HOST: `https://${community.assetsHost}`,
    RAILS_ENV: "production",
    NODE_ENV: "production",
    RAILS_SERVE_STATIC_FILES: "true",
    // Puma joins these to tcp://BIND:PORT, so an IPv6 address needs brackets.
    BIND: "[::]",
    PORT: "3000",
    TRUSTED_PROXY_IP: trustedProxies(addresses),
    WEB_CONCURRENCY: String(web.workers),
    MAX_THREADS: String(web.threads),
    SIDEKIQ_CONCURRENCY: String(sidekiq.threads),
    MALLOC_ARENA_MAX: "2",
    S3_ENABLED: "true",
    S3_BUCKET: community.bucket,
    S3_REGION: "auto",
    S3_PROTOCOL: "https",
    S3_ENDPOINT: `https://${s3}`,
    S3_HOSTNAME: s3,
    S3_ALIAS_HOST: community.filesHost,
    // Present and empty: absent means public-read, and R2 has no object ACLs.
    S3_PERMISSION: "",
    // R2 does not support the default checksums of newer SDKs (aws/aws-sdk-ruby#3174).
    AWS_REQUEST_CHECKSUM_CALCULATION: "when_required",
    AWS_RESPONSE_CHECKSUM_VALIDATION: "when_required",
    SMTP_SERVER: mail.server,
    SMTP_PORT: String(mail.port),
    // Absent, not empty, without a login: Ruby logs in as soon as it has a name.
    ...(mail.login !== undefined && { SMTP_LOGIN: mail.login }),
    SMTP_AUTH_METHOD: mail.auth ?? "plain",
    ...(encryption === "tls" && { SMTP_TLS: "true" }),
    SMTP_ENABLE_STARTTLS: encryption === "starttls" ? "always" : "never",
    SMTP_FROM_ADDRESS: mailbox(community.fromName, community.fromAddress),
  };
  return { ...own, ...community.env };
}

/** Plain variables of the streaming app: the few that Node reads (streaming/index.js), none of Rails'. */
export function streamingEnvironment(addresses: Addresses, databasePool: number): Record<string, string> {
  return {
    NODE_ENV: "production",
    BIND: "::",
    PORT: "4000",
    DB_POOL: String(databasePool),
    TRUSTED_PROXY_IP: trustedProxies(addresses),
  };
}
